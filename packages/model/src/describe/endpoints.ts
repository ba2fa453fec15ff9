import { isEntityEndpoint, type Endpoint, type Param } from '../endpoints.ts';
import { declarationOf, entityNames, isEntityName, type EntityName } from '../entities/index.ts';
import { endpoints } from '../whole_model.ts';

/** All endpoints with their parameters, as a page for people. */
export function describeEndpoints(): string {
  const resources = [...new Set(endpoints.map(({ resource }) => resource))];
  return [
    '# Endpoints',
    '',
    'Generated from `packages/model/src/entities/` by `npm test -- packages/model/src/describe -u`; a test keeps it true. What',
    'holds for all of them (formats, errors, lists, `wait`, `If-Match`) is in [api.md](api.md).',
    '',
    'Paths are below `/api/1.0`. **Bold** parameters are required.',
    ...resources.flatMap(section),
    '',
  ].join('\n');
}

function section(resource: string): string[] {
  const here = endpoints.filter((endpoint) => endpoint.resource === resource);
  const entities = new Set(here.filter(isEntityEndpoint).map(({ entity }) => entity));
  return [
    '',
    `## ${resource}`,
    '',
    ...entityNames.filter((name) => entities.has(name)).flatMap((name) => [introduction(name), '']),
    '| request | does | parameters |',
    '| --- | --- | --- |',
    ...here.map(
      (endpoint) => `| \`${endpoint.method} ${endpoint.path}\` | ${doc(endpoint)} | ${names(endpoint.params)} |`,
    ),
    '',
    '| parameter | value | meaning |',
    '| --- | --- | --- |',
    ...[...parametersOf(here)].map(
      ([name, param]) => `| \`${name}\` | ${valueOf(param)} | ${escaped(param.doc)}${standard(param)} |`,
    ),
  ];
}

function introduction(entity: EntityName): string {
  const { prefix, doc: text } = declarationOf(entity);
  return `\`${entity}\`${prefix === undefined ? '' : ` (\`${prefix}-…\`)`}: ${text}`;
}

/** One row for each parameter; requests that share a name share its meaning, unless it is said in other words. */
function parametersOf(here: readonly Endpoint[]): Map<string, Param> {
  const params = here.filter(({ operation }) => operation !== 'list').flatMap((endpoint) => endpoint.params);
  const byName = new Map<string, Param>();
  for (const param of params) {
    const known = byName.get(param.name);
    if (known === undefined || (known.default === undefined && param.default !== undefined)) {
      byName.set(param.name, known === undefined ? param : { ...param, doc: known.doc });
    }
  }
  return byName;
}

function doc({ doc: text }: Endpoint): string {
  return escaped(text);
}

function names(params: readonly Param[]): string {
  const shown = params.map(({ name, required, aliases = [] }) => {
    const also = aliases.length === 0 ? '' : ` (or ${aliases.join(', ')})`;
    return `${required === true ? `**${name}**` : name}${also}`;
  });
  return shown.join(', ') || '–';
}

function valueOf({ type, to, values = [], min, max }: Param): string {
  if (type === 'choice') return values.map((value) => `\`${value}\``).join(', ');
  if (type === 'reference') return `uuid, ${prefixOf(to)}`;
  if (type === 'integer' && min !== undefined && max !== undefined) return `${min} to ${max}`;
  return VALUES[type];
}

/** `if-…` */
function prefixOf(entity: string | undefined): string {
  const prefix = entity !== undefined && isEntityName(entity) ? declarationOf(entity).prefix : undefined;
  return `\`${prefix ?? ''}-…\``;
}

const VALUES = {
  string: 'text',
  integer: 'number',
  boolean: '`true` or `false`',
  ipv4: 'IPv4 address',
  mac: 'MAC address',
  ipv4_prefix: 'IPv4 address or subnet',
  dpid: 'up to 16 hexadecimal digits',
  time: 'time',
} as const;

function standard({ default: value }: Param): string {
  return value === undefined || value === '' ? '' : ` Default: \`${value}\`.`;
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|');
}
