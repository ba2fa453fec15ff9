import { describe, expect, it } from 'vitest';
import { formatPackedFlow } from '../pipeline/flow.ts';
import { State } from '../state/state.ts';
import { Engine, type UnitRun } from './engine.ts';
import { dataCentre, fill, location, machine, station, type TestRow } from './test-rows.ts';
import { ROOTS, UNITS } from './units.ts';

function engineOn(rows: readonly TestRow[]): { engine: Engine; state: State<UnitRun> } {
  const dirty = new Set<UnitRun>();
  const state = new State<UnitRun>((unit) => dirty.add(unit));
  fill(state, rows);
  const engine = new Engine(state, dirty, UNITS, ROOTS);
  expect(engine.run().conflicts).toEqual([]);
  return { engine, state };
}

const changed = (table: string, id: number, values: object): TestRow[] =>
  dataCentre().map((each) =>
    each.table === table && each.row.id === id ? { ...each, row: { ...each.row, ...values } } : each,
  );
const without = (table: string, id: number): TestRow[] =>
  dataCentre().filter((each) => each.table !== table || each.row.id !== id);

/** The flows of a table with a text in them. */
function flows(engine: Engine, table: number, part: string): string[] {
  return [...engine.flows()]
    .map(([key, flow]) => formatPackedFlow(key, flow))
    .filter((line) => line.startsWith(`table=${table},`) && line.includes(part));
}

const OWN = 'reg1=0x1f';

describe('an interface with a MAC in a segment', () => {
  const inSegment = changed('mac_lease', 31, { segment_id: 1 });

  it('sends IPv4 and ARP from its leases in the networks, everything else in the segment', () => {
    const { engine } = engineOn(inSegment);
    const allowed = flows(engine, 20, OWN);
    expect(allowed.filter((line) => line.includes('write_metadata:0x1/'))).toHaveLength(4);
    expect(allowed.filter((line) => line.includes('write_metadata:0x80000001/'))).toEqual([
      expect.stringContaining('priority=50,'),
    ]);
    // A neighbour's frame to its MAC: the address says the network, everything else is of the segment.
    expect(flows(engine, 10, 'dl_dst=0a:00:00:00:00:1f').map((line) => /write_metadata:(\w+)/.exec(line)?.[1])).toEqual(
      expect.arrayContaining(['0x1', '0x80000001']),
    );
  });

  it('is in the segment alone with the addresses of a network that is on it', () => {
    const rows = inSegment.map((each) =>
      each.table === 'network' && each.row.id === 1 ? { ...each, row: { ...each.row, segment_id: 1 } } : each,
    );
    const { engine } = engineOn(rows);
    expect(flows(engine, 20, OWN).filter((line) => line.includes('write_metadata:0x1/'))).toEqual([]);
    expect(flows(engine, 20, OWN).filter((line) => line.includes('write_metadata:0x80000001/'))).toHaveLength(1);
    expect(engine.output('localNetwork').has('1')).toBe(true);
  });

  it('costs a handful of units in a segment of thousands', () => {
    const many = Array.from({ length: 5_000 }, (_, i) => [
      ...station(1000 + i, 1, 0x0b0000000000 + i, `x${i}`),
      location(1000 + i, 2),
    ]).flat();
    const { engine, state } = engineOn([...dataCentre(), ...many]);
    const before = engine.unitsRun;
    fill(state, [...station(20_000, 1, 0x0c0000000000, 'y'), location(20_000, 3)]);
    expect(engine.run().flows).toHaveLength(1);
    expect(engine.unitsRun - before).toBeLessThanOrEqual(3);
  });
});

describe('a promiscuous interface', () => {
  it('in no segment lets nothing in, and says so', () => {
    const { engine } = engineOn(without('interface_segment', 60));
    expect(engine.output('warning').get('port open')?.message).toContain('in no segment');
    expect(flows(engine, 20, 'reg1=0x3c').filter((line) => !line.includes('actions=drop'))).toEqual([]);
  });

  it('elsewhere makes this host learn from peers; without any nothing is learnt', () => {
    const elsewhere = without('port', 60);
    expect(flows(engineOn(elsewhere).engine, 35, 'learn(')).toHaveLength(1);
    const { engine } = engineOn(without('interface_segment', 60));
    expect(flows(engine, 35, '0x80000002')).toEqual([]);
    expect(flows(engine, 40, 'resubmit(,41)')).toEqual([]);
  });
});

describe('a leg of the host', () => {
  const mode = 'internal';
  const rows = machine(70, 1, 0x0a000064, 0x0e0000000001, 'leg0', 1).map((each) => ({
    ...each,
    row: {
      ...each.row,
      ...(each.table === 'interface' ? { mode, netns: 'blue' } : {}),
      ...(each.table === 'interface_port' ? { interface_mode: mode } : {}),
    },
  }));

  it('has MAC, MTU and addresses of its leases', () => {
    const networks = dataCentre().map((each) =>
      each.table === 'network' ? { ...each, row: { ...each.row, ipv4_prefix: 24 } } : each,
    );
    expect(
      engineOn([...networks, ...rows])
        .engine.output('leg')
        .get('leg0'),
    ).toEqual({
      name: 'leg0',
      interface: 'if-70',
      mac: 0x0e0000000001,
      mtu: 1458,
      addresses: ['10.0.0.100/24'],
      netns: 'blue',
    });
  });

  it.each([
    ['interface_port', { port_name: 'a-name-that-is-too-long' }],
    ['interface', { netns: '../evil' }],
  ])('with a wrong name in %s is not made', (table, values) => {
    const wrong = rows.map((each) => (each.table === table ? { ...each, row: { ...each.row, ...values } } : each));
    const { engine } = engineOn([...dataCentre(), ...wrong]);
    expect([...engine.output('leg')]).toEqual([]);
    expect([...engine.output('warning').keys()].some((key) => key.startsWith('leg '))).toBe(true);
  });
});
