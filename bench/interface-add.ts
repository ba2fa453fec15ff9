/**
 * One interface more in a network of 1,000: from the REST request to the barrier of every agent concerned, in a lab of three
 * hosts (two neighbours, one behind a router), SQLite, over ipc.
 *
 * Budgets: median at most 15 ms; at most 1 ms of processor time of an agent; a handful of units.
 */
import { addInterface, addInterfaces, oneNetwork } from './network.ts';
import { processorMs } from './processor.ts';
import { median, report } from './report.ts';

const INTERFACES = 1_000;
const ADDED = 100;

await using centre = await oneNetwork();
await addInterfaces(centre, INTERFACES);

const agent = centre.agent('hv1');
const pid = agent.daemon.pid;
const before = processorMs(pid);
const said = (await agent.lines()).length;
const times: number[] = [];
for (let i = INTERFACES; i < INTERFACES + ADDED; i++) {
  const started = performance.now();
  await addInterface(centre, i, '?wait=flows&timeout=10');
  times.push(performance.now() - started);
}
const processor = processorMs(pid) - before;
const synced = (await agent.lines()).slice(said).filter(({ msg }) => msg === 'synced');
const units = synced.reduce((sum, line) => sum + Number(line['units']), 0);

report('REST request to barrier of three agents, median', median(times), 15, 'ms');
report(
  'REST request to barrier of three agents, 95th percentile',
  times.toSorted((a, b) => a - b)[Math.floor(ADDED * 0.95)]!,
  15,
  'ms',
);
report('processor time of an agent for one interface', processor / ADDED, 1, 'ms');
console.log(`units run for one interface: ${(units / ADDED).toFixed(1)} (${synced.length} commits)`);
