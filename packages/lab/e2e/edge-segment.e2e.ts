import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeEthernet } from '@vnet/packet';
import { Capture } from './capture.ts';
import type { DataCentre } from './data-centre.ts';
import { legacySegment, SEGMENT_MACHINE as MACHINE } from './edge-site.ts';
import { mac, Sender } from './frames.ts';

/** What no network lets pass: a protocol of its own (IEEE 802, local experimental). */
const EXPERIMENTAL = 0x88b6;

let centre: DataCentre;

beforeAll(async () => {
  centre = await legacySegment();
});

afterAll(async () => centre.down());

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
        src: mac(from),
        dst: mac(to),
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
