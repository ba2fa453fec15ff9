import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeEthernet } from '@vnet/packet';
import { Capture } from './capture.ts';
import type { DataCentre } from './data-centre.ts';
import { legacySegment, SEGMENT_MACHINE as MACHINE } from './edge-site.ts';
import { mac as macOf, Sender } from './frames.ts';

/** What no network lets pass: a protocol of its own (IEEE 802, local experimental). */
const EXPERIMENTAL = 0x88b6;

let centre: DataCentre;

beforeAll(async () => {
  const access = (server: string, host: string, device: string) => ({
    ports: [
      { host, device, tag: 100 },
      { server, tag: 100 },
    ],
  });
  centre = await legacySegment({
    servers: {
      p1: { address: '10.0.0.101/24', mac: '02:0c:00:00:00:11' },
      p3: { address: '10.0.0.103/24', mac: '02:0c:00:00:00:13' },
    },
    switches: { hall: access('p1', 'hv1', 'hall0'), yard: access('p3', 'hv3', 'yard0') },
  });
});

afterAll(async () => centre.down());

async function promiscuous(host: string, port: string): Promise<void> {
  const where = { mode: 'promiscuous', port_name: port, owner_datapath_uuid: `dp-${host}` };
  await centre.api('POST', 'interfaces', { uuid: `if-${port}`, ...where });
  await centre.api('PUT', `interfaces/if-${port}/segments/seg-s?wait=flows&timeout=10`, { static: true });
}

async function expectReached(address: string): Promise<void> {
  for (const vm of ['s1', 's2', 's3']) {
    expect((await centre.ping(vm, address, { count: 3 })).received, vm).toBe(3);
  }
}

describe('a VLAN that leads to a segment', () => {
  it.each(['s1', 's2', 's3'])('joins a legacy machine and %s', async (vm) => {
    const { received, output } = await centre.ping(vm, MACHINE.address, { count: 3 });
    expect(received, output).toBe(3);
    expect((await centre.ping(MACHINE.name, centre.lab.vm(vm).address!, { count: 3 })).received).toBe(3);
  });

  it.each(['t1', 't2'])('joins it to %s of the other segment not at all', async (vm) => {
    expect(await centre.reaches(vm, MACHINE.address)).toBe(false);
  });

  it('lets any protocol pass, in both directions', async () => {
    const frame = (from: string, to: string, text: string): Buffer =>
      encodeEthernet({
        src: macOf(from),
        dst: macOf(to),
        vlans: [],
        etherType: EXPERIMENTAL,
        payload: Buffer.from(text.padEnd(46)),
      });
    for (const vm of ['s1', 's3']) {
      await using there = await Capture.on(centre.lab.vm(vm), 'eth0');
      await using here = await Capture.on(centre.lab.node(MACHINE.name), 'eth0');
      const [machine, other] = [new Sender(centre.lab.node(MACHINE.name)), new Sender(centre.lab.vm(vm))];
      machine.send([frame(MACHINE.mac, centre.lab.vm(vm).mac, 'from the legacy machine')]);
      await there.frame((each) => each.includes('from the legacy machine'), `${vm} gets it`);
      other.send([frame(centre.lab.vm(vm).mac, MACHINE.mac, `from ${vm}`)]);
      await here.frame((each) => each.includes(`from ${vm}`), 'the legacy machine gets it');
      machine.close();
      other.close();
    }
  });
});

describe('a machine that moves from the VLAN to a promiscuous port of its segment', () => {
  it.each([
    ['the same host', 'hv1', 'hall0', 'p1', '10.0.0.101', '02:0c:00:00:00:a1'],
    ['another host', 'hv3', 'yard0', 'p3', '10.0.0.103', '02:0c:00:00:00:a3'],
  ])('of %s, and back, is followed', async (_, host, port, place, address, mac) => {
    const { name } = MACHINE;
    const { address: vm = '' } = centre.lab.vm('s2');
    await promiscuous(host, port);
    await centre.lab.exec(name, ['ip', 'link', 'set', 'eth0', 'address', mac]);
    await centre.reachedAfter(name, vm);
    const after = await centre.agent('hv1').mark();
    await centre.lab.exec(name, ['ip', 'link', 'set', 'eth0', 'down']);
    await centre.lab.exec(place, ['ip', 'link', 'set', 'eth0', 'address', mac]);
    expect(await centre.reachedAfter(place, vm)).toBeLessThan(5_000);
    await expectReached(address);
    const left = 'a legacy machine has left its VLAN for a promiscuous port';
    expect(await centre.agent('hv1').message(left, { after })).toMatchObject({ mac });
    await centre.lab.exec(place, ['ip', 'link', 'set', 'eth0', 'down']);
    await centre.lab.exec(name, ['ip', 'link', 'set', 'eth0', 'up']);
    // It has just moved: for ten seconds it stays where it is.
    expect(await centre.reachedAfter(name, vm, 20_000)).toBeLessThan(15_000);
    await expectReached(MACHINE.address);
  });
});
