import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeEthernet, formatMac } from '@vnet/packet';
import { Capture } from './capture.ts';
import { DataCentre } from './data-centre.ts';
import { arpRequestFrom, datagram, groupMac, ipv6, strange } from './frames.ts';
import { expectMatrix } from './matrix.ts';
import { SecurityChanges } from './security-changes.ts';
import { joinSegment, makeSegments, segmentsSettled, setIpv6, TWO_SEGMENTS } from './segments.ts';
import { Witnesses } from './witnesses.ts';

const BROADCAST = 'ff:ff:ff:ff:ff:ff';
const LLDP = 0x88cc;
const { topology, segments } = TWO_SEGMENTS;

let centre: DataCentre;
let witnesses: Witnesses;

/** A machine that VNet is told of later. */
const LATE = { host: 'hv2', address: '10.0.0.7/24', mac: '02:0a:00:00:00:07' };

beforeAll(async () => {
  centre = await DataCentre.up({ topology: { ...topology, vms: { ...topology.vms, late: LATE } }, tenants: {} });
  await makeSegments(centre, segments);
  witnesses = await Witnesses.in(centre, segments);
});

afterAll(async () => {
  await witnesses[Symbol.asyncDispose]();
  await centre.down();
});

/** Each other member of the sender's segment gets each of these frames once; nobody else gets anything. */
function onceToEach(sender: string, ...frames: readonly Buffer[]): Readonly<Record<string, readonly Buffer[]>> {
  const members = Object.values(segments).find((vms) => vms.includes(sender))!;
  return Object.fromEntries(members.filter((vm) => vm !== sender).map((vm) => [vm, frames]));
}

describe('two segments with the same addresses', () => {
  it('each reach all of their own machines, and no frame comes from the other', async () => {
    await expectMatrix(centre, segments);
  });

  it.each([
    ['s1', '10.0.0.5', 'hv3, where the other segment has it'],
    ['t1', '10.0.0.4', 'its own host, where the other segment has it'],
  ])('%s does not reach %s, an address of the other segment only: %s', async (from, address) => {
    expect((await centre.ping(from, address)).received).toBe(0);
  });

  it('are told to the manager: active on each host, with a MAC for the neighbours', async () => {
    const { items } = await centre.api('GET', 'datapaths/dp-hv1/segments');
    expect((items as { uuid: string }[]).map(({ uuid }) => uuid).sort()).toEqual(['seg-s', 'seg-t']);
  });
});

describe.each([
  ['s1', 'hv1: a machine beside it, one peer over MAC2MAC, one over GRE'],
  ['s3', 'hv3: all peers over GRE'],
])('what %s sends to all, from %s', (sender) => {
  const src = topology.vms![sender]!.mac!;
  const srcIp = topology.vms![sender]!.address!;

  it.each([
    ['IPv4 broadcast', datagram({ src, dst: BROADCAST, srcIp, dstIp: '255.255.255.255' }, 'to all')],
    [
      'IPv4 from an address that is nobody’s',
      datagram({ src, dst: BROADCAST, srcIp: '192.0.2.1', dstIp: '255.255.255.255' }, 'x'),
    ],
    ['IPv4 multicast', datagram({ src, dst: groupMac('239.129.2.3'), srcIp, dstIp: '239.129.2.3' }, 'to a group')],
    ['ARP', arpRequestFrom(src, src, srcIp, '10.0.0.99')],
    [
      'IPv6 multicast',
      ipv6(src, '33:33:0a:0b:0c:0d', `fe80${'0'.repeat(27)}1`, `ff05${'0'.repeat(20)}0a0b0c0d`, 'to a group of IPv6'),
    ],
    ['broadcast of an unknown EtherType', strange(src, BROADCAST, 0x1234)],
  ])('reaches each member of its segment once, as it was sent: %s', async (_, frame) => {
    expect(await witnesses.arrivals(sender, [frame])).toEqual(onceToEach(sender, frame));
  });
});

describe('a group that is not IP', () => {
  const frame = strange(topology.vms!['s1']!.mac!, '01:80:c2:00:00:0e', LLDP);

  it('reaches those on the same host and over GRE; towards a MAC2MAC neighbour it is dropped and counted', async () => {
    const counter = async (): Promise<number> => {
      const { id } = await centre.api('GET', 'segments/seg-s');
      const key = `metadata=0x${(0x80000000 + Number(id)).toString(16)}`;
      const flows = await centre.flows('hv1', 'table=52');
      const guard = flows.find((flow) => flow.includes(`${key} actions=drop`));
      return Number(/n_packets=(\d+)/.exec(guard ?? '')?.[1]);
    };
    const before = await counter();
    expect(await witnesses.arrivals('s1', [frame])).toEqual({ s3: [frame], s4: [frame] });
    expect(await counter()).toBeGreaterThan(before);
  });
});

describe.each([
  ['s4', 'on the same host'],
  ['s2', 'over MAC2MAC'],
  ['s3', 'over GRE'],
])('from s1 to %s, %s', (to) => {
  const src = topology.vms!['s1']!.mac!;
  const dst = topology.vms![to]!.mac!;

  it('frames of any EtherType and with any IP address arrive', async () => {
    const frames = [
      strange(src, dst, 0x1234),
      datagram({ src, dst, srcIp: '192.0.2.77', dstIp: '203.0.113.1' }, 'any address'),
    ];
    expect((await witnesses.arrivals('s1', frames))[to]).toEqual(frames);
  });

  it.each([
    ['of nobody', '02:99:00:00:00:01'],
    ['of the machine beside it', '02:0a:00:00:00:04'],
    ['of the other segment', '02:0b:00:00:00:01'],
    ['of its host', '02:01:00:00:00:01'],
  ])('a frame with the MAC %s does not', async (_, stranger) => {
    const frames = [BROADCAST, dst].map((each) => strange(stranger, each, 0x1234));
    expect(await witnesses.arrivals('s1', frames)).toEqual({});
  });

  it('a frame to a machine of the other segment does not', async () => {
    const others = segments['t']!.map((vm) => topology.vms![vm]!.mac!);
    expect(
      await witnesses.arrivals(
        's1',
        others.map((each) => strange(src, each, 0x1234)),
      ),
    ).toEqual({});
  });
});

describe('a machine that comes later', () => {
  it('is reached by all of its segment, and by nobody any more when it is deleted', async () => {
    await joinSegment(centre, 's', 'late');
    await segmentsSettled(centre, { s: [...segments['s']!, 'late'] });
    const times = segments['s']!.map(async (vm) => centre.reachedAfter(vm, LATE.address));
    expect(Math.max(...(await Promise.all(times)))).toBeLessThan(1000);
    expect(await centre.reaches('t2', LATE.address)).toBe(false);
    await centre.vnctl('interfaces', 'del', 'if-late', '--wait');
    expect(await centre.reaches('s1', LATE.address)).toBe(false);
  });
});

describe('a machine of a network that is on the segment', () => {
  const NETWORK = { uuid: 'nw-lan', mode: 'virtual', ipv4_network: '10.0.0.0', segment_uuid: 'seg-s' };

  it('is in the segment when its MAC and address come one after the other, in commands of their own', async () => {
    await centre.api('POST', 'networks', { ...NETWORK, topology_uuid: 'topo-over' });
    await centre.vnctl('interfaces', 'add', '--uuid', 'if-late', '--mode', 'vif', '--port-name', 'late');
    const mac_ = ['--uuid', 'ml-late', '--interface-uuid', 'if-late', '--mac-address', LATE.mac];
    await centre.vnctl('mac-leases', 'add', ...mac_);
    expect(await centre.reaches('s1', LATE.address)).toBe(false);
    const ip_ = ['--mac-lease-uuid', 'ml-late', '--network-uuid', 'nw-lan', '--ipv4-address', '10.0.0.7'];
    await centre.vnctl('ip-leases', 'add', ...ip_, '--wait');
    await segmentsSettled(centre, { s: [...segments['s']!, 'late'] });
    for (const vm of segments['s']!) await centre.reachedAfter(vm, LATE.address);
    const frame = strange(LATE.mac, topology.vms!['s3']!.mac!, 0x1234);
    expect((await witnesses.arrivals('late', [frame]))['s3']).toEqual([frame]);
    await centre.vnctl('interfaces', 'del', 'if-late', '--wait');
  });
});

describe('a rule that names a security group', () => {
  it('knows its members in the segment by their MACs, whatever addresses they use', async () => {
    const security = new SecurityChanges(centre);
    await security.group('sg-clients', 'all:-1:0.0.0.0/0');
    await security.group('sg-server', 'icmp:-1:sg-clients');
    await security.join('sg-server', 's1');
    const reaching = async (): Promise<readonly string[]> => {
      await security.noticed();
      const others = ['s2', 's3', 's4'];
      const reach = await Promise.all(others.map(async (vm) => centre.reaches(vm, '10.0.0.1')));
      return others.filter((_, index) => reach[index]);
    };
    expect(await reaching()).toEqual([]);
    for (const vm of ['s2', 's3']) await security.join('sg-clients', vm);
    expect(await reaching()).toEqual(['s2', 's3']);
    await centre.lab.exec('s3', ['ip', 'address', 'add', '10.0.0.33/24', 'dev', 'eth0']);
    expect((await centre.ping('s3', '10.0.0.1', { extra: ['-I', '10.0.0.33'] })).received).toBe(1);
    await security.leave('sg-clients', 's2');
    expect(await reaching()).toEqual(['s3']);
    await centre.lab.exec('s3', ['ip', 'address', 'del', '10.0.0.33/24', 'dev', 'eth0']);
    await security.leave('sg-clients', 's3');
    await security.leave('sg-server', 's1');
    expect(await reaching()).toEqual(['s2', 's3', 's4']);
  });
});

describe('the underlay', () => {
  it('carries frames of a segment to another rack in GRE, with 0x80000000 | segment id as key', async () => {
    const { id } = await centre.api('GET', 'segments/seg-s');
    await using underlay = await Capture.on(centre.lab.node('core'), 'rack1', 'proto gre', 'inout');
    expect((await centre.ping('s1', '10.0.0.3', { count: 3 })).received).toBe(3);
    const keys = underlay.frames.map((frame) => {
      const { payload } = decodeEthernet(frame);
      return payload.readUInt32BE((payload[0]! & 0xf) * 4 + 4);
    });
    expect(new Set(keys)).toEqual(new Set([0x80000000 + Number(id)]));
  });

  it('carries a flood to a neighbour with the MAC of the neighbour for the segment', async () => {
    const { mac: src, address } = centre.lab.vm('s1');
    await using underlay = await Capture.on(centre.lab.node('rack1'), 'hv2', `ether src ${src}`, 'out');
    const frame = datagram({ src, dst: BROADCAST, srcIp: address!, dstIp: '255.255.255.255' }, 'restored');
    expect(await witnesses.arrivals('s1', [frame])).toEqual(onceToEach('s1', frame));
    const carried = underlay.frames.filter((each) => each.includes('restored'));
    expect(carried).toHaveLength(1);
    expect(formatMac(decodeEthernet(carried[0]!).dst)).toMatch(/^02:dd:/);
  });
});

/** The last of the file: from now on machines say things by themselves. */
describe('IPv6', () => {
  beforeAll(async () => {
    for (const [index, vm] of ['s1', 's2', 's3', 's4'].entries()) await setIpv6(centre, vm, `fd00::${index + 1}`);
    for (const [index, vm] of ['t1', 't2', 't3'].entries()) await setIpv6(centre, vm, `fd00::${index + 5}`);
  });

  it.each([
    ['s4', 'fd00::4', 'on the same host'],
    ['s2', 'fd00::2', 'over MAC2MAC'],
    ['s3', 'fd00::3', 'over GRE'],
  ])('passes from s1 to %s (%s), %s, with its neighbour discovery', async (_, address) => {
    const { received, output } = await centre.ping('s1', address, { count: 3, extra: ['-6'] });
    expect(received, output).toBe(3);
  });

  it('does not pass to the other segment', async () => {
    for (const address of ['fd00::5', 'fd00::6', 'fd00::7']) {
      expect((await centre.ping('s1', address, { extra: ['-6'] })).received).toBe(0);
    }
  });
});
