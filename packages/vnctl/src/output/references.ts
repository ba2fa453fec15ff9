/** Rows between others carry numeric ids (reference §3): people know the others by their uuid. */
import { declarationOf, entityEndpoints, isEntityName, type EntityEndpoint, type EntityName } from '@vnet/model';
import type { Row } from './columns.ts';

/** Gets a page of a list: its path and query → the items. */
export type GetItems = (path: string, params: Readonly<Record<string, string>>) => Promise<readonly Row[]>;

/** Past so many rows of one entity a table is not worth the asking. */
const MOST_ROWS = 10_000;

/** The rows with `network_uuid` beside each `network_id` that had none. */
export async function withUuids(entity: EntityName, rows: readonly Row[], getItems: GetItems): Promise<Row[]> {
  let resolved = [...rows];
  for (const [column, field] of Object.entries(declarationOf(entity).fields)) {
    const uuidColumn = column.replace(/_id$/, '_uuid');
    const listing = field.type === 'reference' ? listingOf(field.to) : undefined;
    const missing = resolved.some((row) => typeof row[column] === 'number' && row[uuidColumn] === undefined);
    if (listing === undefined || !missing) continue;
    const others = await getItems(listing.path, { limit: String(MOST_ROWS) });
    const uuids = new Map(others.map(({ id, uuid }) => [id, uuid]));
    resolved = resolved.map((row) => ({ ...row, [uuidColumn]: row[uuidColumn] ?? uuids.get(row[column]) }));
  }
  return resolved;
}

function listingOf(entity: string | undefined): EntityEndpoint | undefined {
  if (entity === undefined || !isEntityName(entity)) return undefined;
  return entityEndpoints.find(
    (endpoint) => endpoint.entity === entity && endpoint.verb === 'list' && endpoint.sub === undefined,
  );
}
