/**
 * 100,000 random source MACs from the legacy side of an edge, while known machines ping each other at 100 Hz: what they lose,
 * what it costs the agent, how large the flow table becomes, and how soon a newcomer is learnt again.
 */
import { loadavg } from 'node:os';
import { floodedSite, macFlood } from '../packages/lab/e2e/mac-flood.ts';
import { report } from './report.ts';

/** As `VLAN_LIMIT` of the agent; a machine has some flows. */
const LIMIT = 1_024;
const FLOWS_OF_ONE = 12;
/** Machines of which one frame was seen are forgotten after a minute. */
const FORGOTTEN_S = 75;

await using centre = await floodedSite();
const flood = await macFlood(centre, 100);
const over = performance.now();
const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);
console.log(`frames sent, each from a MAC of its own: ${flood.sent} in ${flood.seconds.toFixed(1)} s`);
console.log(`pings of known machines lost: ${sum(flood.lost)} of ${sum(flood.answers) + sum(flood.lost)}, budget 0`);
report('machines learnt', flood.learnt, LIMIT, 'machines');
report('flows more, at most', flood.flows, LIMIT * FLOWS_OF_ONE, 'flows');
report('frames handed to the agent', flood.handed, flood.sent / 10, 'frames');
console.log(`  frames that the switch had for it, before its meter: ${flood.punted}`);
report('processor time of the agent', flood.agentMs, flood.seconds * 1_000, 'ms');
await centre.reachedAfter('quiet', '10.0.0.2', FORGOTTEN_S * 2_000);
report('until a newcomer is let in again', (performance.now() - over) / 1_000, FORGOTTEN_S, 's');
console.log(`load of the machine at the end: ${loadavg()[0]!.toFixed(1)}`);
process.exit();
