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
    'Paths are below `/api/1.0`. **Bold** parameters are required; old names of a parameter are in brackets. The same, with',
    'the replies, is at `/api/docs` of a running server, and for programs at `/api/openapi.json`.',
    ...resources.flatMap(section),
    '',
  ].join('\n');
}

function section(resource: string): string[] {
  const here = endpoints.filter((endpoint) => endpoint.resource === resource);
  const entities = new Set(here.filter(isEntityEndpoint).map(({ entity }) => entity));
  const meanings = meaningsOf(here);
  return [
    '',
    `## ${resource}`,
    '',
    ...entityNames.filter((name) => entities.has(name)).flatMap((name) => [introduction(name), '']),
    '| request | does | parameters |',
    '| --- | --- | --- |',
    ...here.map((endpoint) => `| \`${endpoint.method} ${endpoint.path}\` | ${doc(endpoint)} | ${names(endpoint)} |`),
    ...(meanings.length === 0
      ? []
      : ['', '| parameter | value | meaning |', '| --- | --- | --- |', ...meanings.map(row)]),
  ];
}

function introduction(entity: EntityName): string {
  const { prefix, doc: text } = declarationOf(entity);
  return `\`${entity}\`${prefix === undefined ? '' : ` (\`${prefix}-…\`)`}: ${text}`;
}

/** A parameter, and the requests in which it means this. */
interface Meaning {
  readonly param: Param;
  readonly requests: readonly string[];
  /** The name means something else in other requests of the resource. */
  readonly isOneOfSeveral: boolean;
}

/** Requests that share a parameter share its row, unless it is said in other words. Paging is said once, in api.md. */
function meaningsOf(here: readonly Endpoint[]): Meaning[] {
  const uses = here
    .filter(({ operation }) => operation !== 'list')
    .flatMap((endpoint) => endpoint.params.map((param) => ({ param, request: `${endpoint.method} ${endpoint.path}` })));
  const meanings = new Map<string, { param: Param; requests: string[] }>();
  for (const { param, request } of uses) {
    const key = `${param.name} ${param.doc}`;
    const known = meanings.get(key);
    if (known === undefined) meanings.set(key, { param, requests: [request] });
    else meanings.set(key, { param: withDefault(known.param, param), requests: [...known.requests, request] });
  }
  const all = [...meanings.values()];
  return all.map((each) => ({
    ...each,
    isOneOfSeveral: all.filter(({ param }) => param.name === each.param.name).length > 1,
  }));
}

/** Only requests that make something have defaults. */
function withDefault(known: Param, other: Param): Param {
  return known.default === undefined && other.default !== undefined ? other : known;
}

function row({ param, requests, isOneOfSeveral }: Meaning): string {
  const where = isOneOfSeveral ? ` (${requests.map((request) => `\`${request}\``).join(', ')})` : '';
  return `| \`${param.name}\`${where} | ${valueOf(param)} | ${escaped(param.doc)}${standard(param)} |`;
}

function doc({ doc: text }: Endpoint): string {
  return escaped(text);
}

function names(endpoint: Endpoint): string {
  const shown = endpoint.params.map(({ name, required, aliases = [] }) => {
    const also = aliases.length === 0 ? '' : ` (or ${aliases.join(', ')})`;
    return `${required === true ? `**${name}**` : name}${also}`;
  });
  const body = 'document' in endpoint ? ['the document as the body'] : [];
  return [...body, ...shown].join(', ') || '–';
}

function valueOf({ type, to, values = [], min, max }: Param): string {
  if (type === 'choice') return values.map((value) => `\`${value}\``).join(', ');
  if (type === 'reference') return `uuid, ${prefixOf(to)}`;
  if (type === 'integer' && min !== undefined) return max === undefined ? `number from ${min}` : `${min} to ${max}`;
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
