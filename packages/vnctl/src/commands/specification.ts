/** The commands, derived from the endpoints of the model: an entity that is declared there needs no line here. */
import { entityEndpoints, type EntityEndpoint, type Param } from '@vnet/model';
import type { Call } from '../api.ts';
import { commandVerb, dashed } from './names.ts';

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
  readonly params: readonly Param[];
  /** It changes the model: it takes `--wait`. */
  readonly changing: boolean;
  /** Two for the `show` that lists when no uuid is given. */
  readonly endpoints: readonly EntityEndpoint[];
}

/** One request of a command, with the endpoint that says what the answer is. */
export interface Request {
  readonly endpoint: EntityEndpoint;
  readonly call: Call;
}

export const commandSpecs: readonly CommandSpec[] = [...groupByWords(entityEndpoints).values()].map(specOf);

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
  const endpoint = spec.endpoints.find(({ pathParams }) => uuids.length === 0 || pathParams.length > 0)!;
  const depth = endpoint.pathParams.length;
  const names = new Set(endpoint.params.map(({ name }) => name));
  const params = Object.fromEntries(Object.entries(options).filter(([name]) => names.has(name)));
  const request = (path: readonly string[]): Request => ({
    endpoint,
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

function groupByWords(all: readonly EntityEndpoint[]): Map<string, EntityEndpoint[]> {
  const groups = new Map<string, EntityEndpoint[]>();
  for (const endpoint of all) {
    const key = wordsOf(endpoint).join(' ');
    groups.set(key, [...(groups.get(key) ?? []), endpoint]);
  }
  return groups;
}

function wordsOf({ resource, sub, verb, api }: EntityEndpoint): string[] {
  if (api.kind === 'resource' && api.command !== undefined) return [...api.command];
  return [dashed(resource), ...(sub === undefined ? [] : [dashed(sub)]), commandVerb(verb)];
}

function specOf(group: readonly EntityEndpoint[]): CommandSpec {
  // The one with fewer path parameters first: `show` without a uuid lists.
  const sorted = group.toSorted((a, b) => a.pathParams.length - b.pathParams.length);
  const [first, last] = [sorted[0]!, sorted.at(-1)!];
  const namesOwnRow = last.operation === 'show' || (last.operation === 'delete' && last.path.endsWith('uuid'));
  return {
    words: wordsOf(first),
    doc: sorted.map(({ doc }) => doc).join(' '),
    positionals: last.pathParams.map(({ name }, index) => ({
      name: dashed(name),
      optional: index >= first.pathParams.length,
      variadic: namesOwnRow && index === last.pathParams.length - 1,
    })),
    params: sorted.flatMap(({ params }) => params),
    changing: first.method !== 'GET',
    endpoints: sorted,
  };
}

function fillPath(endpoint: EntityEndpoint, values: readonly string[]): string {
  const byName = new Map(endpoint.pathParams.map(({ name }, index) => [name, values[index] ?? '']));
  return endpoint.path.replace(/:(\w+)/g, (_match, name: string) => encodeURIComponent(byName.get(name) ?? ''));
}
