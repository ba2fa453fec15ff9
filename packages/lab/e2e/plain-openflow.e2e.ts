import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeEthernet, encodeEthernet, ETHERTYPE, formatMac } from '@vnet/packet';
import type { TopologyInput } from '../src/index.ts';
import { Capture } from './capture.ts';
import type { DataCentre } from './data-centre.ts';
import { arpRequestFrom, datagram, groupMac, ipv6, Sender, strange } from './frames.ts';
import { expectMatrix } from './matrix.ts';
import { upWithPlain, type PlainHost } from './plain-host.ts';
import { joinSegment, setIpv6 } from './segments.ts';
import { SteadyPing } from './steady-ping.ts';
import { until } from './until.ts';
import { Witnesses } from './witnesses.ts';

const BROADCAST = 'ff:ff:ff:ff:ff:ff';
const LLDP = 0x88cc;

/** `hv1` and `hv3` have switches with plain OpenFlow 1.3, `hv2` and `hv4` have not; two segments and two networks, with the same addresses in each pair. */
const TOPOLOGY: TopologyInput = {
  segments: { rack1: {} },
  hosts: {
    hv1: { segment: 'rack1', address: '10.1.0.11/24' },
    hv2: { segment: 'rack1', address: '10.1.0.12/24' },
    hv3: { segment: 'rack1', address: '10.1.0.13/24' },
    hv4: { segment: 'rack1', address: '10.1.0.14/24' },
  },
  servers: { manager: { segment: 'rack1', address: '10.1.0.2/24' } },
  vms: {
    s1: { host: 'hv1', address: '10.0.0.1/24', mac: '02:0a:00:00:00:01' },
    s4: { host: 'hv1', address: '10.0.0.4/24', mac: '02:0a:00:00:00:04' },
    s2: { host: 'hv2', address: '10.0.0.2/24', mac: '02:0a:00:00:00:02' },
    s3: { host: 'hv3', address: '10.0.0.3/24', mac: '02:0a:00:00:00:03' },
    s5: { host: 'hv4', address: '10.0.0.9/24', mac: '02:0a:00:00:00:05' },
    t1: { host: 'hv1', address: '10.0.0.1/24', mac: '02:0b:00:00:00:01' },
    t2: { host: 'hv2', address: '10.0.0.5/24', mac: '02:0b:00:00:00:02' },
    a1: { host: 'hv1', address: '10.9.0.1/24', mac: '02:0c:00:00:00:01' },
    a4: { host: 'hv1', address: '10.9.0.4/24', mac: '02:0c:00:00:00:04' },
    a2: { host: 'hv2', address: '10.9.0.2/24', mac: '02:0c:00:00:00:02' },
    a3: { host: 'hv3', address: '10.9.0.3/24', mac: '02:0c:00:00:00:03' },
    b1: { host: 'hv1', address: '10.9.0.1/24', mac: '02:0d:00:00:00:01' },
    b2: { host: 'hv2', address: '10.9.0.5/24', mac: '02:0d:00:00:00:02' },
    late: { host: 'hv1', address: '10.0.0.7/24', mac: '02:0a:00:00:00:07' },
  },
};
const SEGMENTS = { s: ['s1', 's4', 's2', 's3', 's5'], t: ['t1', 't2'] };
const TENANTS = { a: ['a1', 'a4', 'a2', 'a3'], b: ['b1', 'b2'] };
const DOMAINS = { ...SEGMENTS, ...TENANTS };
const VMS = TOPOLOGY.vms!;

let centre: DataCentre;
let plain: PlainHost;
let plains: readonly PlainHost[];
let witnesses: Witnesses;

beforeAll(async () => {
  ({ centre, plain, plains } = await upWithPlain({
    topology: TOPOLOGY,
    tenants: TENANTS,
    segments: SEGMENTS,
    plain: ['hv1', 'hv3'],
  }));
  witnesses = await Witnesses.in(centre, DOMAINS);
});

afterAll(async () => {
  await witnesses[Symbol.asyncDispose]();
  for (const each of plains) await each.stop();
  await centre.down();
});

/** Each other member of the sender's segment or network gets each of these frames once; nobody else gets anything. */
function onceToEach(sender: string, ...frames: readonly Buffer[]): Readonly<Record<string, readonly Buffer[]>> {
  const members = Object.values(DOMAINS).find((vms) => vms.includes(sender))!;
  return Object.fromEntries(members.filter((vm) => vm !== sender).map((vm) => [vm, frames]));
}

describe('a switch with plain OpenFlow 1.3', () => {
  it('joins machines of segments and networks with each other and with those of peers of either kind, and nobody else', async () => {
    await expectMatrix(centre, DOMAINS);
  });

  it('is told nothing that OpenFlow 1.3 has not', async () => {
    for (const each of plains) await each.expectPlain();
  });

  it.each([
    ['s1', '10.0.0.5', 'of the other segment, on hv2'],
    ['t2', '10.0.0.4', 'of the other segment, on hv1'],
    ['a1', '10.9.0.5', 'of the other network, on hv2'],
    ['b2', '10.9.0.4', 'of the other network, on hv1'],
  ])('%s does not reach %s, an address %s', async (from, address) => {
    expect((await centre.ping(from, address)).received).toBe(0);
  });

  it('carries the host’s own traffic', async () => {
    for (const [from, to] of [
      ['hv1', '10.1.0.12'],
      ['hv2', '10.1.0.11'],
      ['manager', '10.1.0.11'],
    ] as const) {
      expect((await centre.ping(from, to, { count: 3 })).received, `${from} → ${to}`).toBe(3);
    }
  });
});

describe.each([
  ['s1', 'from the plain switch'],
  ['s2', 'from an OVS peer'],
  ['s3', 'from another plain switch, without a neighbour'],
])('what %s sends to all of its segment, %s', (sender) => {
  const { mac: src = '', address: srcIp = '' } = VMS[sender]!;

  it.each([
    ['IPv4 broadcast', datagram({ src, dst: BROADCAST, srcIp, dstIp: '255.255.255.255' }, 'to all')],
    [
      'IPv4 from an address that is nobody’s',
      datagram({ src, dst: BROADCAST, srcIp: '192.0.2.1', dstIp: '255.255.255.255' }, 'x'),
    ],
    ['ARP', arpRequestFrom(src, src, srcIp, '10.0.0.99')],
    ['broadcast of a made-up EtherType', strange(src, BROADCAST, 0x1234)],
  ])('reaches each member once, as it was sent: %s', async (_, frame) => {
    expect(await witnesses.arrivals(sender, [frame])).toEqual(onceToEach(sender, frame));
  });

  const v6 = (text: string): Buffer =>
    ipv6(src, '33:33:0a:0b:0c:0d', `fe80${'0'.repeat(27)}1`, `ff05${'0'.repeat(20)}0a0b0c0d`, text);
  const v4 = (text: string): Buffer =>
    datagram({ src, dst: groupMac('239.129.2.3'), srcIp, dstIp: '239.129.2.3' }, text);

  it.each([
    ['IPv4', v4],
    ['IPv6', v6],
  ])('reaches each member once, as it was sent: %s multicast', async (_, frame) => {
    const everybody = onceToEach(sender, frame('to a group'));
    // The first one may go by the agents, and be overtaken; none is lost.
    await witnesses.hear(sender, Object.keys(everybody), [frame('to a group that is new')]);
    expect(await witnesses.arrivals(sender, [frame('to a group')])).toEqual(everybody);
  });

  it('a group that is not IP reaches those on the same host only', async () => {
    const frame = strange(src, '01:80:c2:00:00:0e', LLDP);
    expect(await witnesses.arrivals(sender, [frame])).toEqual(sender === 's1' ? { s4: [frame] } : {});
  });
});

describe.each([
  ['s1', 's4', 'on the plain switch'],
  ['s1', 's2', 'to the OVS peer'],
  ['s2', 's1', 'from the OVS peer'],
  ['s1', 's3', 'to another plain switch'],
  ['s3', 's1', 'from another plain switch'],
])('from %s to %s, %s', (from, to) => {
  const { mac: src = '' } = VMS[from]!;
  const { mac: dst = '' } = VMS[to]!;

  it('frames of any EtherType and with any IP address arrive, at nobody else', async () => {
    const frames = [
      strange(src, dst, 0x1234),
      datagram({ src, dst, srcIp: '192.0.2.77', dstIp: '203.0.113.1' }, 'any address'),
    ];
    expect(await witnesses.arrivals(from, frames)).toEqual({ [to]: frames });
  });

  it.each([
    ['of nobody', '02:99:00:00:00:01'],
    ['of a machine beside it', '02:0a:00:00:00:04'],
    ['of the other segment', '02:0b:00:00:00:01'],
    ['of a host', '02:01:00:00:00:01'],
    ['of a group', '03:0a:00:00:00:01'],
  ])('a frame with the MAC %s does not', async (_, stranger) => {
    const frames = [BROADCAST, dst].map((each) => strange(stranger, each, 0x1234));
    expect(await witnesses.arrivals(from, frames)).toEqual({});
  });

  it('a frame to a machine of another segment or network does not', async () => {
    const others = ['t1', 't2', 'a1', 'a2'].map((vm) => strange(src, VMS[vm]!.mac!, 0x1234));
    expect(await witnesses.arrivals(from, others)).toEqual({});
  });

  it('a frame with a tag does not', async () => {
    const vlans = [{ tpid: ETHERTYPE.vlan, priority: 0, dropEligible: false, vid: 100 }];
    const inside = { ...decodeEthernet(strange(src, dst, 0x1234)), payload: Buffer.from('in a tag'.padEnd(46)), vlans };
    const got = Object.values(await witnesses.of(from, [encodeEthernet(inside)])).flat();
    expect(got.filter((frame) => frame.includes('in a tag'))).toEqual([]);
  });
});

describe('a network on the plain switch', () => {
  const own = { src: VMS['a1']!.mac!, srcIp: '10.9.0.1' };

  it.each([
    ['IPv4 broadcast', datagram({ ...own, dst: BROADCAST, dstIp: '10.9.0.255' }, 'to all')],
    ['IPv4 multicast', datagram({ ...own, dst: groupMac('239.1.2.3'), dstIp: '239.1.2.3' }, 'to a group')],
  ])('floods %s of its own addresses to each member once', async (_, frame) => {
    expect(await witnesses.arrivals('a1', [frame])).toEqual(onceToEach('a1', frame));
  });

  it.each([
    ['a4', 'on the plain switch'],
    ['a2', 'on the OVS peer'],
    ['a3', 'on another plain switch'],
  ])('lets nothing pass to %s (%s) that is spoofed', async (to) => {
    const { mac: dst = '', address = '' } = VMS[to]!;
    const dstIp = address.split('/')[0]!;
    const good = datagram({ ...own, dst, dstIp }, 'honest');
    const frames = [
      datagram({ ...own, srcIp: '10.9.0.77', dst, dstIp }, 'address of nobody'),
      datagram({ ...own, srcIp: '10.9.0.4', dst, dstIp }, 'address of the machine beside it'),
      datagram({ ...own, src: '02:99:00:00:00:01', dst, dstIp }, 'MAC of nobody'),
      datagram({ ...own, src: VMS['b1']!.mac!, dst, dstIp }, 'MAC of the other network'),
      arpRequestFrom(own.src, own.src, '10.9.0.77', dstIp),
      arpRequestFrom(own.src, '02:99:00:00:00:01', own.srcIp, dstIp),
      arpRequestFrom('02:99:00:00:00:01', own.src, own.srcIp, dstIp),
      strange(own.src, dst, 0x1234),
      good,
    ];
    // Nobody listens there: a1 is told so.
    const got = Object.entries(await witnesses.arrivals('a1', frames)).filter(([vm]) => vm !== 'a1');
    expect(Object.fromEntries(got)).toEqual({ [to]: [good] });
  });
});

describe('the underlay', () => {
  it('carries a flood to the peer once, with the peer’s MAC for the segment', async () => {
    const { mac: src, address } = centre.lab.vm('s1');
    await using underlay = await Capture.on(centre.lab.node('rack1'), 'hv2', `ether src ${src}`, 'out');
    const frame = datagram({ src, dst: BROADCAST, srcIp: address!, dstIp: '255.255.255.255' }, 'restored');
    expect(await witnesses.arrivals('s1', [frame])).toEqual(onceToEach('s1', frame));
    const carried = underlay.frames.filter((each) => each.includes('restored'));
    expect(carried).toHaveLength(1);
    expect(formatMac(decodeEthernet(carried[0]!).dst)).toMatch(/^02:dd:/);
  });
});

describe('a machine that comes later', () => {
  it('is reached while it is there, wherever it is plugged', async () => {
    await joinSegment(centre, 's', 'late');
    for (const vm of SEGMENTS.s) expect(await centre.reachedAfter(vm, '10.0.0.7')).toBeLessThan(3_000);
    expect(await centre.reaches('t1', '10.0.0.7')).toBe(false);
    await centre.lab.move('late', 'hv2');
    for (const vm of SEGMENTS.s) await centre.reachedAfter(vm, '10.0.0.7');
    await centre.lab.move('late', 'hv1');
    for (const vm of SEGMENTS.s) await centre.reachedAfter(vm, '10.0.0.7');
    await centre.vnctl('interfaces', 'del', 'if-late', '--wait');
    expect(await centre.reaches('s4', '10.0.0.7')).toBe(false);
    expect(await centre.reaches('s2', '10.0.0.7')).toBe(false);
  });
});

/** Pings on hv1, and through it both ways, while something happens there. */
async function whilePinging(happens: (more: () => Promise<unknown>) => Promise<void>): Promise<void> {
  const ways = [
    ['s1', '10.0.0.2'],
    ['a2', '10.9.0.1'],
    ['s3', '10.0.0.1'],
  ] as const;
  const pings = await Promise.all(ways.map(async ([from, to]) => SteadyPing.start(centre, from, to)));
  await happens(async () => Promise.all(pings.map(async (ping) => ping.more(300))));
  const results = await Promise.all(pings.map(async (ping) => ping.stop()));
  expect(results.map(({ lost }) => lost)).toEqual([[], [], []]);
}

/** Flows that are not learnt, without what counts. */
async function standing(): Promise<readonly string[]> {
  const flows = (await plain.flows()).filter((flow) => !flow.includes('hard_timeout='));
  return flows.map((flow) => flow.replace(/duration=\S+ |n_packets=\d+, |n_bytes=\d+, |idle_age=\d+, /g, '')).sort();
}

describe('the agent of the plain switch', () => {
  it('is killed and started again: nothing is lost, and no flow changes', async () => {
    const before = await standing();
    await whilePinging(async (more) => {
      await plain.agent.kill();
      await more();
      await plain.start();
      await more();
    });
    expect(await standing()).toEqual(before);
    const changed = (await plain.agent.lines()).flatMap((line) => ('changed' in line ? [line['changed']] : []));
    expect(new Set(changed)).toEqual(new Set([0]));
  });

  it('goes by its state directory when there is no manager', async () => {
    const before = await standing();
    await whilePinging(async (more) => {
      await centre.vnmgr.stop();
      await plain.agent.kill();
      await plain.agent.launch();
      await plain.agent.message('the saved state is in the switch', { timeout: 20_000 });
      await more();
      expect(await standing()).toEqual(before);
      await centre.startManager();
      await plain.agent.message('synced', { timeout: 20_000 });
      await more();
    });
    expect(await standing()).toEqual(before);
  });

  it('gives a switch that was restarted all it had', async () => {
    const before = await standing();
    await centre.lab.host('hv1').restartSwitch();
    let now: readonly string[] = [];
    await until(
      async () => {
        now = await standing();
        return now.length === before.length;
      },
      () => `all flows are there again; there are not: ${before.filter((flow) => !now.includes(flow)).join('\n')}`,
      20_000,
    );
    expect(now).toEqual(before);
    await centre.reachedAfter('s2', '10.0.0.1');
    await centre.reachedAfter('a1', '10.9.0.2');
  });
});

/** From now on machines say things by themselves. */
describe('IPv6 in a segment', () => {
  beforeAll(async () => {
    for (const [index, vm] of ['s1', 's2', 's4', 't1', 't2'].entries()) await setIpv6(centre, vm, `fd00::${index + 1}`);
  });

  it.each([
    ['s1', 'fd00::2'],
    ['s2', 'fd00::3'],
    ['s4', 'fd00::1'],
  ])('passes from %s to %s, with its neighbour discovery', async (from, address) => {
    const { received, output } = await centre.ping(from, address, { count: 3, extra: ['-6'] });
    expect(received, output).toBe(3);
  });

  it('does not pass to the other segment', async () => {
    for (const address of ['fd00::4', 'fd00::5']) {
      expect((await centre.ping('s1', address, { extra: ['-6'] })).received).toBe(0);
    }
  });
});

describe('a peer’s machine that sends to ever new groups', () => {
  it('does not fill the plain switch, and others lose nothing', async () => {
    const { mac: src, address: srcIp } = centre.lab.vm('s2');
    const to = (group: string, text: string): Buffer =>
      datagram({ src, dst: groupMac(group), srcIp: srcIp!, dstIp: group }, text);
    const used = '239.129.2.3';
    const lessons = async (): Promise<number> =>
      (await plain.flows()).filter((flow) => flow.includes('hard_timeout=') && /nw_dst=239/.test(flow)).length;
    await witnesses.hear('s2', ['s1', 's4', 's3', 's5'], [to(used, 'a group in use')]);
    const sender = new Sender(centre.lab.vm('s2'));
    const counts: number[] = [];
    // Of 200 at once none is lost before the switch looks at it.
    for (let round = 0; round < 20; round++) {
      sender.send(Array.from({ length: 200 }, (_, index) => to(`239.77.${round}.${index}`, 'flood')));
      const { received, output } = await centre.ping('a2', '10.9.0.1', { count: 5 });
      expect(received, output).toBe(5);
      counts.push(await lessons());
    }
    sender.close();
    expect(Math.max(...counts)).toBeGreaterThan(100);
    expect(Math.max(...counts)).toBeLessThanOrEqual(1_024);
    const everybody = onceToEach('s2', to(used, 'still in use'));
    expect(await witnesses.arrivals('s2', [to(used, 'still in use')])).toEqual(everybody);
    await centre.reachedAfter('s5', '10.0.0.3');
  });
});

describe('after all of this', () => {
  it('the switch has been told nothing that OpenFlow 1.3 has not', async () => {
    for (const each of plains) await each.expectPlain();
  });
});
