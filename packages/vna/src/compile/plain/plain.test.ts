import { decodeInstructions, decodeMatch, FIELDS, type Action } from '@vnet/openflow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { featureOf } from '../../pipeline/cookies.ts';
import { formatPackedFlow, parseFlowKey, type PackedFlow } from '../../pipeline/flow.ts';
import { State } from '../../state/state.ts';
import { Engine, type UnitRun } from '../engine.ts';
import { OUTPUT_KINDS } from '../emit.ts';
import { CONTESTED, edgeRows, FAR, SEEN } from '../test-edge-rows.ts';
import { dataCentre, fill, location, station, type TestRow } from '../test-rows.ts';
import { securedDataCentre } from '../test-security-rows.ts';
import { ROOTS, UNITS } from '../units.ts';

function engineOn(rows: readonly TestRow[]): { state: State<UnitRun>; engine: Engine } {
  const dirty = new Set<UnitRun>();
  const state = new State<UnitRun>((unit) => dirty.add(unit));
  fill(state, rows);
  const engine = new Engine(state, dirty, UNITS, ROOTS);
  return { state, engine };
}

const changed = (rows: readonly TestRow[], table: string, id: number, values: object): TestRow[] =>
  rows.map((each) =>
    each.table === table && each.row.id === id ? { ...each, row: { ...each.row, ...values } } : each,
  );

const ABILITIES: TestRow = { table: 'abilities', row: { id: 1, meters: true } };

/** Everything that the tests of the other pipeline have, on a plain switch. */
const plainRows = (rows: readonly TestRow[]): TestRow[] => [
  ...changed(rows, 'datapath', 1, { enable_ovs_learn_action: false }),
  ABILITIES,
];
const site = (): TestRow[] => plainRows([...dataCentre().filter(({ row }) => row.id !== 60), ...edgeRows()]);

function compiled(rows: readonly TestRow[]): Engine {
  const { engine } = engineOn(rows);
  expect(engine.run().conflicts).toEqual([]);
  return engine;
}

const lines = (engine: Engine): string[] =>
  [...engine.flows()].map(([key, flow]) => formatPackedFlow(key, flow)).sort();
const gates = (engine: Engine): string[] =>
  [...engine.output('gate').values()].map(({ flow }) => formatPackedFlow(flow.key, flow)).sort();
const table = (engine: Engine, id: number, part = ''): string[] =>
  lines(engine).filter((line) => line.startsWith(`table=${id},`) && line.includes(part));

describe('the flows of a plain switch', () => {
  it.each(['host', 'port', 'endpoint', 'network', 'segment', 'flood', 'pipeline'] as const)('%s', async (feature) => {
    const engine = compiled(plainRows(dataCentre()));
    const flows = [...engine.flows()].filter(([, { cookie }]) => featureOf(cookie) === feature);
    const text = flows.map(([key, flow]) => `${formatPackedFlow(key, flow)}\n`).sort();
    await expect(text.join('')).toMatchFileSnapshot(`snapshots/${feature}.txt`);
  });

  it('edge', async () => {
    const engine = compiled(site());
    const flows = [...engine.flows()].filter(([, { cookie }]) => featureOf(cookie) === 'edge');
    const text = flows.map(([key, flow]) => formatPackedFlow(key, flow)).sort();
    const lent = ['', 'while the role of a VLAN is here:', ...gates(engine)];
    await expect([...text, ...lent].join('\n')).toMatchFileSnapshot('snapshots/edge.txt');
  });
});
