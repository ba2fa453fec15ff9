/**
 * Security groups in a lab of three hosts: 10 groups of 100 rules, each of which names a group, and 1,000 members. How many
 * flows a host has of it, and what one member more costs: flows, units of the compiler, and the time from the REST request
 * to the barrier of the agents concerned.
 *
 * Budgets: rules and members add in flows, they do not multiply; a member more costs the same however many there are.
 */
import type { DataCentre } from '../packages/lab/e2e/data-centre.ts';
import { addInterfaces, oneNetwork } from './network.ts';
import { median, report } from './report.ts';

const GROUPS = 10;
const RULES = 100;
const MEMBERS = 1_000;
const ADDED = 30;
/** Tables in which the rules and the members of groups are, in both directions. */
const TABLES = [25, 26, 74, 75];
const PARALLEL = 8;

await using centre = await oneNetwork();
for (let group = 0; group < GROUPS; group++) {
  await centre.api('POST', 'security_groups', { uuid: `sg-g${group}`, display_name: `group ${group}` });
}
const rules = Array.from({ length: RULES }, (_, rule) => `tcp:${1000 + 2 * rule}:sg-g${rule % GROUPS}`).join('\n');
for (let group = 0; group < GROUPS; group++) await centre.api('PUT', `security_groups/sg-g${group}`, { rules });
for (let group = 0; group < GROUPS; group++) await join(group, 'a1');

await addInterfaces(centre, MEMBERS + 2 * ADDED);
const few = await costOfOneMore(MEMBERS);
const members = Array.from({ length: MEMBERS }, (_, member) => member);
while (members.length > 0) {
  await Promise.all(members.splice(0, PARALLEL).map(async (member) => join(member % GROUPS, `x${member}`)));
}
await centre.settled();
const many = await costOfOneMore(MEMBERS + ADDED);

const flows = await groupFlows(centre);
report(
  `flows of ${GROUPS} groups, ${GROUPS * RULES} rules and ${MEMBERS} members`,
  flows,
  2 * (GROUPS * RULES + MEMBERS),
  'flows',
);
report(`flows changed on a host by a member more, of ${MEMBERS}`, many.flows, few.flows, 'flows (with few members)');
report(`units run on a host by a member more, of ${MEMBERS}`, many.units, few.units, 'units (with few members)');
report(`REST request to barrier of three agents, of ${MEMBERS}, median`, many.ms, 15, 'ms');

async function join(group: number, vm: string, query = ''): Promise<void> {
  await centre.api('POST', `security_groups/sg-g${group}/interfaces/if-${vm}${query}`);
}

/** Lets some interfaces join a group; figures for one of them, on the host where the group is used. */
async function costOfOneMore(
  first: number,
): Promise<{ readonly flows: number; readonly units: number; readonly ms: number }> {
  const agent = centre.agent('hv1');
  const said = (await agent.lines()).length;
  const before = await groupFlows(centre);
  const times: number[] = [];
  for (let i = first; i < first + ADDED; i++) {
    const started = performance.now();
    await join(0, `x${i}`, '?wait=flows&timeout=10');
    times.push(performance.now() - started);
  }
  const synced = (await agent.lines()).slice(said).filter(({ msg }) => msg === 'synced');
  const units = synced.reduce((sum, line) => sum + Number(line['units']), 0);
  return { flows: ((await groupFlows(centre)) - before) / ADDED, units: units / ADDED, ms: median(times) };
}

async function groupFlows(where: DataCentre): Promise<number> {
  const tables = await Promise.all(TABLES.map(async (table) => where.flows('hv1', `table=${table}`)));
  return tables.flat().length;
}
