import { FEATURE } from './cookies.ts';
import { PRIORITY } from './priorities.ts';
import { REGISTERS, type Register } from './registers.ts';
import { TABLES, type Table } from './tables.ts';

/** The pipeline as a page for people. `dump` gives the flows of a table in an example, as `ovs-ofctl` prints them. */
export function describePipeline(dump: (table: number) => readonly string[]): string {
  const tables = Object.values<Table>(TABLES);
  return [
    '# The pipeline',
    '',
    'Generated from `packages/vna/src/pipeline/` by `npm test -- packages/vna/src/pipeline -u`; a test keeps it true. The flows shown',
    'are those of one host (`in_port=1` uplink, `2` tunnel) in a data centre of three: a neighbour on the same physical network,',
    'and one behind a router. Two tenants, networks 1 and 2, use the same addresses. Port 60 is a trunk of legacy machines: VLANs 100 and',
    '300 are network 1, VLAN 200 is network 2 and contested by another edge.',
    '',
    '## The way of a packet',
    '',
    '```',
    ...tables.map((table) => `${`${table.id}`.padStart(3)} ${table.name.padEnd(18)} → ${ways(table)}`),
    '```',
    '',
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
    ...tables.flatMap((table) => section(table, dump(table.id))),
    '',
  ].join('\n');
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
