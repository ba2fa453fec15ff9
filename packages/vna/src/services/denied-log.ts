import {
  DecodeError,
  ETHERTYPE,
  IP_PROTOCOL,
  decodeArp,
  decodeEthernet,
  decodeIpv4,
  formatIpv4,
  type Ipv4Packet,
} from '@vnet/packet';
import type { View } from '../compile/emit.ts';
import { filteringOf } from '../compile/filtering/interface.ts';
import type { PacketIn } from '../datapath/packet-readers.ts';
import type { Log } from '../log.ts';
import { REASON } from '../pipeline/registers.ts';

/** Packets that have the same addresses, ports and outcome are one line in each period. */
const PERIOD_MS = 1_000;
const LINES_PER_PERIOD = 10;

type Details = Readonly<Record<string, unknown>>;

/**
 * Says which packets filters and security groups have denied, where `log` is on. The packets are samples, as many as the
 * port's meter lets through; the switch counts all of them. At most ten lines a second, so that a flood does not fill a disk.
 */
export class DeniedLog {
  readonly #view: View;
  readonly #log: Log;
  readonly #lines = new Map<string, { readonly details: Details; packets: number }>();
  #unsaid = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(view: View, log: Log) {
    this.#view = view;
    this.#log = log;
  }

  receive(packet: PacketIn): void {
    const details = { ...this.#outcome(packet), ...addressesOf(packet.frame) };
    const key = JSON.stringify(details);
    const line = this.#lines.get(key);
    if (line) line.packets++;
    else if (this.#lines.size < LINES_PER_PERIOD) this.#lines.set(key, { details, packets: 1 });
    else this.#unsaid++;
    this.#timer ??= setTimeout(() => this.#say(), PERIOD_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#say();
  }

  /** Whose packet it is, which way it went, and who has denied it. */
  #outcome({ reason, source, destination }: PacketIn): Details {
    const face = this.#view.get('interface', destination || source);
    const about = { interface: face?.uuid, direction: destination ? 'ingress' : 'egress' };
    if (!face) return about;
    const { filter, groups } = filteringOf(this.#view, face);
    if (reason === REASON.deniedByFilter) return { ...about, filter: filter?.uuid ?? 'none: nothing passes' };
    return { ...about, groups: groups.flatMap((id) => this.#view.get('security_group', id)?.uuid ?? []) };
  }

  #say(): void {
    this.#timer = undefined;
    for (const { details, packets } of this.#lines.values()) this.#log.info({ ...details, packets }, 'denied');
    if (this.#unsaid > 0) this.#log.info({ packets: this.#unsaid }, 'denied, and not said one by one');
    this.#lines.clear();
    this.#unsaid = 0;
  }
}

const PROTOCOL_NAMES = new Map(Object.entries(IP_PROTOCOL).map(([name, number]) => [number as number, name]));

/** The 5-tuple of a packet, as far as it has one. */
function addressesOf(frame: Buffer): Details {
  try {
    const { etherType, payload } = decodeEthernet(frame);
    if (etherType === ETHERTYPE.arp) {
      const { senderIp, targetIp } = decodeArp(payload);
      return { protocol: 'arp', src: formatIpv4(senderIp), dst: formatIpv4(targetIp) };
    }
    if (etherType !== ETHERTYPE.ipv4) return { ether_type: `0x${etherType.toString(16).padStart(4, '0')}` };
    const packet = decodeIpv4(payload);
    const { protocol, src, dst } = packet;
    const name = PROTOCOL_NAMES.get(protocol) ?? protocol;
    return { protocol: name, src: formatIpv4(src), dst: formatIpv4(dst), ...portsOf(packet) };
  } catch (error) {
    if (error instanceof DecodeError) return { malformed: error.message };
    throw error;
  }
}

function portsOf({ protocol, fragmentOffset, payload }: Ipv4Packet): Details {
  if (fragmentOffset > 0 || payload.length < 4) return {};
  if (protocol === IP_PROTOCOL.icmp) return { icmp_type: payload[0], icmp_code: payload[1] };
  if (protocol !== IP_PROTOCOL.tcp && protocol !== IP_PROTOCOL.udp) return {};
  return { src_port: payload.readUInt16BE(0), dst_port: payload.readUInt16BE(2) };
}
