/** One call of the API, and how its uuids become rows and columns. */
import { type EntityEndpoint, type EntityName, type Param, type ParamValue, type Row, isEntityName } from '@vnet/model';
import type { Queries } from '../store/queries.ts';
import type { Extra } from '../rules/rule.ts';

export interface Call {
  readonly endpoint: EntityEndpoint;
  /** uuids by the name of the path parameter. */
  readonly path: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, ParamValue>>;
}

export interface WriteCall extends Call {
  /** Refuse when the row has changed since this revision. */
  readonly ifMatch?: number | undefined;
}

/** A row that has a uuid. */
export type NamedRow = Row & { readonly uuid: string };

export interface Resolved {
  /** Values of columns. */
  readonly columns: Readonly<Record<string, ParamValue>>;
  /** What only requests carry; a reference `topology_uuid` is `topology_id` here. */
  readonly extra: Extra;
}

/** @throws {VnetError} UnknownUUIDResource, naming the parameter */
export async function resolve(queries: Queries, { endpoint, values }: Call): Promise<Resolved> {
  return await resolveParams(queries, endpoint.params, values);
}

/** @throws {VnetError} UnknownUUIDResource, naming the parameter */
export async function resolveParams(
  queries: Queries,
  params: readonly Param[],
  values: Readonly<Record<string, ParamValue>>,
): Promise<Resolved> {
  const columns: Record<string, ParamValue> = {};
  const extra: Record<string, ParamValue> = {};
  for (const param of params) {
    const value = values[param.name];
    if (value === undefined) continue;
    const { to = '', column } = param;
    const isReference = column !== 'uuid' && isEntityName(to);
    const stored = isReference && typeof value === 'string' ? (await queries.byUuid(to, value, param.name)).id : value;
    if (column !== undefined) columns[column] = stored;
    else extra[isReference ? param.name.replace(/_uuid$/, '_id') : param.name] = stored;
  }
  return { columns, extra };
}

/** The rows that the path names, in order. */
export async function resolvePath(queries: Queries, { endpoint, path }: Call): Promise<NamedRow[]> {
  const rows: NamedRow[] = [];
  for (const { name, entity } of endpoint.pathParams) {
    rows.push((await queries.byUuid<EntityName>(entity!, path[name] ?? '', name)) as NamedRow);
  }
  return rows;
}

/** Columns that the path gives: the parent of a child, both ends of a relation. */
export function pathColumns({ api }: EntityEndpoint, rows: readonly NamedRow[]): Readonly<Record<string, number>> {
  const named = api.kind === 'resource' ? [] : api.kind === 'child' ? [api.parent] : [api.parent, api.other];
  const given = named.slice(0, rows.length);
  return Object.fromEntries(given.map((column, i) => [column, rows[i]!.id]));
}
