import { FEATURE } from './cookies.ts';
import { PRIORITY } from './priorities.ts';
import { REGISTERS, type Register } from './registers.ts';
import { METADATA } from './plain-metadata.ts';
import { PIPELINES, type Pipeline, type Table } from './tables.ts';

/** The flows of a table in an example, as `ovs-ofctl` prints them. */
type Dump = (table: number) => readonly string[];

/** Both pipelines as a page for people. */
export function describePipeline(dump: Readonly<Record<Pipeline, Dump>>): string {
  return [
    '# The pipeline',
    '',
    'Generated from `packages/vna/src/pipeline/` by `npm test -- packages/vna/src/pipeline -u`; a test keeps it true. The flows shown',
    'are those of one host (`in_port=1` uplink, `2` tunnel) in a data centre of three: a neighbour on the same physical network,',
    'and one behind a router. Two tenants, networks 1 and 2, use the same addresses. Port 60 is a trunk of legacy machines: VLANs 100 and',
    '300 are network 1, VLAN 200 is network 2 and contested by another edge.',
    '',
    'A switch with plain OpenFlow 1.3 (`enable_ovs_learn_action` of its datapath is false) has another pipeline, at the end of this',
    'page.',
    '',
    ...wayThrough(PIPELINES.ovs),
    '## Registers',
    '',
    '`metadata` holds the virtual network from the moment it is known: its id, which is also the GRE key.',
    '',
    '| register | bits | meaning |',
    '| --- | --- | --- |',
    ...Object.entries<Register>(REGISTERS).map(([name, each]) => `| \`${name}\` | ${place(each)} | ${each.doc} |`),
    '',
    '## Priorities',
    '',
    Object.entries(PRIORITY)
      .map(([name, value]) => `${name} ${value}`)
      .join(' · '),
    '',
    '## Cookies',
    '',
    'Owner `0x56e` (12 bits), feature (8 bits), hash of table, priority, match and instructions (44 bits). A restarted agent',
    'recognises by the cookie alone which flows are its own and whether they are still right.',
    '',
    `Features: ${Object.entries(FEATURE)
      .map(([name, id]) => `${name} ${id}`)
      .join(' · ')}`,
    ...PIPELINES.ovs.flatMap((table) => section(table, dump.ovs(table.id))),
    '',
    '# The pipeline of plain OpenFlow 1.3',
    '',
    'For switches without the extensions of Open vSwitch: see [remote switches](guide/remote-switches.md). The same data centre, with the',
    'first host a plain switch.',
    '',
    ...wayThrough(PIPELINES.plain),
    '`metadata` (64 bits) holds what is known of the packet:',
    '',
    '| part | bits | meaning |',
    '| --- | --- | --- |',
    ...Object.entries(METADATA).map(
      ([name, { offset, bits, doc }]) => `| \`${name}\` | \`metadata[${offset}..${offset + bits - 1}]\` | ${doc} |`,
    ),
    '',
    'Copies for contested VLANs (GATE, VLANS), and what the agent has learnt (PORTS, SENDER, WAY), stand for some seconds beside these',
    'flows. A packet from the table PORTS is for the agent because of its group, one from SENDER because of its sender.',
    ...PIPELINES.plain.flatMap((table) => section(table, dump.plain(table.id))),
    '',
  ].join('\n');
}

function wayThrough(tables: readonly Table[]): readonly string[] {
  return [
    '## The way of a packet',
    '',
    '```',
    ...tables.map((table) => `${`${table.id}`.padStart(3)} ${table.name.padEnd(18)} → ${ways(table)}`),
    '```',
    '',
  ];
}

function section(table: Table, flows: readonly string[]): string[] {
  return [
    '',
    `## Table ${table.id}: ${table.name}`,
    '',
    table.purpose,
    '',
    `Matches: ${list(table.matches)}. Sets: ${list(table.sets)}. Goes to: ${ways(table)}. Miss: ${table.miss}.`,
    '',
    '```',
    ...flows,
    '```',
  ];
}

function ways({ next, outputs }: Table): string {
  return [...next, ...(outputs ? ['output'] : [])].join(', ') || 'drop';
}

function place({ field, offset, bits }: Register): string {
  return bits === 32 && offset === 0 ? `\`${field}\`` : `\`${field}[${offset}..${offset + bits - 1}]\``;
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ') || 'nothing';
}
