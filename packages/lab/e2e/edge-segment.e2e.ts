import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeEthernet } from '@vnet/packet';
import type { TopologyInput } from '../src/index.ts';
import { Capture } from './capture.ts';
import { DataCentre } from './data-centre.ts';
import { TRUNK } from './edge-site.ts';
import { mac, Sender } from './frames.ts';
import { makeSegments, TWO_SEGMENTS } from './segments.ts';

/** A legacy machine behind hv1, in VLAN 100, which is segment s. */
const MACHINE = { name: 'old1', address: '10.0.0.100/24', mac: '02:0c:00:00:00:01' };

const TOPOLOGY: TopologyInput = {
  ...TWO_SEGMENTS.topology,
  servers: { ...TWO_SEGMENTS.topology.servers, [MACHINE.name]: { address: MACHINE.address, mac: MACHINE.mac } },
  switches: {
    tor: {
      ports: [
        { server: MACHINE.name, tag: 100 },
        { host: 'hv1', device: TRUNK, trunks: [100] },
      ],
    },
  },
};

/** What no network lets pass: a protocol of its own (IEEE 802, local experimental). */
const EXPERIMENTAL = 0x88b6;

let centre: DataCentre;

beforeAll(async () => {
  centre = await DataCentre.up({ topology: TOPOLOGY, tenants: {} });
  await makeSegments(centre, TWO_SEGMENTS.segments);
  const trunk = { uuid: 'if-trunk', mode: 'edge', owner_datapath_uuid: 'dp-hv1', port_name: TRUNK };
  await centre.api('POST', 'interfaces', trunk);
  await centre.api('POST', 'translations', { uuid: 'tr-1', interface_uuid: 'if-trunk', mode: 'vnet_edge' });
  const mapping = { uuid: 'vt-1', translation_uuid: 'tr-1', vlan_id: 100, segment_uuid: 'seg-s' };
  await centre.api('POST', 'vlan_translations?wait=flows&timeout=10', mapping);
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
