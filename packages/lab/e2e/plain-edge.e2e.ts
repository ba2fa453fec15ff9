import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeEthernet, encodeEthernet, ETHERTYPE } from '@vnet/packet';
import { Capture } from './capture.ts';
import type { DataCentre } from './data-centre.ts';
import { declareMachine, LEGACY, mapVlan, TRUNK } from './edge-site.ts';
import { arpRequestFrom, datagram, groupMac, mac, Sender, strange } from './frames.ts';
import { upWithPlain, type PlainHost } from './plain-host.ts';
import { mapPlainSite, PLAIN_SITE, SEGMENT_LEGACY } from './plain-site.ts';
import { setIpv6 } from './segments.ts';
import { SteadyPing } from './steady-ping.ts';
import { until } from './until.ts';

const BROADCAST = 'ff:ff:ff:ff:ff:ff';
const OLD = '10.0.0.100';
const NEW = '10.0.0.101';
const SEGMENT_OLD = '10.5.0.100';
const SEGMENT_NEW = '10.5.0.101';

let centre: DataCentre;
let plain: PlainHost;
/** Puts frames on the trunk, as the legacy switch could. */
let trunk: Sender;

beforeAll(async () => {
  ({ centre, plain } = await upWithPlain({ ...PLAIN_SITE, plain: ['edge1'] }));
  await mapPlainSite(centre);
  await declareMachine(centre, 'olda', 'a');
  await declareMachine(centre, 'oldb', 'b');
  await centre.api('POST', 'interfaces?wait=flows&timeout=10', {
    uuid: 'if-olds',
    mode: 'vif',
    port_name: TRUNK,
    segment_uuid: 'seg-s',
    mac_address: SEGMENT_LEGACY.olds.mac,
  });
  trunk = new Sender(centre.lab.node('tor'), 'edge1');
});

afterAll(async () => {
  trunk.close();
  await plain.stop();
  await centre.down();
});

/** The machines that `vnctl edge hosts` lists, by MAC. */
async function edgeHosts(): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  const { stdout } = await centre.vnctl('-o', 'json', 'edge', 'hosts', '--limit', '1000');
  const { items } = JSON.parse(stdout) as { items: Record<string, unknown>[] };
  return new Map(items.map((item) => [String(item['mac_address']), item]));
}

function tagged(frame: Buffer, ...vids: number[]): Buffer {
  const vlans = vids.map((vid) => ({ tpid: ETHERTYPE.vlan, priority: 0, dropEligible: false, vid }));
  return encodeEthernet({ ...decodeEthernet(frame), vlans });
}

async function expectPings(from: string, address: string, count = 3): Promise<void> {
  const { received, output } = await centre.ping(from, address, { count });
  expect(received, `${from} → ${address}: ${output}`).toBe(count);
}

describe('a declared legacy machine behind a plain switch', () => {
  it.each([
    ['a1', OLD, 'in a network, from the plain switch'],
    ['a2', OLD, 'in a network, from the OVS peer'],
    ['b1', OLD, 'in the other network, from the plain switch'],
    ['b2', OLD, 'in the other network, from the OVS peer'],
    ['s1', SEGMENT_OLD, 'in a segment, from the plain switch'],
    ['s2', SEGMENT_OLD, 'in a segment, from the OVS peer'],
  ])('is reached by %s: %s, %s', async (vm, address) => {
    await centre.reachedAfter(vm, address);
    await expectPings(vm, address);
  });

  it.each([
    ['olda', ['10.0.0.1', '10.0.0.2']],
    ['oldb', ['10.0.0.1', '10.0.0.2', '10.0.0.5']],
    ['olds', ['10.5.0.1', '10.5.0.2']],
  ])('%s reaches %s', async (machine, addresses) => {
    for (const address of addresses) await expectPings(machine, address);
  });

  it('does not reach an address that only another network or segment has', async () => {
    expect((await centre.ping('olda', '10.0.0.5')).received).toBe(0);
    expect((await centre.ping('t1', SEGMENT_OLD)).received).toBe(0);
    expect((await centre.ping('t2', SEGMENT_OLD)).received).toBe(0);
  });
});

describe('a legacy machine that nobody has declared, behind a plain switch', () => {
  it.each([
    ['newa', '10.0.0.1', 'on the plain switch'],
    ['newa', '10.0.0.2', 'on the OVS peer'],
    ['newa', OLD, 'beside it in its VLAN'],
    ['news', '10.5.0.1', 'in a segment, on the plain switch'],
    ['news', '10.5.0.2', 'in a segment, on the OVS peer'],
  ])('%s reaches %s: %s', async (machine, address) => {
    await centre.reachedAfter(machine, address);
    await expectPings(machine, address);
  });

  it.each([
    ['a1', NEW],
    ['a2', NEW],
    ['s1', SEGMENT_NEW],
    ['s2', SEGMENT_NEW],
  ])('is reached by %s at %s', async (vm, address) => {
    await expectPings(vm, address);
  });

  it('is not reached by others', async () => {
    for (const vm of ['b1', 'b2']) expect(await centre.reaches(vm, NEW)).toBe(false);
    for (const vm of ['t1', 't2']) expect(await centre.reaches(vm, SEGMENT_NEW)).toBe(false);
  });

  it('is found even if it has never said anything', async () => {
    expect((await edgeHosts()).has(LEGACY.quiet.mac)).toBe(false);
    await centre.reachedAfter('a2', LEGACY.quiet.address, 3_000);
    await expectPings('a1', LEGACY.quiet.address);
  });

  it('is heard from its very first frame on, here and on the peer, once, whoever comes', async () => {
    const texts = Array.from({ length: 60 }, (_, index) => `first of ${index}.`);
    const captures = await Promise.all(['a1', 'a2'].map(async (vm) => Capture.on(centre.lab.vm(vm), 'eth0', 'udp')));
    const heard = (): readonly (readonly string[])[] =>
      captures.map(({ frames }) => frames.map((frame) => frame.subarray(42).toString()).sort());
    for (const [index, text] of texts.entries()) {
      const ends = { src: `02:0c:00:00:02:${(16 + index).toString(16)}`, dst: BROADCAST, srcIp: '0.0.0.0' };
      trunk.send([tagged(datagram({ ...ends, dstIp: '255.255.255.255' }, text), 100)]);
      await delay(20);
    }
    await until(
      () => heard().every(({ length }) => length >= texts.length),
      () =>
        `all are heard; missing are ${heard()
          .map((each) => texts.filter((text) => !each.includes(text)).join(' '))
          .join('; ')}`,
    );
    await Promise.all(captures.map(async (each) => each.stop()));
    expect(heard()).toEqual([[...texts].sort(), [...texts].sort()]);
  });

  it('is listed by vnctl edge hosts, with VLAN, address, port and host', async () => {
    await until(async () => (await edgeHosts()).has(LEGACY.newa.mac), 'newa is listed');
    const shown = { vlan_id: 100, ipv4_address: NEW, port_name: TRUNK, network_uuid: 'nw-a', refused: null };
    expect((await edgeHosts()).get(LEGACY.newa.mac)).toMatchObject({ ...shown, datapath_uuid: 'dp-edge1' });
    await until(async () => (await edgeHosts()).has(SEGMENT_LEGACY.news.mac), 'news is listed');
    expect((await edgeHosts()).get(SEGMENT_LEGACY.news.mac)).toMatchObject({ vlan_id: 400, segment_uuid: 'seg-s' });
  });

  it('is not flooded to once it is known', async () => {
    await using beside = await Capture.on(centre.lab.vm('a1'), 'eth0', 'icmp');
    await using other = await Capture.on(centre.lab.vm('s1'), 'eth0', 'icmp');
    await expectPings('a2', NEW);
    await expectPings('s2', SEGMENT_NEW);
    await expectPings('a1', '10.0.0.2', 1);
    await until(() => beside.texts.length > 0, 'the answer to a1 is captured');
    expect(beside.texts).toHaveLength(1);
    expect(other.texts).toEqual([]);
  });

  it('is followed when it moves to another VLAN of the network', async () => {
    await mapVlan(centre, 300, 'a');
    const tor = centre.lab.node('tor') as unknown as { vsctl: (...args: string[]) => Promise<string> };
    await tor.vsctl('set', 'port', 'newa', 'tag=300');
    await centre.reachedAfter('newa', '10.0.0.2', 5_000);
    await centre.reachedAfter('a1', NEW, 5_000);
    await expectPings('a2', NEW);
    await until(async () => (await edgeHosts()).get(LEGACY.newa.mac)?.['vlan_id'] === 300, 'it is listed in VLAN 300');
    // Between two VLANs of one trunk.
    await centre.reachedAfter('newa', LEGACY.quiet.address, 5_000);
    await expectPings('newa', OLD);
    await tor.vsctl('set', 'port', 'newa', 'tag=100');
    // It has just moved: for ten seconds it stays where it is.
    await centre.reachedAfter('newa', '10.0.0.2', 15_000);
    await centre.vnctl('vlan-translations', 'del', 'vt-edge1x300', '--wait');
    await expectPings('a2', NEW);
  });
});

describe('a VLAN that leads to a segment', () => {
  it.each(['s1', 's2'])('lets any protocol, broadcast and multicast pass, to and from %s, once', async (vm) => {
    const vmMac = centre.lab.vm(vm).mac;
    for (const name of ['olds', 'news'] as const) {
      const { mac: machine, address } = SEGMENT_LEGACY[name];
      const group = '239.1.2.3';
      const frames = (src: string, dst: string, srcIp: string): readonly Buffer[] => [
        strange(src, dst, 0x88b6),
        strange(src, BROADCAST, 0x88b6),
        datagram({ src, dst: groupMac(group), srcIp, dstIp: group }, 'to a group'),
        datagram({ src, dst: BROADCAST, srcIp, dstIp: '255.255.255.255' }, 'the end'),
      ];
      const places = [
        [name, vm, frames(machine, vmMac, address)],
        [vm, name, frames(vmMac, machine, '10.5.0.1')],
      ] as const;
      for (const [from, to, sent] of places) {
        await using there = await Capture.on(centre.lab.node(to), 'eth0');
        const sender = new Sender(centre.lab.node(from));
        sender.send(sent);
        const src = sent[0]!.readUIntBE(6, 6);
        const got = (): readonly string[] =>
          there.frames.filter((frame) => frame.readUIntBE(6, 6) === src && !isArp(frame)).map(hex);
        // The first frame of a group may go by the agent, and be overtaken.
        await until(
          () => sent.every((frame) => got().includes(hex(frame))),
          () => `${to} gets what ${from} sends; it has: ${there.texts.join('\n')}`,
        );
        sender.close();
        await expectPings(name, '10.5.0.1', 1);
        const text = sent.map(hex).sort();
        expect(
          got()
            .filter((frame) => text.includes(frame))
            .sort(),
          `${from} → ${to}`,
        ).toEqual(text);
      }
    }
  });

  it('lets IPv6 pass', async () => {
    for (const [index, name] of ['s1', 's2', 'olds', 'news'].entries()) {
      await setIpv6(centre, name, `fd05::${index + 1}`);
    }
    for (const address of ['fd05::3', 'fd05::4']) {
      for (const vm of ['s1', 's2']) {
        const { received, output } = await centre.ping(vm, address, { count: 3, extra: ['-6'] });
        expect(received, output).toBe(3);
      }
    }
  });
});

function hex(frame: Buffer): string {
  return frame.toString('hex');
}

function isArp(frame: Buffer): boolean {
  return frame.readUInt16BE(12) === ETHERTYPE.arp;
}

describe('tags', () => {
  it.each([
    ['a2', OLD, 100],
    ['a2', NEW, 100],
    ['b2', OLD, 200],
    ['s2', SEGMENT_NEW, 400],
  ])('of %s ↔ %s are on the trunk (%i) and not in the underlay', async (vm, address, vlan) => {
    await expectPings(vm, address, 1);
    await using trunkCapture = await Capture.on(centre.lab.host('edge1'), TRUNK, 'icmp or (vlan and icmp)', 'inout');
    await using underlay = await Capture.on(centre.lab.node('rack1'), 'hv2', 'icmp or (vlan and icmp)', 'inout');
    await expectPings(vm, address, 2);
    for (const { frames } of [trunkCapture, underlay]) await until(() => frames.length >= 4, 'all are captured');
    const tags = trunkCapture.frames.map((frame) => decodeEthernet(frame).vlans.map(({ vid }) => vid));
    expect(tags).toEqual([[vlan], [vlan], [vlan], [vlan]]);
    expect(underlay.frames.map((frame) => decodeEthernet(frame).vlans)).toEqual([[], [], [], []]);
  });

  it('are on neither side of what comes to a VM on the plain switch', async () => {
    await using vm = await Capture.on(centre.lab.vm('a1'), 'eth0', 'icmp or vlan', 'inout');
    await expectPings('a1', NEW, 2);
    await until(() => vm.frames.length >= 4, 'all are captured');
    expect(vm.frames.map((frame) => decodeEthernet(frame).vlans)).toEqual([[], [], [], []]);
  });
});

describe('what comes from the trunk and is dropped', () => {
  const ends = { src: '02:0c:00:00:00:99', dst: BROADCAST, srcIp: '10.0.0.99', dstIp: '255.255.255.255' };
  let strangers = 0;

  /** Sends frames into the trunk; what of them comes out anywhere, after two that are let in have come out. */
  async function whatEnters(frames: readonly Buffer[], mark: string): Promise<readonly string[]> {
    const everyone = centre.lab.vms.map(({ name }) => name);
    const captures = await Promise.all(everyone.map(async (name) => Capture.on(centre.lab.vm(name), 'eth0')));
    const at = (name: string): Capture => captures[everyone.indexOf(name)]!;
    // Of somebody who is known, and of somebody who is not yet.
    const src = `02:0c:00:00:01:${(16 + strangers++).toString(16)}`;
    const witnesses = [
      datagram({ ...ends, src: LEGACY.newa.mac, srcIp: NEW }, 'known'),
      datagram({ ...ends, src, srcIp: '10.0.0.98' }, 'unknown'),
    ].map((frame) => tagged(frame, 100));
    trunk.send([...frames, ...witnesses]);
    for (const name of ['a1', 'a2']) {
      for (const text of ['known', 'unknown']) {
        await at(name).frame((frame) => frame.subarray(42).toString() === text, `${name} hears the ${text}`);
      }
    }
    await expectPings('a1', '10.0.0.2', 1);
    await Promise.all(captures.map(async (each) => each.stop()));
    return captures.flatMap((each, index) => {
      const hits = each.frames.filter((frame) => frame.includes(mark));
      return hits.map(() => everyone[index]!);
    });
  }

  it.each([
    ['without a tag', (frame: Buffer) => frame],
    ['in a VLAN that is mapped nowhere', (frame: Buffer) => tagged(frame, 777)],
    ['in VLAN 0', (frame: Buffer) => tagged(frame, 0)],
    ['with two tags', (frame: Buffer) => tagged(frame, 100, 200)],
  ])('a frame %s', async (_, change) => {
    const known = { ...ends, src: LEGACY.newa.mac, srcIp: NEW };
    const frames = [ends, known].map((each) => change(datagram(each, 'not to enter')));
    expect(await whatEnters(frames, 'not to enter')).toEqual([]);
  });

  it('a frame with the MAC of a VM, here or on the peer, and it takes nothing from the VM', async () => {
    const frames = ['a1', 'a2', 's2'].map((vm) => {
      const spoofed = { ...ends, src: centre.lab.vm(vm).mac, srcIp: centre.lab.vm(vm).address! };
      return tagged(datagram(spoofed, 'not to enter'), 100);
    });
    const inSegment = tagged(strange(centre.lab.vm('s2').mac, BROADCAST, 0x1234), 400);
    expect(await whatEnters([...frames, inSegment], 'not to enter')).toEqual([]);
    await expectPings('a1', '10.0.0.2');
    await expectPings('s1', '10.5.0.2');
  });

  it('a frame with the MAC of the host, a group or a host’s network', async () => {
    const { mac: hostMac } = centre.lab.host('edge1').identity;
    const frames = [hostMac, '03:0c:00:00:00:01', BROADCAST].map((src) =>
      tagged(datagram({ ...ends, src }, 'not to enter'), 100),
    );
    expect(await whatEnters(frames, 'not to enter')).toEqual([]);
    await expectPings('edge1', '10.1.0.12');
  });

  it('ARP that claims the address of a VM or of a declared machine', async () => {
    const claims = ['10.0.0.2', '10.0.0.1', OLD].map((spa) =>
      tagged(arpRequestFrom(ends.src, ends.src, spa, '10.0.0.1'), 100),
    );
    expect(await whatEnters(claims, Buffer.from(ends.src.replaceAll(':', ''), 'hex').toString('latin1'))).toEqual([]);
    await using vm = await Capture.on(centre.lab.vm('a1'), 'eth0', 'arp');
    trunk.send(claims);
    await expectPings('a1', '10.0.0.2');
    expect(vm.frames.filter((frame) => decodeEthernet(frame).src === mac(ends.src))).toEqual([]);
  });

  it('what a declared machine sends from another address than its own', async () => {
    const declared = { ...ends, src: LEGACY.olda.mac };
    const frames = [
      tagged(datagram({ ...declared, srcIp: '10.0.0.55' }, 'not to enter'), 100),
      tagged(datagram({ ...declared, srcIp: '10.0.0.100' }, 'wrong vlan'), 200),
    ];
    expect(await whatEnters(frames, 'not to enter')).toEqual([]);
    expect(await whatEnters(frames, 'wrong vlan')).toEqual([]);
    await expectPings('a2', OLD);
  });

  it('a MAC that is somebody’s elsewhere in the model, which vnctl edge hosts says', async () => {
    const foreign = centre.lab.host('hv2').identity.mac;
    trunk.send([tagged(datagram({ ...ends, src: foreign }, 'foreign'), 100)]);
    await until(async () => String((await edgeHosts()).get(foreign)?.['refused']).includes('if-hv2'), 'it is refused');
    expect(
      await whatEnters([tagged(datagram({ ...ends, src: foreign }, 'not to enter'), 100)], 'not to enter'),
    ).toEqual([]);
    await expectPings('edge1', '10.1.0.12');
  });

  it('nothing of it was put into the switch in words that OpenFlow 1.3 has not', async () => {
    await plain.expectPlain();
  });
});

describe('a mapping on a plain switch', () => {
  it('takes effect at once when it is changed, and loses nothing of other VLANs', async () => {
    const other = await SteadyPing.start(centre, 'b2', OLD);
    await centre.vnctl('vlan-translations', 'del', 'vt-edge1x100', '--wait');
    expect((await centre.ping('a2', OLD)).received).toBe(0);
    expect((await centre.ping('a1', NEW)).received).toBe(0);
    await mapVlan(centre, 100, 'a');
    expect(await centre.reachedAfter('a2', OLD)).toBeLessThan(3_000);
    expect(await centre.reachedAfter('a1', NEW)).toBeLessThan(3_000);
    // The VLAN of olda becomes the other tenant's: its own address is not one of that network.
    await centre.api('PUT', 'vlan_translations/vt-edge1x100?wait=flows&timeout=10', { network_uuid: 'nw-b' });
    expect((await centre.ping('a2', OLD)).received).toBe(0);
    await centre.api('PUT', 'vlan_translations/vt-edge1x100?wait=flows&timeout=10', { network_uuid: 'nw-a' });
    expect(await centre.reachedAfter('a2', OLD)).toBeLessThan(3_000);
    await other.more(100);
    expect((await other.stop()).lost).toEqual([]);
  });

  it('can be added and removed for another VLAN while the first one is in use', async () => {
    // Mapped anew, the VLAN has forgotten its discovered machines: they are found again by ARP.
    await centre.reachedAfter('a2', NEW, 30_000);
    const first = await SteadyPing.start(centre, 'a2', NEW);
    await mapVlan(centre, 300, 'a');
    await first.more(100);
    await centre.vnctl('vlan-translations', 'del', 'vt-edge1x300', '--wait');
    await first.more(100);
    expect((await first.stop()).lost).toEqual([]);
  });
});

describe('the agent of a plain edge', () => {
  it('knows after a restart whom it has seen, and loses nothing', async () => {
    const pings = await Promise.all([SteadyPing.start(centre, 'a2', NEW), SteadyPing.start(centre, 's2', SEGMENT_OLD)]);
    await plain.agent.kill();
    await plain.start();
    await Promise.all(pings.map(async (ping) => ping.more(300)));
    for (const ping of pings) expect((await ping.stop()).lost).toEqual([]);
    expect((await edgeHosts()).has(LEGACY.newa.mac)).toBe(true);
    await expectPings('a1', NEW);
    await plain.expectPlain();
  });
});

/** 3,000 a second: more at once than the queue of the trunk holds would take packets of others with it. */
function floodSteadily(frames: readonly Buffer[]): NodeJS.Timeout {
  let next = 0;
  return setInterval(() => {
    trunk.send(frames.slice(next, next + 30));
    next = (next + 30) % frames.length;
  }, 10);
}

describe('a flood of MACs from the legacy side', () => {
  it('does not fill the switch, and known machines lose nothing', async () => {
    const frames = Array.from({ length: 3_000 }, (_, index) => {
      const src = `02:ee:00:00:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 0xff).toString(16).padStart(2, '0')}`;
      return tagged(datagram({ src, dst: BROADCAST, srcIp: '0.0.0.0', dstIp: '255.255.255.255' }, 'flood'), 200);
    });
    const learnt = async (): Promise<number> => {
      const macs = (await plain.flows()).flatMap((flow) => /dl_src=(02:ee:[0-9a-f:]+)/.exec(flow)?.[1] ?? []);
      return new Set(macs).size;
    };
    const counts: number[] = [];
    await until(
      async () => {
        trunk.send(frames);
        counts.push(await learnt());
        return counts.at(-1)! >= 1_000;
      },
      () => `the flood is learnt up to the limit; learnt are ${counts.at(-1)}`,
      40_000,
    );
    for (const [from, to] of [
      ['a2', NEW],
      ['b2', OLD],
      ['s2', SEGMENT_NEW],
    ] as const) {
      const flood = floodSteadily(frames);
      await expectPings(from, to, 10);
      clearInterval(flood);
      counts.push(await learnt());
    }
    expect(Math.max(...counts)).toBeLessThanOrEqual(1_024);
    await plain.expectPlain();
  });
});

/** The last one: should it fail, the machine may be somewhere between two networks. */
describe('a discovered machine whose VLAN becomes another network’s', () => {
  it('is reached there, from the plain switch and from the OVS peer, and not where it was; and back', async () => {
    const become = async (network: string): Promise<void> => {
      await centre.api('PUT', 'vlan_translations/vt-edge1x100?wait=flows&timeout=10', { network_uuid: network });
      // Both networks have the address 10.0.0.1.
      await centre.lab.exec('newa', ['ip', 'neigh', 'flush', 'dev', 'eth0']);
    };
    await centre.reachedAfter('a2', NEW);
    await become('nw-b');
    await centre.reachedAfter('newa', '10.0.0.1', 5_000);
    await centre.reachedAfter('newa', '10.0.0.5', 5_000);
    await expectPings('b1', NEW);
    await expectPings('b5', NEW);
    expect(await centre.reaches('a2', NEW)).toBe(false);
    await become('nw-a');
    await centre.reachedAfter('newa', '10.0.0.2', 5_000);
    await expectPings('a1', NEW);
    expect(await centre.reaches('newa', '10.0.0.5')).toBe(false);
    await plain.expectPlain();
  });
});
