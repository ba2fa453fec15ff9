import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatMac } from '@vnet/packet';
import { Capture } from './capture.ts';
import { DataCentre } from './data-centre.ts';
import { datagram, groupMac, Sender } from './frames.ts';
import { makeSegments, setIpv6, TWO_SEGMENTS } from './segments.ts';
import { until } from './until.ts';

const BROADCAST = 'ff:ff:ff:ff:ff:ff';
const P1 = '02:0c:00:00:00:01';
const P2 = '02:0c:00:00:00:02';
const { topology, segments } = TWO_SEGMENTS;

let centre: DataCentre;

/** Two physical machines behind a switch on hv1, one behind a switch on hv3; they are not in the model. */
beforeAll(async () => {
  const access = (server: string) => ({ server, tag: 100 });
  centre = await DataCentre.up({
    topology: {
      ...topology,
      servers: {
        ...topology.servers,
        p1: { address: '10.0.0.101/24', mac: P1 },
        p2: { address: '10.0.0.102/24', mac: P2 },
        q1: { address: '10.0.0.103/24', mac: '02:0c:00:00:00:03' },
      },
      switches: {
        hall: { ports: [{ host: 'hv1', device: 'hall0', tag: 100 }, access('p1'), access('p2')] },
        yard: { ports: [{ host: 'hv3', device: 'yard0', tag: 100 }, access('q1')] },
      },
    },
    tenants: {},
  });
  await makeSegments(centre, segments);
  await promiscuous('hall', 'hv1', 'hall0');
  await promiscuous('yard', 'hv3', 'yard0');
  await centre.api('PUT', 'segments/seg-s?wait=flows&timeout=10', { mode: 'virtual' });
});

afterAll(async () => centre.down());

async function promiscuous(name: string, host: string, port: string): Promise<void> {
  const where = { mode: 'promiscuous', port_name: port, owner_datapath_uuid: `dp-${host}` };
  await centre.api('POST', 'interfaces', { uuid: `if-${name}`, ...where });
  await centre.api('PUT', `interfaces/if-${name}/segments/seg-s`, { static: true });
  // Every host with the segment learns.
  for (const each of ['hv1', 'hv2', 'hv3']) {
    await until(async () => (await centre.flows(each, 'table=35')).length > 1, `${each} learns in seg-s`);
  }
}

const PHYSICAL = { p1: '10.0.0.101', p2: '10.0.0.102', q1: '10.0.0.103' };

/** Each machine of the segment reaches each physical one and back, and those of the other segment do not. */
async function expectAllReached(count = 1): Promise<void> {
  const failed: string[] = [];
  const reaches = async (from: string, to: string): Promise<boolean> =>
    (await centre.ping(from, to, { count })).received > 0;
  for (const [name, address] of Object.entries(PHYSICAL)) {
    for (const vm of segments['s']!) {
      const back = centre.lab.vm(vm).address!;
      if (!(await reaches(vm, address))) failed.push(`${vm} → ${name}`);
      if (!(await reaches(name, back))) failed.push(`${name} → ${vm}`);
    }
    for (const [other, there] of Object.entries(PHYSICAL)) {
      if (other !== name && !(await reaches(name, there))) failed.push(`${name} → ${other}`);
    }
  }
  expect(failed).toEqual([]);
}

describe('machines behind promiscuous interfaces', () => {
  it('and those of the segment reach each other: on the same host, over MAC2MAC and over GRE', async () => {
    await expectAllReached();
  });

  it('are not reached from the other segment', async () => {
    for (const address of Object.values(PHYSICAL)) {
      expect((await centre.ping('t1', address)).received).toBe(0);
      expect((await centre.ping('t2', address)).received).toBe(0);
    }
  });

  it('are learnt: what goes to one of them does not come to the others', async () => {
    await using other = await Capture.on(centre.lab.node('p2'), 'eth0', 'icmp');
    for (const vm of ['s1', 's2', 's3']) expect((await centre.ping(vm, PHYSICAL.p1, { count: 3 })).received).toBe(3);
    expect(other.texts).toEqual([]);
  });

  it('hear multicast of the segment, and are heard with theirs, once', async () => {
    const group = '239.1.2.3';
    await using at = await Capture.on(centre.lab.node('p1'), 'eth0', `host ${group}`);
    const sender = new Sender(centre.lab.node('s2'));
    const own = { src: '02:0a:00:00:00:02', dst: groupMac(group), srcIp: '10.0.0.2', dstIp: group };
    sender.send([datagram(own, 'from s2')]);
    await at.frame((frame) => frame.includes('from s2'), 'p1 hears the group');
    sender.close();
    const captures = await Promise.all(
      [...segments['s']!, 'q1'].map(async (name) => Capture.on(centre.lab.node(name), 'eth0', `host ${group}`)),
    );
    const physical = new Sender(centre.lab.node('p1'));
    physical.send([datagram({ ...own, src: P1, srcIp: PHYSICAL.p1 }, 'from p1')]);
    for (const each of captures) await each.frame((frame) => frame.includes('from p1'), 'all hear the group');
    physical.close();
    await Promise.all(captures.map(async (each) => each.stop()));
    expect(captures.map(({ frames }) => frames.length)).toEqual(captures.map(() => 1));
  });

  it('speak IPv6 with the others', async () => {
    for (const [index, name] of ['p1', 's1', 's2', 's3'].entries()) await setIpv6(centre, name, `fd01::${index + 1}`);
    for (const name of ['s1', 's2', 's3']) {
      const { received, output } = await centre.ping(name, 'fd01::1', { count: 2, extra: ['-6'] });
      expect(received, output).toBe(2);
    }
  });
});

describe('what must not come from a promiscuous interface', () => {
  it.each([
    ['a machine beside it', '02:0a:00:00:00:01'],
    ['a machine on another host', '02:0a:00:00:00:02'],
    ['a group', '03:0a:00:00:00:02'],
  ])('a frame with the MAC of %s is dropped', async (_, src) => {
    const sender = new Sender(centre.lab.node('p1'));
    await using at = await Capture.on(centre.lab.node('s4'), 'eth0', 'udp');
    sender.send([
      datagram({ src, dst: BROADCAST, srcIp: '10.0.0.1', dstIp: '255.255.255.255' }, 'spoofed'),
      datagram({ src: P1, dst: BROADCAST, srcIp: '10.0.0.101', dstIp: '255.255.255.255' }, 'honest'),
    ]);
    await at.frame((frame) => frame.includes('honest'), 's4 gets the honest frame');
    sender.close();
    expect(at.frames.filter((frame) => frame.includes('spoofed'))).toEqual([]);
    expect(await centre.reaches('s4', '10.0.0.2')).toBe(true);
  });

  it('the MAC of the host takes nothing from the host', async () => {
    const { mac } = centre.lab.host('hv1').identity;
    const sender = new Sender(centre.lab.node('p1'));
    sender.send([datagram({ src: mac, dst: BROADCAST, srcIp: '10.0.0.1', dstIp: '255.255.255.255' }, 'as the host')]);
    await until(
      async () => (await centre.flows('hv1', 'table=41')).some((flow) => flow.includes(`dl_dst=${mac}`)),
      'the MAC is learnt in the segment',
    );
    sender.close();
    expect((await centre.ping('hv1', '10.1.0.12', { count: 5 })).received).toBe(5);
    expect((await centre.ping('hv2', '10.1.0.11', { count: 5 })).received).toBe(5);
  });
});

describe('a flood of MACs', () => {
  it('is learnt up to the limit; machines of the model, and those that were known, lose nothing', async () => {
    // Known again everywhere, after all that was sent in its name and in that of s2.
    await centre.lab.exec('p1', ['arping', '-q', '-A', '-c', '1', '-I', 'eth0', PHYSICAL.p1], { anyExit: true });
    await centre.reachedAfter('s2', PHYSICAL.p1);
    expect(await centre.reaches('s2', PHYSICAL.p1)).toBe(true);
    const frames = Array.from({ length: 3000 }, (_, index) => {
      const src = formatMac(0x060000000000 + index);
      return datagram({ src, dst: '02:0a:00:00:00:01', srcIp: '10.0.0.200', dstIp: '10.0.0.1' }, 'flood');
    });
    const sender = new Sender(centre.lab.node('p2'));
    const learned = async (table: number): Promise<number> =>
      (await centre.flows('hv1', `table=${table}`)).filter((flow) => flow.includes('hard_timeout')).length;
    let count = 0;
    await until(
      async () => {
        sender.send(frames);
        count = await learned(41);
        return count >= 1024;
      },
      () => `the flood is learnt up to the limit; learnt are ${count}`,
      30_000,
    );
    const { received } = await centre.ping('s2', PHYSICAL.p1, { count: 10 });
    expect(received).toBe(10);
    expect((await centre.ping('s1', '10.0.0.3', { count: 3 })).received).toBe(3);
    expect(await learned(10)).toBeLessThanOrEqual(1024);
    expect(await learned(41)).toBeLessThanOrEqual(2 * 1024);
    sender.close();
  });
});

describe('a machine that moves', () => {
  it('is found behind the promiscuous interface of another host as soon as it says something', async () => {
    await centre.lab.exec('p2', ['ip', 'link', 'set', 'eth0', 'down']);
    await centre.lab.exec('q1', ['ip', 'link', 'set', 'eth0', 'address', P2]);
    await centre.lab.exec('q1', ['ip', 'address', 'add', '10.0.0.102/24', 'dev', 'eth0']);
    await centre.lab.exec('q1', ['arping', '-q', '-A', '-c', '1', '-I', 'eth0', '10.0.0.102'], { anyExit: true });
    for (const vm of segments['s']!) expect(await centre.reachedAfter(vm, PHYSICAL.p2)).toBeLessThan(1000);
  });
});

describe('the interface', () => {
  it('takes what was learnt behind it along when it is deleted', async () => {
    await centre.vnctl('interfaces', 'del', 'if-hall', '--wait');
    await until(
      async () => (await centre.flows('hv1', 'table=10')).every((flow) => !flow.includes('hard_timeout')),
      'nothing that was learnt is left in table 10',
    );
    expect((await centre.ping('s2', PHYSICAL.p1)).received).toBe(0);
  });
});
