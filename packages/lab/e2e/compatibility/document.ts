/** docs/reference/openvnet-compatibility.md, from the reference and the cases. */
import { endpointCases, rowOf } from './cases/index.ts';
import { commandCases, commandOfCase } from './commands/index.ts';
import { DIFFERENCES } from './differences/index.ts';
import { COMMANDS, FORMER_COMMANDS } from './reference/commands.ts';
import { ENDPOINTS, FORMER_ENDPOINTS, type ReferenceSection } from './reference/endpoints.ts';
import { OBJECTS, type ObjectName } from './reference/objects.ts';
import { parseParams } from './refusals.ts';
import { keysOf } from './shape.ts';

export function describeCompatibility(): string {
  return [
    '# Compatibility with OpenVNet',
    '',
    'Clients and command lines that were written for OpenVNet work with VNet as they are. What that means is tested from',
    "outside: `packages/lab/e2e/compatibility/` has OpenVNet's endpoints, parameters, replies, errors and commands, copied by",
    'hand from its sources (the last commit of 2019-04-18, which is after 0.9, and 0.9 where that had more), and a case for each,',
    'against the real programs. A test fails when something of OpenVNet has no case, and when this page is not what the cases say:',
    '',
    '```',
    'npm run build && npm run e2e -- packages/lab/e2e/compatibility',
    '```',
    '',
    '- Every endpoint is called as old clients do: all parameters in the query string, an empty body, `.json` behind the path.',
    '  The reply has the keys of OpenVNet in their order, and values of their form. All parameters are used.',
    '- Then what has to be refused, from the parameters: each required one missing, each of a wrong form or out of its range,',
    '  unknown uuids in path and query, duplicate uuids. Status, class and code of the error are compared. Lists are paged through.',
    '- `transport.e2e.ts` has parameters in forms, JSON and YAML, replies in YAML, `/api/` without a version, and CORS;',
    '  `rules.e2e.ts` what is deleted with what, uuids used again, and what has to be unique; `allocation.e2e.ts` lease policies,',
    '  retention, MAC ranges and topologies.',
    '',
    '## Endpoints',
    '',
    'Each test has the name of its endpoint, in `endpoints.e2e.ts`; further cases are named after it. **Meant**: OpenVNet did not do',
    'what it was written for; that is what VNet does.',
    ...ENDPOINTS.flatMap(endpointSection),
    '',
    '## Endpoints of 0.9, and those that only clients knew',
    ...FORMER_ENDPOINTS.flatMap(endpointSection),
    '',
    '## Commands',
    '',
    'Each test is named `vnctl` and the command, in `vnctl.e2e.ts`. It runs the line, which has every option that OpenVNet knew,',
    'expects exit code 0, and looks by the API for what it did.',
    '',
    ...commandTable(Object.keys(COMMANDS)),
    '',
    '### Commands of 0.9',
    '',
    ...commandTable(Object.keys(FORMER_COMMANDS)),
    '',
    '## What VNet has besides',
    '',
    'Keys of replies that OpenVNet did not have, among or behind its own, which keep their order:',
    '',
    ...newKeys(),
    '',
    '## Differences',
    '',
    'On purpose. Each has its test in `differences.e2e.ts`, named by what VNet does.',
    ...Object.entries(DIFFERENCES).flatMap(([title, differences]) => [
      '',
      `### ${title}`,
      '',
      ...table(
        ['OpenVNet', 'VNet', 'because'],
        differences.map(({ openvnet, vnet, why }) => [openvnet, vnet, why]),
      ),
    ]),
    '',
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

/** `` `POST /networks`; also: networks may overlap `` */
function tests(names: readonly string[], row: string, title = row): string {
  const remarks = names.filter((name) => name !== row).map((name) => name.slice(row.length + 2, -1));
  return [`\`${title}\``, ...(remarks.length === 0 ? [] : [`also: ${remarks.join('; ')}`])].join('; ');
}

function meantOf(cases: readonly { readonly meant?: string }[]): string {
  return cases.flatMap(({ meant }) => meant ?? []).join('; ') || '–';
}

function endpointSection({ title, rows }: ReferenceSection): string[] {
  return [
    '',
    `### ${title}`,
    '',
    ...table(
      ['endpoint', 'parameters', 'test', 'meant'],
      Object.entries(rows).map(([row, params]) => {
        const cases = Object.entries(endpointCases).filter(([name]) => rowOf(name) === row);
        const names = cases.map(([name]) => name);
        const shown = parseParams(params).map(({ name, required }) => (required ? `**${name}**` : name));
        return [`\`${row}\``, shown.join(', ') || '–', tests(names, row), meantOf(cases.map(([, each]) => each))];
      }),
    ),
  ];
}

function commandTable(commands: readonly string[]): string[] {
  const rows = commands.map((command) => {
    const cases = Object.entries(commandCases).filter(([name]) => commandOfCase(name) === command);
    const names = cases.map(([name]) => name);
    const line = commandCases[command]?.line ?? '';
    return [tests(names, command, `vnctl ${command}`), `\`${line}\``, meantOf(cases.map(([, each]) => each))];
  });
  return table(['command and test', 'line', 'meant'], rows);
}

function newKeys(): string[] {
  const rows = (Object.keys(OBJECTS) as ObjectName[])
    .filter((name) => !name.endsWith('Row'))
    .map((name) => [name, keysOf(name).filter(({ isNew }) => isNew)] as const)
    .filter(([, keys]) => keys.length > 0)
    .map(([name, keys]) => [name, keys.map((key) => `\`${key.name}\``).join(', ')]);
  return table(['object', 'keys'], rows);
}
