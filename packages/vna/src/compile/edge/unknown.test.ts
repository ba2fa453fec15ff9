import { describe, expect, it } from 'vitest';
import { formatPackedFlow } from '../../pipeline/flow.ts';
import { State } from '../../state/state.ts';
import { Engine, type UnitRun } from '../engine.ts';
import { edgeRows } from '../test-edge-rows.ts';
import { dataCentre, fill, machine, type TestRow } from '../test-rows.ts';
import { ROOTS, UNITS } from '../units.ts';

/** The flows of one table, those of priority `miss` left out. */
function flows(rows: readonly TestRow[], table: number, part = ''): string[] {
  const dirty = new Set<UnitRun>();
  const state = new State<UnitRun>((unit) => dirty.add(unit));
  fill(state, rows);
  const engine = new Engine(state, dirty, UNITS, ROOTS);
  expect(engine.run().conflicts).toEqual([]);
  return [...engine.flows()]
    .map(([key, flow]) => formatPackedFlow(key, flow))
    .filter((line) => line.startsWith(`table=${table},`) && line.includes(part) && !line.includes('priority=0 '))
    .sort();
}

/** A VLAN of network 1 at the edge of another host. */
const elsewhere = (id: number, vlan: number, datapath: number): TestRow[] => [
  {
    table: 'vlan_translation',
    row: { id, translation_id: 90 + datapath, vlan_id: vlan, network_id: 1, segment_id: null },
  },
  {
    table: 'edge_role',
    row: {
      id,
      vlan_id: vlan,
      network_id: 1,
      segment_id: null,
      datapath_id: datapath,
      vlan_translation_id: id,
      alone: true,
    },
  },
];

const NEIGHBOUR = elsewhere(12, 500, 2);
const BEHIND_ROUTER = elsewhere(13, 600, 3);
const VLANS_HERE = 'load:0x40000001->NXM_NX_REG2[],resubmit(,70),load:0x40000003->NXM_NX_REG2[],resubmit(,70)';
/** Datapath 3 is reached through GRE, datapath 2 as a neighbour. Both are asked by their MAC for the network. */
const ASK_3 =
  'set_field:02:00:00:00:00:0d->arp_tha,move:OXM_OF_METADATA[0..31]->NXM_NX_TUN_ID[0..31],set_field:192.168.0.3->tun_dst,output:2';
const ASK_2 = 'set_field:02:00:00:00:00:0c->arp_tha,set_field:02:00:00:00:00:0c->eth_dst,output:1';

describe('ARP for an address that nobody in the model has', () => {
  const unknown = 'arp,metadata=0x1,dl_dst=ff:ff:ff:ff:ff:ff,arp_op=1';

  it('goes nowhere in a network without an edge, and is counted', () => {
    expect(flows(dataCentre(), 30, 'priority=10,')).toEqual([
      `table=30, priority=10,${unknown} actions=drop`,
      `table=30, priority=10,${unknown.replace('0x1', '0x2')} actions=drop`,
    ]);
    expect(flows(dataCentre(), 32)).toEqual([]);
    expect(flows(dataCentre(), 10, 'arp_tha')).toEqual([]);
  });

  it('goes nowhere while no host carries a VLAN of the network', () => {
    const mapped = NEIGHBOUR.filter(({ table }) => table === 'vlan_translation');
    expect(flows([...dataCentre(), ...mapped], 30, `${unknown} `)).toEqual([expect.stringContaining('actions=drop')]);
  });

  it.each([
    ['neighbours', NEIGHBOUR, ASK_2],
    ['hosts behind routers', BEHIND_ROUTER, ASK_3],
    ['both, tunnels first', [...NEIGHBOUR, ...BEHIND_ROUTER], `${ASK_3},${ASK_2}`],
  ])('is asked at edges of %s, and at no other host', (_, rows, actions) => {
    const all = [...dataCentre(), ...rows];
    expect(flows(all, 30, `${unknown} `)).toEqual([expect.stringContaining('goto_table:32')]);
    expect(flows(all, 32)).toEqual([`table=32, priority=200,arp,reg0=0/0x1,metadata=0x1 actions=${actions}`]);
  });

  it('goes to the VLANs here and to other edges, and to the VLANs only if it came from another host', () => {
    const all = [...dataCentre(), ...edgeRows(), ...NEIGHBOUR];
    expect(flows(all, 32, 'metadata=0x1 ')).toEqual([
      `table=32, priority=100,metadata=0x1 actions=${VLANS_HERE}`,
      `table=32, priority=200,arp,reg0=0/0x1,metadata=0x1 actions=${VLANS_HERE},${ASK_2}`,
    ]);
    const arrives = 'set_field:00:00:00:00:00:00->arp_tha,write_metadata:0x1/0xffffffff,goto_table:32';
    for (const table of [10, 12]) {
      expect(flows(all, table, 'arp_tha=02:00:00:00:00:0b')).toEqual([expect.stringContaining(arrives)]);
    }
  });

  it('is not ARP for an interface whose place is not known', () => {
    const homeless = machine(80, 1, 0x0a000050, 0x0a0000000080, 'nowhere');
    expect(flows([...dataCentre(), ...edgeRows(), ...homeless], 30, 'arp_tpa=10.0.0.80')).toEqual([
      expect.stringContaining('goto_table:31'),
    ]);
  });
});

describe('a packet to a MAC that nobody in the model has', () => {
  const copyTo = (datapath: number): string => `load:0x4000000${datapath}->NXM_NX_REG3[],resubmit(,60)`;
  const unknown = (rows: TestRow[]): string[] =>
    flows([...dataCentre(), ...rows], 40).filter((line) => /priority=1[01],.*metadata=0x1 /.test(line));

  it('goes through tunnels to each host that carries VLANs', () => {
    expect(unknown([...NEIGHBOUR, ...BEHIND_ROUTER])).toEqual([
      `table=40, priority=11,reg0=0/0x1,metadata=0x1 actions=${copyTo(2)},${copyTo(3)}`,
    ]);
    const ways = flows([...dataCentre(), ...NEIGHBOUR, ...BEHIND_ROUTER], 60, 'reg3=0x4000000');
    expect(ways).toHaveLength(2);
    for (const way of ways) expect(way).toContain('tun_dst');
  });

  it('goes to the VLANs here as well, and never on if it came from another host', () => {
    expect(unknown([...edgeRows(), ...BEHIND_ROUTER])).toEqual([
      `table=40, priority=10,metadata=0x1 actions=${VLANS_HERE}`,
      `table=40, priority=11,reg0=0/0x1,metadata=0x1 actions=${VLANS_HERE},${copyTo(3)}`,
    ]);
  });
});

describe('a reserved MAC', () => {
  const segmented = (): TestRow[] =>
    [...dataCentre(), ...edgeRows()].map((each) =>
      each.table === 'vlan_translation' && each.row.id === 3
        ? { ...each, row: { ...each.row, network_id: null, segment_id: 1 } }
        : each,
    );

  it.each([
    ['of a host for the network', 'metadata=0x1,dl_src=02:00:00:00:00:0c'],
    ['of a host for the segment', 'metadata=0x80000001,dl_src=02:00:00:00:00:34'],
    ['of this host', 'priority=300,dl_src=52:54:00:00:00:01'],
    ['of an uplink', 'priority=300,dl_src=02:ee:00:00:00:01'],
    ['of bridges and other groups', 'dl_src=01:00:00:00:00:00/01:00:00:00:00:00'],
  ])('%s does not come in from the legacy side', (_, match) => {
    const uplink = (each: TestRow): TestRow =>
      each.table === 'port' && each.row.id === 1 ? { ...each, row: { ...each.row, mac: 0x02ee00000001 } } : each;
    const found = flows(segmented().map(uplink), 28, match);
    expect(found).not.toEqual([]);
    for (const flow of found) expect(flow).toContain('actions=drop');
  });
});
