import {
  decodeEthernet,
  decodeIcmpv6,
  decodeIpv6,
  encodeEthernet,
  encodeIcmpv6,
  encodeIpv6,
  encodeUdp,
  ETHERTYPE,
  IP_PROTOCOL,
  IPV6_DEFAULTS,
  ipv6PseudoHeader,
  linkLocalIpv6,
} from '@vnet/packet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Capture } from './capture.ts';
import type { DataCentre, Ping } from './data-centre.ts';
import { legacySegment, SEGMENT_MACHINE } from './edge-site.ts';
import { mac, Sender } from './frames.ts';
import { setIpv6 } from './segments.ts';
import { expectTransfer } from './transfer.ts';

const OLD = SEGMENT_MACHINE.name;
/** s1, s4 and the legacy machine are behind hv1, s2 is behind its neighbour, s3 behind a router. */
const ADDRESSES = { s1: 'fd00::1', s2: 'fd00::2', s3: 'fd00::3', s4: 'fd00::4', [OLD]: 'fd00::100' };
const [NEIGHBOUR, BEYOND] = [ADDRESSES.s2, ADDRESSES.s3];
const prefix = 0xfd00n << 112n;

/** IPv6 and ICMPv6 headers. */
const PING_HEADERS = 48;
const THROUGH_GRE = 1458;

let centre: DataCentre;

beforeAll(async () => {
  centre = await legacySegment();
  for (const [machine, address] of Object.entries(ADDRESSES)) {
    await setIpv6(centre, machine, address);
    await centre.lab.exec(machine, ['ip', 'link', 'set', 'eth0', 'mtu', '1500']);
  }
  for (const machine of ['s1', OLD]) await centre.ping(machine, BEYOND, { extra: ['-6'] });
});

afterAll(async () => centre.down());

/** A ping in one packet of a size, which may not be fragmented. */
async function bigPing(from: string, to: string, bytes: number): Promise<Ping> {
  return centre.ping(from, to, { extra: ['-6', '-M', 'do', '-s', String(bytes - PING_HEADERS)] });
}

/** The path MTU that a machine has learnt. */
async function learnt(from: string, to: string): Promise<number | undefined> {
  const { stdout } = await centre.lab.exec(from, ['ip', '-6', 'route', 'get', to]);
  const [, mtu] = / mtu (\d+)/.exec(stdout) ?? [];
  return mtu === undefined ? undefined : Number(mtu);
}

describe.each([
  ['a virtual machine', 's1'],
  ['a legacy machine', OLD],
])('%s', (_, from) => {
  it('is told what passes through GRE, in the name of the destination, and learns it', async () => {
    expect(await learnt(from, BEYOND)).toBeUndefined();
    const { received, output } = await bigPing(from, BEYOND, 1500);
    expect(received).toBe(0);
    expect(output).toMatch(/From fd00::3 icmp_seq=1 Packet too big: mtu[ =:]+1458/);
    expect(await learnt(from, BEYOND)).toBe(THROUGH_GRE);
    const fits = await bigPing(from, BEYOND, THROUGH_GRE);
    expect(fits.received, fits.output).toBe(1);
  });

  it('sends packets of the physical network’s size to neighbours of its host', async () => {
    const { received, output } = await bigPing(from, NEIGHBOUR, 1500);
    expect(received, output).toBe(1);
    expect(await learnt(from, NEIGHBOUR)).toBeUndefined();
  });

  it.each([
    ['MAC2MAC', 's2', NEIGHBOUR],
    ['GRE', 's3', BEYOND],
  ])('transfers what it sends with TCP over %s, unharmed', async (_way, to, address) => {
    await expectTransfer(centre, from, to, address);
    await centre.lab.exec(from, ['ip', '-6', 'route', 'flush', 'cache']);
    await expectTransfer(centre, from, to, address);
  });
});

describe('what is too big', () => {
  const src = (): string => centre.lab.vm('s1').mac;
  const frame = (dst: number, to: bigint, nextHeader: number, payload: Buffer): Buffer => {
    const packet = encodeIpv6({ ...IPV6_DEFAULTS, src: prefix | 1n, dst: to, nextHeader, payload });
    return encodeEthernet({ src: mac(src()), dst, vlans: [], etherType: ETHERTYPE.ipv6, payload: packet });
  };
  const datagram = (dst: number, to: bigint): Buffer => {
    const ports = { srcPort: 4000, dstPort: 4000, payload: Buffer.alloc(1440, 'x') };
    return frame(dst, to, IP_PROTOCOL.udp, encodeUdp(ports, ipv6PseudoHeader(prefix | 1n, to)));
  };

  it('is answered once for multicast, in the name of the host, and never for an ICMPv6 error', async () => {
    const [group, groupMac] = [(0xff02n << 112n) | 0x1234n, 0x333300001234];
    const beyond = prefix | 3n;
    const beyondMac = mac(centre.lab.vm('s3').mac);
    const body = Buffer.alloc(1444);
    const error = encodeIcmpv6({ kind: 'other', type: 1, code: 4, body }, ipv6PseudoHeader(prefix | 1n, beyond));
    await using answers = await Capture.on(centre.lab.vm('s1'), 'eth0', 'ip6[40] == 2');
    await using neighbour = await Capture.on(centre.lab.vm('s2'), 'eth0', 'udp port 4000');
    const sender = new Sender(centre.lab.vm('s1'));
    sender.send([
      frame(beyondMac, beyond, IP_PROTOCOL.icmpv6, error),
      datagram(groupMac, group),
      datagram(beyondMac, beyond),
    ]);
    await answers.frame((each) => decodeIpv6(decodeEthernet(each).payload).src === beyond, 'the last one is answered');
    sender.close();
    expect(answers.frames).toHaveLength(2);
    const { src: from, payload } = decodeEthernet(answers.frames[0]!);
    const packet = decodeIpv6(payload);
    expect(packet).toMatchObject({ src: linkLocalIpv6(from), dst: prefix | 1n });
    expect(payload).toHaveLength(1280);
    const message = decodeIcmpv6(packet.payload, ipv6PseudoHeader(packet.src, packet.dst));
    expect(message).toMatchObject({ kind: 'packet-too-big', mtu: THROUGH_GRE });
    // Those whom it fits get it.
    await neighbour.frame((each) => each.includes('xxxx'), 'the neighbour gets the multicast');
  });

  it('is answered towards neighbours as well, where the physical network carries less', async () => {
    await centre.api('PUT', 'networks/nw-rack1?wait=flows&timeout=10', { mtu: 1400 });
    const { received, output } = await bigPing('s4', NEIGHBOUR, 1500);
    expect(received).toBe(0);
    expect(output).toMatch(/From fd00::2 icmp_seq=1 Packet too big: mtu[ =:]+1400/);
    expect(await learnt('s4', NEIGHBOUR)).toBe(1400);
    expect((await bigPing('s4', NEIGHBOUR, 1400)).received).toBe(1);
    await expectTransfer(centre, OLD, 's2', NEIGHBOUR);
    expect(await learnt(OLD, NEIGHBOUR)).toBe(1400);
    await bigPing('s4', BEYOND, 1500);
    expect(await learnt('s4', BEYOND)).toBe(1358);
  });
});
