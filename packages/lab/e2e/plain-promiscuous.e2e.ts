import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatMac } from '@vnet/packet';
import { Capture } from './capture.ts';
import type { DataCentre } from './data-centre.ts';
import { datagram, groupMac, Sender } from './frames.ts';
import { everywhere, upWithPlain, type PlainHost } from './plain-host.ts';
import { setIpv6 } from './segments.ts';
import { until } from './until.ts';

const BROADCAST = 'ff:ff:ff:ff:ff:ff';
/** As `LEARNED_LIMIT` of the agent, for each port. */
const LIMIT = 1_024;

/** Machines that are not in the model: address and MAC. p1 and p2 are behind one port of hv1, q1 behind another, r1 on hv2. */
const PHYSICAL = {
  p1: { address: '10.0.0.101/24', mac: '02:0c:00:00:00:01' },
  p2: { address: '10.0.0.102/24', mac: '02:0c:00:00:00:02' },
  q1: { address: '10.0.0.103/24', mac: '02:0c:00:00:00:03' },
  r1: { address: '10.0.0.104/24', mac: '02:0c:00:00:00:04' },
};
const SEGMENTS = { s: ['s1', 's4', 's2'], t: ['t1', 't2'] };
const PORTS = { hall: ['hv1', 'hall0'], yard: ['hv1', 'yard0'], shed: ['hv2', 'shed0'] } as const;

let centre: DataCentre;
let plain: PlainHost;

beforeAll(async () => {
  const access = (server: string) => ({ server, tag: 100 });
  ({ centre, plain } = await upWithPlain({
    topology: {
      segments: { rack1: {} },
      hosts: {
        hv1: { segment: 'rack1', address: '10.1.0.11/24' },
        hv2: { segment: 'rack1', address: '10.1.0.12/24' },
      },
      vms: {
        s1: { host: 'hv1', address: '10.0.0.1/24', mac: '02:0a:00:00:00:01' },
        s4: { host: 'hv1', address: '10.0.0.4/24', mac: '02:0a:00:00:00:04' },
        s2: { host: 'hv2', address: '10.0.0.2/24', mac: '02:0a:00:00:00:02' },
        t1: { host: 'hv1', address: '10.0.0.1/24', mac: '02:0b:00:00:00:01' },
        t2: { host: 'hv2', address: '10.0.0.5/24', mac: '02:0b:00:00:00:02' },
      },
      servers: PHYSICAL,
      switches: {
        hall: { ports: [{ host: 'hv1', device: 'hall0', tag: 100 }, access('p1'), access('p2')] },
        yard: { ports: [{ host: 'hv1', device: 'yard0', tag: 100 }, access('q1')] },
        shed: { ports: [{ host: 'hv2', device: 'shed0', tag: 100 }, access('r1')] },
      },
    },
    tenants: {},
    segments: SEGMENTS,
    plain: ['hv1'],
  }));
  for (const [name, [host, port]] of Object.entries(PORTS)) {
    const where = { mode: 'promiscuous', port_name: port, owner_datapath_uuid: `dp-${host}` };
    await centre.api('POST', 'interfaces', { uuid: `if-${name}`, ...where });
    await centre.api('PUT', `interfaces/if-${name}/segments/seg-s`, { static: true });
  }
  await everywhere(centre, SEGMENTS);
});

afterAll(async () => {
  await plain.stop();
  await centre.down();
});

function addressOf(name: keyof typeof PHYSICAL): string {
  return PHYSICAL[name].address.split('/')[0]!;
}

const NAMES = Object.keys(PHYSICAL) as (keyof typeof PHYSICAL)[];

/** Pairs that do not reach each other: of physical machines with all of the segment, both ways. */
async function unreached(): Promise<readonly string[]> {
  const failed: string[] = [];
  // The first answer may be there before its sender has been learnt.
  const reaches = async (from: string, to: string): Promise<boolean> =>
    (await centre.ping(from, to, { count: 3 })).received > 0;
  for (const name of NAMES) {
    for (const vm of SEGMENTS.s) {
      if (!(await reaches(vm, addressOf(name)))) failed.push(`${vm} → ${name}`);
      if (!(await reaches(name, centre.lab.vm(vm).address!))) failed.push(`${name} → ${vm}`);
    }
    for (const other of NAMES) {
      if (other !== name && !(await reaches(name, addressOf(other)))) failed.push(`${name} → ${other}`);
    }
  }
  return failed;
}

/** Flows of the plain switch by which frames to a MAC go somewhere. */
async function waysTo(mac: string): Promise<readonly string[]> {
  return (await plain.flows()).filter((flow) => flow.includes(`dl_dst=${mac}`) && !flow.includes('actions=drop'));
}

describe('promiscuous ports of a plain switch', () => {
  it('join physical machines with those of the segment, here and on an OVS peer, and behind its promiscuous port', async () => {
    expect(await unreached()).toEqual([]);
  });

  it('are not reached from the other segment', async () => {
    for (const name of NAMES) {
      expect((await centre.ping('t1', addressOf(name))).received).toBe(0);
      expect((await centre.ping('t2', addressOf(name))).received).toBe(0);
    }
  });

  it('have the agent learn who is there, on this host and behind the peer', async () => {
    for (const name of NAMES) {
      await until(async () => (await waysTo(PHYSICAL[name].mac)).length > 0, `${name} is learnt`);
    }
    await plain.expectPlain();
  });

  it('do not trouble the agent with those that are known', async () => {
    // A new machine comes to the agent; what comes from those that are known does not.
    const punted = async (): Promise<number> => {
      // Counters follow the packets by up to half a second, unless they are asked to hurry.
      await centre.lab.host('hv1').appctl('revalidator/purge');
      const toController = (await plain.flows()).filter((flow) => /CONTROLLER/.test(flow));
      expect(toController).not.toEqual([]);
      return toController.reduce((sum, flow) => sum + Number(/n_packets=(\d+)/.exec(flow)?.[1]), 0);
    };
    expect((await centre.ping('s2', addressOf('p1'), { count: 2 })).received).toBe(2);
    const before = await punted();
    expect((await centre.ping('s2', addressOf('p1'), { count: 50, extra: ['-i', '0.02'] })).received).toBe(50);
    // Neighbours that are asked for again, at most.
    expect((await punted()) - before).toBeLessThan(5);
  });

  it('hear multicast of the segment, and are heard with theirs, once', async () => {
    const group = '239.1.2.3';
    for (const [from, src, srcIp] of [
      ['s2', '02:0a:00:00:00:02', '10.0.0.2'],
      ['s1', '02:0a:00:00:00:01', '10.0.0.1'],
      ['p1', PHYSICAL.p1.mac, addressOf('p1')],
      ['r1', PHYSICAL.r1.mac, addressOf('r1')],
    ] as const) {
      const others = [...SEGMENTS.s, ...NAMES].filter((name) => name !== from);
      const captures = await Promise.all(
        others.map(async (name) => Capture.on(centre.lab.node(name), 'eth0', `udp and host ${group}`)),
      );
      const sender = new Sender(centre.lab.node(from));
      const ends = { src, dst: groupMac(group), srcIp, dstIp: group };
      sender.send([datagram(ends, `from ${from}`), datagram(ends, 'the end')]);
      for (const each of captures) await each.frame((frame) => frame.includes('the end'), `all hear ${from}`);
      sender.close();
      await Promise.all(captures.map(async (each) => each.stop()));
      const heard = captures.map(({ frames }) => frames.filter((frame) => frame.includes(`from ${from}`)).length);
      expect(heard, `${from} to ${others.join(', ')}`).toEqual(others.map(() => 1));
    }
  });

  it('carry IPv6', async () => {
    for (const [index, name] of ['p1', 's1', 's4', 's2', 'r1'].entries()) {
      await setIpv6(centre, name, `fd01::${index + 1}`);
    }
    for (const name of ['s1', 's4', 's2', 'r1']) {
      const { received, output } = await centre.ping(name, 'fd01::1', { count: 3, extra: ['-6'] });
      expect(received, output).toBe(3);
    }
  });
});

describe('a machine that nobody has heard of', () => {
  const ghost = { address: '10.0.0.150', mac: '02:0c:00:00:00:77' };

  it('is looked for behind all promiscuous ports of the host, and behind its own as soon as it is learnt', async () => {
    const ends = { src: '02:0a:00:00:00:01', dst: ghost.mac, srcIp: '10.0.0.1', dstIp: ghost.address };
    const host = centre.lab.host('hv1');
    await using hall = await Capture.on(host, 'hall0', 'udp', 'out');
    await using yard = await Capture.on(host, 'yard0', 'udp', 'out');
    await using beside = await Capture.on(centre.lab.node('s4'), 'eth0', 'udp');
    const s1 = new Sender(centre.lab.node('s1'));
    s1.send([datagram(ends, 'flooded')]);
    for (const each of [hall, yard]) await each.frame((frame) => frame.includes('flooded'), 'both ports get it');
    const p2 = new Sender(centre.lab.node('p2'));
    const own = { src: ghost.mac, dst: BROADCAST, srcIp: ghost.address, dstIp: '255.255.255.255' };
    p2.send([datagram(own, 'here I am')]);
    await until(async () => (await waysTo(ghost.mac)).length > 0, 'it is learnt');
    await yard.frame((frame) => frame.includes('here I am'), 'its broadcast arrives');
    s1.send([datagram(ends, 'not flooded'), datagram({ ...ends, dst: BROADCAST }, 'the end')]);
    for (const each of [hall, yard, beside]) await each.frame((frame) => frame.includes('the end'), 'all get the last');
    for (const each of [s1, p2]) each.close();
    const seen = [hall, yard, beside].map(
      ({ frames }) => frames.filter((frame) => frame.includes('not flooded')).length,
    );
    expect(seen).toEqual([1, 0, 0]);
    expect(beside.frames.filter((frame) => frame.includes('flooded'))).toEqual([]);
  });
});

describe('what must not come from a promiscuous port', () => {
  it.each([
    ['a machine beside it', '02:0a:00:00:00:01'],
    ['a machine on the peer', '02:0a:00:00:00:02'],
    ['a group', '03:0a:00:00:00:02'],
  ])('a frame with the MAC of %s is dropped, and takes nothing from it', async (_, src) => {
    const sender = new Sender(centre.lab.node('p1'));
    const captures = await Promise.all(
      ['s4', 's2', 'q1', 'r1'].map(async (name) => Capture.on(centre.lab.node(name), 'eth0', 'udp')),
    );
    const honest = { src: PHYSICAL.p1.mac, dst: BROADCAST, srcIp: '10.0.0.101', dstIp: '255.255.255.255' };
    sender.send([datagram({ ...honest, src }, 'spoofed'), datagram(honest, 'honest')]);
    for (const each of captures) await each.frame((frame) => frame.includes('honest'), 'the honest frame arrives');
    // What took the way by the agent would be there by now.
    expect((await centre.ping('s4', '10.0.0.2', { count: 3 })).received).toBe(3);
    expect((await centre.ping('s4', '10.0.0.1', { count: 3 })).received).toBe(3);
    sender.close();
    await Promise.all(captures.map(async (each) => each.stop()));
    expect(captures.flatMap(({ frames }) => frames.filter((frame) => frame.includes('spoofed')))).toEqual([]);
  });

  it('a frame with a tag does not enter', async () => {
    // Put on the cable behind the switch, which would not let it out.
    await using at = await Capture.on(centre.lab.node('s4'), 'eth0');
    const sender = new Sender(centre.lab.node('hall'), 'hv1');
    const honest = { src: PHYSICAL.p2.mac, dst: BROADCAST, srcIp: '10.0.0.102', dstIp: '255.255.255.255' };
    const frame = datagram(honest, 'in a tag');
    const tag = Buffer.from('8100012c', 'hex');
    sender.send([Buffer.concat([frame.subarray(0, 12), tag, frame.subarray(12)]), datagram(honest, 'without')]);
    await at.frame((each) => each.includes('without'), 's4 gets the one without');
    sender.close();
    expect(at.frames.filter((each) => each.includes('in a tag'))).toEqual([]);
  });

  it('the MAC of the host takes nothing from the host', async () => {
    const { mac } = centre.lab.host('hv1').identity;
    const sender = new Sender(centre.lab.node('p1'));
    sender.send([datagram({ src: mac, dst: BROADCAST, srcIp: '10.0.0.1', dstIp: '255.255.255.255' }, 'as the host')]);
    const honest = { src: PHYSICAL.p1.mac, dst: BROADCAST, srcIp: '10.0.0.101', dstIp: '255.255.255.255' };
    await using at = await Capture.on(centre.lab.node('s4'), 'eth0', 'udp');
    sender.send([datagram(honest, 'after it')]);
    await at.frame((frame) => frame.includes('after it'), 's4 gets what comes after it');
    sender.close();
    expect((await centre.ping('hv1', '10.1.0.12', { count: 5 })).received).toBe(5);
    expect((await centre.ping('hv2', '10.1.0.11', { count: 5 })).received).toBe(5);
  });
});

describe('a machine that moves', () => {
  it('is found behind the promiscuous port of the peer as soon as it says something, and back', async () => {
    const { mac } = PHYSICAL.p2;
    const announce = async (at: string): Promise<unknown> =>
      centre.lab.exec(at, ['arping', '-q', '-A', '-c', '1', '-I', 'eth0', '10.0.0.102'], { anyExit: true });
    await centre.lab.exec('p2', ['ip', 'link', 'set', 'eth0', 'down']);
    await centre.lab.exec('r1', ['ip', 'link', 'set', 'eth0', 'address', mac]);
    await centre.lab.exec('r1', ['ip', 'address', 'add', '10.0.0.102/24', 'dev', 'eth0']);
    await announce('r1');
    for (const vm of SEGMENTS.s) expect(await centre.reachedAfter(vm, '10.0.0.102')).toBeLessThan(3_000);
    await centre.lab.exec('r1', ['ip', 'address', 'del', '10.0.0.102/24', 'dev', 'eth0']);
    await centre.lab.exec('r1', ['ip', 'link', 'set', 'eth0', 'address', PHYSICAL.r1.mac]);
    await centre.lab.exec('p2', ['ip', 'link', 'set', 'eth0', 'up']);
    await announce('p2');
    for (const vm of SEGMENTS.s) expect(await centre.reachedAfter(vm, '10.0.0.102')).toBeLessThan(3_000);
    await centre.lab.exec('r1', ['arping', '-q', '-A', '-c', '1', '-I', 'eth0', '10.0.0.104'], { anyExit: true });
  });
});

describe('a flood of MACs', () => {
  it('is learnt up to the limit; machines of the model, and those that were known, lose nothing', async () => {
    await centre.reachedAfter('s2', addressOf('q1'));
    await centre.reachedAfter('s4', addressOf('p1'));
    const frames = Array.from({ length: 3_000 }, (_, index) => {
      const src = formatMac(0x060000000000 + index);
      return datagram({ src, dst: '02:0a:00:00:00:01', srcIp: '10.0.0.200', dstIp: '10.0.0.1' }, 'flood');
    });
    const learnt = async (): Promise<number> => {
      const macs = (await plain.flows()).flatMap((flow) => /dl_dst=(06:00:[0-9a-f:]+)/.exec(flow)?.[1] ?? []);
      return new Set(macs).size;
    };
    const sender = new Sender(centre.lab.node('p2'));
    const counts: number[] = [];
    await until(
      async () => {
        sender.send(frames);
        counts.push(await learnt());
        return counts.at(-1)! >= LIMIT - 10;
      },
      () => `the flood is learnt up to the limit; learnt are ${counts.at(-1)}`,
      40_000,
    );
    for (const [from, to] of [
      ['s2', addressOf('q1')],
      ['s4', addressOf('p1')],
      ['s1', '10.0.0.2'],
    ] as const) {
      sender.send(frames);
      expect((await centre.ping(from, to, { count: 10 })).received, `${from} → ${to}`).toBe(10);
      counts.push(await learnt());
    }
    sender.close();
    expect(Math.max(...counts)).toBeLessThanOrEqual(LIMIT);
    expect((await plain.flows()).length).toBeLessThan(5 * LIMIT);
    await plain.expectPlain();
  });
});

describe('the interface', () => {
  it('takes what was learnt behind it along when it is deleted; what is behind others stays', async () => {
    await centre.vnctl('interfaces', 'del', 'if-hall', '--wait');
    await until(async () => (await waysTo(PHYSICAL.p1.mac)).length === 0, 'p1 is forgotten');
    expect((await centre.ping('s2', addressOf('p1'))).received).toBe(0);
    expect((await centre.ping('s4', addressOf('p1'))).received).toBe(0);
    expect((await centre.ping('s2', addressOf('q1'), { count: 3 })).received).toBe(3);
    await plain.expectPlain();
  });
});
