import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PackedFlow } from '../pipeline/flow.ts';
import { State } from '../state/state.ts';
import { Engine, type UnitRun } from './engine.ts';
import { OUTPUT_KINDS } from './emit.ts';
import { fill, location, machine, type TestRow } from './test-rows.ts';
import { securedDataCentre } from './test-security-rows.ts';
import { ROOTS, UNITS } from './units.ts';

function engineOn(rows: readonly TestRow[]): { state: State<UnitRun>; engine: Engine } {
  const dirty = new Set<UnitRun>();
  const state = new State<UnitRun>((unit) => dirty.add(unit));
  fill(state, rows);
  return { state, engine: new Engine(state, dirty, UNITS, ROOTS) };
}

/** Everything an engine wants, as plain values that can be compared. */
function wanted(engine: Engine): unknown {
  const flows = [...engine.flows()].map(([key, flow]: readonly [string, PackedFlow]) => [
    key,
    flow.cookie,
    flow.instructions,
  ]);
  const outputs = OUTPUT_KINDS.map((kind) => [kind, [...engine.output(kind)].sort(([a], [b]) => (a < b ? -1 : 1))]);
  return { flows: flows.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)), outputs };
}

/** What can happen to the data centre: rows vanish, come back, and change their minds. */
const rows = securedDataCentre();
const variants = (each: TestRow): readonly (TestRow | undefined)[] => {
  const { table, row } = each;
  const other = (values: Readonly<Record<string, unknown>>): TestRow => ({ table, row: { ...row, ...values } });
  switch (table) {
    case 'ip_lease':
      return [
        each,
        undefined,
        other({ network_id: 1 }),
        other({ network_id: 2 }),
        other({ network_id: 102 }),
        other({ ipv4_address: 0x0a0000fe }),
      ];
    case 'mac_lease':
      return [
        each,
        undefined,
        other({ mac_address: 0x0a00000000fe }),
        other({ interface_id: 31 }),
        other({ segment_id: 1 }),
        other({ segment_id: null }),
      ];
    case 'active_interface':
      return [
        each,
        undefined,
        other({ datapath_id: 1 }),
        other({ datapath_id: 2 }),
        other({ datapath_id: 3 }),
        other({ singular: null }),
      ];
    case 'port':
      return [
        each,
        undefined,
        other({ ofport: null }),
        other({ ofport: 77 }),
        other({ vnet_interface: 'if-41' }),
        other({ uplink: true }),
        other({ uplink: true, link_up: false }),
      ];
    case 'datapath':
      return [each, undefined, other({ node_id: 'elsewhere' }), other({ enable_ovs_learn_action: false })];
    case 'interface_port':
      return [each, undefined, other({ port_name: 'vm31' }), other({ datapath_id: 2 })];
    case 'interface_segment':
      return [each, undefined, other({ static: false }), other({ segment_id: 1 })];
    case 'network':
      return [each, undefined, other({ mtu: 1400 }), other({ segment_id: 1 })];
    case 'interface':
      return [
        each,
        undefined,
        other({ ingress_filtering_enabled: true }),
        other({ ingress_filtering_enabled: false }),
        other({ enable_filtering: true }),
        other({ enable_filtering: false }),
      ];
    case 'security_group':
      return [
        each,
        undefined,
        other({ trust_members: false }),
        other({ rules: 'tcp:22-25:sg-web\negress all::sg-db' }),
        other({ uuid: 'sg-other' }),
      ];
    case 'interface_security_group':
      return [
        each,
        undefined,
        other({ interface_id: 31 }),
        other({ interface_id: 41 }),
        other({ security_group_id: 2 }),
      ];
    case 'filter':
      return [each, undefined, other({ interface_id: 31 }), other({ ingress_passthrough: true })];
    case 'filter_static':
      return [each, undefined, other({ action: 'drop' }), other({ action: 'conn' }), other({ dst_port: 80 })];
    default:
      return [each, undefined];
  }
};
const change = fc.nat(rows.length - 1).chain((index) => {
  const each = rows[index]!;
  return fc.constantFrom(...variants(each)).map((to) => ({ table: each.table, id: each.row.id, to }));
});

describe('the engine', () => {
  it('makes the same of a state, whatever the way to it: incremental equals recomputed (fuzz)', () => {
    const runs = process.env['VNET_FUZZ'] === 'full' ? 20_000 : 300;
    fc.assert(
      fc.property(fc.array(fc.array(change, { minLength: 1, maxLength: 6 }), { maxLength: 12 }), (steps) => {
        const { state, engine } = engineOn(rows);
        engine.run();
        const present = new Map(rows.map((each) => [`${each.table} ${each.row.id}`, each]));
        for (const step of steps) {
          for (const { table, id, to } of step) {
            if (to) {
              fill(state, [to]);
              present.set(`${table} ${id}`, to);
            } else {
              state.delete(table, id);
              present.delete(`${table} ${id}`);
            }
          }
          engine.run();
        }
        const fresh = engineOn([...present.values()]).engine;
        fresh.run();
        expect(wanted(engine)).toEqual(wanted(fresh));
        expect(engine.units).toBe(fresh.units);
      }),
      { numRuns: runs, seed: 20261121 },
    );
  }, 600_000);

  it('says each change once, and changes that lead to what stands already not at all', () => {
    const { state, engine } = engineOn(rows);
    const installed = new Map<string, bigint>();
    const apply = (): number => {
      const { flows } = engine.run();
      for (const { key, flow } of flows) {
        if (flow) installed.set(key, flow.cookie);
        else installed.delete(key);
      }
      return flows.length;
    };
    expect(apply()).toBe(engine.flowCount);
    expect(apply()).toBe(0);
    const lease = rows.find((each) => each.table === 'ip_lease' && each.row.id === 32)!;
    state.delete('ip_lease', 32);
    expect(apply()).toBeGreaterThan(0);
    fill(state, [lease]);
    apply();
    expect(installed).toEqual(new Map([...engine.flows()].map(([key, flow]) => [key, flow.cookie])));
  });

  it('runs a handful of units for one machine more, however many there are', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => [
      ...machine(1000 + i, 1, 0x0a010000 + i, 0x0b0000000000 + i, `x${i}`),
      location(1000 + i, 2),
    ]).flat();
    const { state, engine } = engineOn([...rows, ...many]);
    engine.run();
    const before = engine.unitsRun;
    fill(state, [...machine(20_000, 1, 0x0a020000, 0x0c0000000000, 'y'), location(20_000, 3)]);
    const { flows } = engine.run();
    expect(flows.map(({ flow }) => flow !== undefined)).toEqual([true, true]);
    expect(engine.unitsRun - before).toBeLessThanOrEqual(3);
  });

  it('has no contradictions in a data centre that is as it should be', () => {
    const { engine } = engineOn(rows);
    expect(engine.run().conflicts).toEqual([]);
    expect(engine.flowCount).toBeGreaterThan(80);
  });
});
