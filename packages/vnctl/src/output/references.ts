/** Rows between others carry numeric ids (reference §3): people know the others by their uuid. */
import {
  declarationOf,
  entityEndpoints,
  isEntityEndpoint,
  isEntityName,
  type EntityEndpoint,
  type EntityName,
} from '@vnet/model';
import type { Request } from '../commands/specification.ts';
import type { Row } from './answers.ts';
import { uuidColumn } from './columns.ts';

/** Gets a page of a list: its path and query → the items. */
export type GetItems = (path: string, params: Readonly<Record<string, string>>) => Promise<readonly Row[]>;

/** Items that are asked for at once. */
const PAGE = 500;
/** Past so many rows of one entity a table is not worth the asking. */
const MOST_ROWS = 10_000;

/** uuids by the column `…_uuid` that has them. */
export type KnownUuids = Readonly<Record<string, string>>;

/** What the request itself says of the rows that answer it: the parent and the other are in its path. */
export function knownUuids({ endpoint, uuids, call }: Request): KnownUuids {
  if (!isEntityEndpoint(endpoint) || endpoint.api.kind === 'resource') return {};
  const { api } = endpoint;
  const columns = [api.parent, ...(api.kind === 'relation' ? [api.other] : [])];
  const inPath = columns.slice(0, uuids.length).map((column, index) => [uuidColumn(column), uuids[index]!] as const);
  const inParams = endpoint.method === 'GET' ? [] : Object.entries(call.params);
  return Object.fromEntries([...inPath, ...inParams.filter(([name]) => name.endsWith('_uuid'))]);
}

/**
 * The rows with `network_uuid` beside each `network_id` that had none. What is not known is looked for in the list of
 * the networks, page by page, until all are found.
 * @param columns the only ones that are wanted
 */
export async function withUuids(
  entity: EntityName,
  rows: readonly Row[],
  known: KnownUuids,
  columns: readonly string[] | undefined,
  getItems: GetItems,
): Promise<Row[]> {
  let resolved = [...rows];
  for (const [column, field] of Object.entries(declarationOf(entity).fields)) {
    const name = uuidColumn(column);
    if (field.type !== 'reference' || columns?.includes(name) === false) continue;
    const isMissing = (row: Row): boolean => typeof row[column] === 'number' && row[name] === undefined;
    const missing = new Set(resolved.filter(isMissing).map((row) => row[column] as number));
    const listing = listingOf(field.to);
    if (missing.size === 0 || listing === undefined) continue;
    const uuids = known[name] === undefined ? await lookUp(listing.path, missing, getItems) : undefined;
    resolved = resolved.map((row) =>
      isMissing(row) ? { ...row, [name]: known[name] ?? uuids?.get(row[column] as number) } : row,
    );
  }
  return resolved;
}

async function lookUp(path: string, ids: ReadonlySet<number>, getItems: GetItems): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for (let offset = 0; offset < MOST_ROWS && found.size < ids.size; offset += PAGE) {
    const items = await getItems(path, { limit: String(PAGE), offset: String(offset) });
    for (const { id, uuid } of items) if (ids.has(id as number)) found.set(id as number, String(uuid));
    if (items.length < PAGE) break;
  }
  return found;
}

function listingOf(entity: string | undefined): EntityEndpoint | undefined {
  if (entity === undefined || !isEntityName(entity)) return undefined;
  return entityEndpoints.find(
    (endpoint) => endpoint.entity === entity && endpoint.verb === 'list' && endpoint.sub === undefined,
  );
}
