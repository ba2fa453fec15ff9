/**
 * One interface more in a network of 1,000: from the REST request to the barrier of every agent concerned, in a lab of three
 * hosts (two neighbours, one behind a router), SQLite, over ipc.
 *
 * Budgets: median at most 15 ms; at most 1 ms of processor time of an agent; a handful of units.
 *
 * And one less: until no packet goes by what was removed, which Open vSwitch has to look for in its datapath's cache.
 */
import { loadavg } from 'node:os';
import type { DataCentre } from '../packages/lab/e2e/data-centre.ts';
import { spray } from '../packages/lab/e2e/spray.ts';
import { addInterface, addInterfaces, oneNetwork } from './network.ts';
import { processorMs } from '../packages/lab/e2e/processor.ts';
import { median, report } from './report.ts';

const INTERFACES = 1_000;
const ADDED = 100;
const MEGAFLOWS = 10_000;

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

/** Deletes some of the interfaces that were added, one after the other. @returns milliseconds for each */
async function remove(where: DataCentre, from: number, to: number): Promise<number[]> {
  const spent: number[] = [];
  for (let i = from; i < to; i++) {
    const started = performance.now();
    await where.api('DELETE', `interfaces/if-x${i}?wait=flows&timeout=10`);
    spent.push(performance.now() - started);
  }
  return spent;
}

const half = INTERFACES + ADDED / 2;
const quiet = await remove(centre, INTERFACES, half);
report('REST request to the last packet, one interface less, median', median(quiet), 50, 'ms');
await spray(centre, 'a1', MEGAFLOWS);
const busy = await remove(centre, half, INTERFACES + ADDED);
report(`the same with ${MEGAFLOWS} megaflows on one host`, median(busy), 250, 'ms');
console.log(`load of the machine at the end: ${loadavg()[0]!.toFixed(1)}`);
