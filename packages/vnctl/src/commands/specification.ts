/** The commands, derived from the endpoints of the model: an entity that is declared there needs no line here. */
import { endpoints, isEntityEndpoint, type Endpoint, type Param } from '@vnet/model';
import type { Call } from '../api.ts';
import { commandVerb, dashed } from './names.ts';
import { IGNORED_OPTIONS } from './openvnet.ts';

export interface Positional {
  /** As `--help` shows it: `network-uuid`. */
  readonly name: string;
  readonly optional: boolean;
  readonly variadic: boolean;
}

/** One command: `vnctl datapaths networks add`. */
export interface CommandSpec {
  /** `['datapaths', 'networks', 'add']` */
  readonly words: readonly string[];
  readonly doc: string;
  readonly positionals: readonly Positional[];
  /** What options there are. */
  readonly params: readonly Param[];
  /** Names of parameters that are taken and not sent. */
  readonly ignored: readonly string[];
  /** It changes the model: it takes `--wait`. */
  readonly changing: boolean;
  /** It answers with a table: it takes `--columns`. */
  readonly table: boolean;
  /** It sends a document, from `--file`. */
  readonly document: boolean;
  /** Two for the `show` that lists when no uuid is given. */
  readonly endpoints: readonly Endpoint[];
}

/** One request of a command, with the endpoint that says what the answer is. */
export interface Request {
  readonly endpoint: Endpoint;
  /** The uuids in its path. */
  readonly uuids: readonly string[];
  readonly call: Call;
}

/** Commands that are not called as their endpoint is. */
const COMMAND_NAMES: Readonly<Record<string, string>> = { find: 'show' };

/** Endpoints whose answer people read as a text without columns. */
const TEXTS = ['tree', 'export', 'why', 'security_groups.stats'];

/** Parameters that are written without an option: `vnctl history nw-1`, `vnctl why if-a if-b tcp:22`. */
const POSITIONAL_PARAMS = ['uuid', 'packet'];

export const commandSpecs: readonly CommandSpec[] = [...groupByWords(endpoints).values()].map(specOf);

/**
 * The requests of a command. Of several uuids at the end each is a request of its own.
 * @param options values by the name of the parameter
 */
export function requestsOf(
  spec: CommandSpec,
  uuids: readonly string[],
  options: Readonly<Record<string, string>>,
  waitSeconds?: number,
): Request[] {
  const endpoint =
    spec.endpoints.find(({ pathParams }) => uuids.length === 0 || pathParams.length > 0) ?? spec.endpoints[0]!;
  const depth = endpoint.pathParams.length;
  const positional = endpoint.params.find((param) => isPositional(endpoint, param));
  if (positional !== undefined && uuids.length > depth) {
    return requestsOf(spec, uuids.slice(0, depth), { ...options, [positional.name]: uuids[depth]! }, waitSeconds);
  }
  const names = new Set(endpoint.params.map(({ name }) => name));
  const params = Object.fromEntries(Object.entries(options).filter(([name]) => names.has(name)));
  const request = (path: readonly string[]): Request => ({
    endpoint,
    uuids: path,
    call: {
      method: endpoint.method,
      path: fillPath(endpoint, path),
      params,
      ...(waitSeconds === undefined ? {} : { waitSeconds }),
    },
  });
  if (depth === 0) return [request([])];
  const shared = uuids.slice(0, depth - 1);
  return uuids.slice(depth - 1).map((uuid) => request([...shared, uuid]));
}

function isPositional({ method }: Endpoint, { name }: Param): boolean {
  return method === 'GET' && POSITIONAL_PARAMS.includes(name);
}

function groupByWords(all: readonly Endpoint[]): Map<string, Endpoint[]> {
  const groups = new Map<string, Endpoint[]>();
  for (const endpoint of all) {
    const key = wordsOf(endpoint).join(' ');
    groups.set(key, [...(groups.get(key) ?? []), endpoint]);
  }
  return groups;
}

function wordsOf(endpoint: Endpoint): string[] {
  if (!isEntityEndpoint(endpoint)) return (COMMAND_NAMES[endpoint.name] ?? dashed(endpoint.name)).split('.');
  const { resource, sub, verb, api } = endpoint;
  if (api.kind === 'resource' && api.command !== undefined) return [...api.command];
  return [dashed(resource), ...(sub === undefined ? [] : [dashed(sub)]), commandVerb(verb)];
}

function specOf(group: readonly Endpoint[]): CommandSpec {
  // The one with fewer path parameters first: `show` without a uuid lists.
  const sorted = group.toSorted((a, b) => a.pathParams.length - b.pathParams.length);
  const [first, last] = [sorted[0]!, sorted.at(-1)!];
  const words = wordsOf(first);
  const params = sorted.flatMap((endpoint) => endpoint.params);
  return {
    words,
    doc: sorted.map(({ doc }) => doc).join(' '),
    positionals: [
      ...last.pathParams.map(({ name }, index) => ({
        name: dashed(name),
        optional: index >= first.pathParams.length,
        variadic: repeats(last) && index === last.pathParams.length - 1,
      })),
      ...params
        .filter((param) => isPositional(first, param))
        .map(({ name }) => ({ name: dashed(name), optional: true, variadic: false })),
    ],
    params: params.filter((param) => !isPositional(first, param)),
    ignored: IGNORED_OPTIONS[words.join(' ')] ?? [],
    changing: first.method !== 'GET',
    table: first.method === 'GET' && !TEXTS.includes(first.name),
    document: 'document' in first,
    endpoints: sorted,
  };
}

/** Whether the request may be made for several uuids, one after the other: what shows or deletes one thing. */
function repeats(endpoint: Endpoint): boolean {
  const { method, path, params } = endpoint;
  if (params.some((param) => isPositional(endpoint, param))) return false;
  return (method === 'GET' || method === 'DELETE') && /:\w+$/.test(path);
}

function fillPath(endpoint: Endpoint, values: readonly string[]): string {
  const byName = new Map(endpoint.pathParams.map(({ name }, index) => [name, values[index] ?? '']));
  return endpoint.path.replace(/:(\w+)/g, (_match, name: string) => encodeURIComponent(byName.get(name) ?? ''));
}
