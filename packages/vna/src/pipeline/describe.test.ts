import { expect, it } from 'vitest';
import { Engine, type UnitRun } from '../compile/engine.ts';
import { securedDataCentre } from '../compile/test-security-rows.ts';
import { edgeRows } from '../compile/test-edge-rows.ts';
import { fill } from '../compile/test-rows.ts';
import { ROOTS, UNITS } from '../compile/units.ts';
import { State } from '../state/state.ts';
import { describePipeline } from './describe.ts';
import { formatPackedFlow, parseFlowKey } from './flow.ts';

it('docs/pipeline.md says what the pipeline is', async () => {
  const dirty = new Set<UnitRun>();
  const state = new State<UnitRun>((unit) => dirty.add(unit));
  fill(state, [...securedDataCentre(), ...edgeRows()]);
  const engine = new Engine(state, dirty, UNITS, ROOTS);
  engine.run();
  const flows = [...engine.flows()].map(([key, flow]) => ({ ...parseFlowKey(key), line: formatPackedFlow(key, flow) }));
  const dump = (table: number): string[] =>
    flows
      .filter((flow) => flow.table === table)
      .sort((a, b) => b.priority - a.priority || (a.line < b.line ? -1 : 1))
      .map(({ line }) => line);
  await expect(describePipeline(dump)).toMatchFileSnapshot('../../../../docs/pipeline.md');
});
