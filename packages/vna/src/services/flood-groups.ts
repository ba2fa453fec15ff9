import { PORT, type Match } from '@vnet/openflow';
import { DecodeError, decodeEthernet, decodeIpv4Header, ETHERTYPE, type EthernetFrame } from '@vnet/packet';
import type { FloodMac } from '../compile/emit.ts';
import type { PacketIn } from '../datapath/packet-readers.ts';
import { timedFlow } from '../pipeline/flow.ts';
import { IPV4_MULTICAST_MAC, IPV6_MULTICAST_MAC, UNTAGGED } from '../pipeline/match-values.ts';
import { metadataBits } from '../pipeline/plain-metadata.ts';
import { PRIORITY } from '../pipeline/priorities.ts';
import type { Lesson } from './learner.ts';
import type { PacketOut } from './packet-out.ts';

/** After that the next packet of a group comes to the agent again. */
const GROUP_SECONDS = 300;
/** Groups of one domain that are taught at a time. */
const GROUP_LIMIT = 1024;
/** Packets that come so soon after the lesson have overtaken it. */
const JUST_TAUGHT_MS = 500;
/** So many of them are sent on: where the switch does not take the lesson, they come back, and must not go round for ever. */
const SENT_ON = 32;

/** Offset of the destination in an IPv6 header. */
const IPV6_DST = 24;
const IPV6_HEADER = 40;

export interface FloodGroupsOptions {
  readonly teach: (lesson: Lesson) => void;
  readonly unteach: (place: string) => void;
  readonly send: (packets: readonly PacketOut[]) => void;
  readonly now?: () => number;
}

/**
 * Restores which group a MAC2MAC flood was for, in a switch that cannot compute it: the first packet of each group comes here,
 * and the switch is taught the group's MAC.
 */
export class FloodGroups {
  readonly #options: FloodGroupsOptions;
  readonly #now: () => number;
  readonly #macs = new Map<number, FloodMac>();
  /** MAC of the domain → group → its lesson. */
  readonly #taught = new Map<number, Map<bigint, Taught>>();

  constructor(options: FloodGroupsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Takes over what the compiler says. What was taught about a MAC that is used otherwise now is forgotten. */
  update(changes: ReadonlyMap<string, FloodMac | undefined>): void {
    for (const [key, floodMac] of changes) {
      const mac = Number(key);
      if (this.#taught.delete(mac)) this.#options.unteach(placeOf(mac));
      if (floodMac) this.#macs.set(mac, floodMac);
      else this.#macs.delete(mac);
    }
  }

  /** The first packet of a group. */
  receive({ frame, inPort }: PacketIn): void {
    try {
      const ethernet = decodeEthernet(frame);
      const floodMac = this.#macs.get(ethernet.dst);
      const group = floodMac && groupOf(ethernet);
      if (!floodMac || !group || inPort !== floodMac.port) return;
      const taught = this.#taughtIn(floodMac, group);
      if (!taught || taught.sentOn++ >= SENT_ON) return;
      this.#options.send([{ frame, inPort, actions: [{ type: 'output', port: PORT.TABLE }] }]);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }

  /** The lesson of a group, given now unless it just was; undefined when there is no room for it. */
  #taughtIn(floodMac: FloodMac, group: Group): Taught | undefined {
    let groups = this.#taught.get(floodMac.mac);
    if (!groups) this.#taught.set(floodMac.mac, (groups = new Map<bigint, Taught>()));
    const now = this.#now();
    const before = groups.get(group.address);
    if (before && now - before.at < JUST_TAUGHT_MS) return before;
    if (groups.size >= GROUP_LIMIT) {
      for (const [each, { at }] of groups) if (now - at > GROUP_SECONDS * 1_000) groups.delete(each);
    }
    if (groups.size >= GROUP_LIMIT && !before) return undefined;
    const taught = { at: now, sentOn: 0 };
    groups.set(group.address, taught);
    this.#options.teach(lesson(floodMac, group));
    return taught;
  }
}

interface Taught {
  /** In milliseconds. */
  readonly at: number;
  /** Packets of the group that were sent on since. */
  sentOn: number;
}

interface Group {
  readonly address: bigint;
  readonly mac: number;
  readonly match: Match;
}

function groupOf({ etherType, payload }: EthernetFrame): Group | undefined {
  if (etherType === ETHERTYPE.ipv4) {
    const address = decodeIpv4Header(payload).dst;
    // RFC 1112: the low 23 bits of the group's address.
    const mac = IPV4_MULTICAST_MAC + (address & 0x7fffff);
    return { address: BigInt(address), mac, match: { eth_type: etherType, ipv4_dst: address } };
  }
  if (etherType !== ETHERTYPE.ipv6 || payload.length < IPV6_HEADER) return undefined;
  const address = (payload.readBigUInt64BE(IPV6_DST) << 64n) | payload.readBigUInt64BE(IPV6_DST + 8);
  // RFC 2464 §7: the low 32 bits of the group's address.
  const mac = IPV6_MULTICAST_MAC + Number(address & 0xffffffffn);
  return { address, mac, match: { eth_type: etherType, ipv6_dst: address } };
}

function placeOf(mac: number): string {
  return `groups ${mac}`;
}

function lesson({ mac, port, key, goto }: FloodMac, group: Group): Lesson {
  const flow = timedFlow(
    {
      table: 'PORTS',
      priority: PRIORITY.specific + 1,
      match: { in_port: port, eth_dst: mac, vlan_vid: UNTAGGED, ...group.match },
      actions: [{ type: 'set_field', field: 'eth_dst', value: group.mac }],
      metadata: metadataBits({ network: key, source: 0, remote: true }),
      goto,
    },
    GROUP_SECONDS,
  );
  return { place: placeOf(mac), forget: [], flows: [flow] };
}
