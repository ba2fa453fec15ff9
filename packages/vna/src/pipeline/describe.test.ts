import { expect, it } from 'vitest';
import { Engine, type UnitRun } from '../compile/engine.ts';
import { securedDataCentre } from '../compile/test-security-rows.ts';
import { edgeRows } from '../compile/test-edge-rows.ts';
import { dataCentre, fill, plainRows, type TestRow } from '../compile/test-rows.ts';
import { ROOTS, UNITS } from '../compile/units.ts';
import { State } from '../state/state.ts';
import { describePipeline } from './describe.ts';
import { formatPackedFlow, parseFlowKey } from './flow.ts';

function dumpOf(rows: readonly TestRow[]): (table: number) => string[] {
  const dirty = new Set<UnitRun>();
  const state = new State<UnitRun>((unit) => dirty.add(unit));
  fill(state, rows);
  const engine = new Engine(state, dirty, UNITS, ROOTS);
  engine.run();
  const flows = [...engine.flows()].map(([key, flow]) => ({ ...parseFlowKey(key), line: formatPackedFlow(key, flow) }));
  return (table) =>
    flows
      .filter((flow) => flow.table === table)
      .sort((a, b) => b.priority - a.priority || (a.line < b.line ? -1 : 1))
      .map(({ line }) => line);
}

it('docs/pipeline.md says what the pipelines are', async () => {
  const ovs = dumpOf([...securedDataCentre(), ...edgeRows()]);
  const plain = dumpOf(plainRows([...dataCentre(), ...edgeRows()]));
  await expect(describePipeline({ ovs, plain })).toMatchFileSnapshot('../../../../docs/pipeline.md');
});
