/**
 * The incremental compiler on 50,000 machines of one network, five of them here: 100,000 flows.
 *
 * Budgets: a full recompute of 100,000 flows takes at most 0.5 s; one machine more costs at most 1 ms and a handful of
 * units; an agent that knows 10,000 remote machines holds at most 150 MB.
 */
import { Engine, ROOTS, UNITS } from '@vnet/vna';
import { addMachine, dataCentre } from './data-centre.ts';
import { report } from './report.ts';

const MACHINES = 50_000;

const { state, dirty } = dataCentre(MACHINES);
const engine = new Engine(state, dirty, UNITS, ROOTS);
const { conflicts } = engine.run();
if (conflicts.length > 0) throw new Error(conflicts.join('\n'));

const started = performance.now();
const again = new Engine(state, dirty, UNITS, ROOTS);
again.run();
const distinct = new Set<bigint>();
for (const [, { cookie }] of again.flows()) distinct.add(cookie);
report(`full recompute of ${again.flowCount} flows`, performance.now() - started, 500, 'ms');

if (distinct.size !== again.flowCount) throw new Error(`${again.flowCount} flows have ${distinct.size} cookies`);

const ADDED = 200;
const before = engine.unitsRun;
const startedAdding = performance.now();
for (let i = 1; i <= ADDED; i++) {
  addMachine(state, MACHINES + i);
  engine.run();
}
report('one machine more, compiled', (performance.now() - startedAdding) / ADDED, 1, 'ms');
console.log(`one machine more: ${(engine.unitsRun - before) / ADDED} units of ${engine.units}`);
