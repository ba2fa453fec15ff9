/** What the endpoints that only read do. */
import type { EntityEndpoint, EntityName, Row } from '@vnet/model';
import { render, renderOne } from '../replies/index.ts';
import type { Queries, Where } from '../store/queries.ts';
import { type Call, pathColumns, resolvePath } from './call.ts';

/** Items of a list when the request does not say. */
const DEFAULT_LIMIT = 30;

async function list(queries: Queries, call: Call): Promise<unknown> {
  const { endpoint, values } = call;
  const { entity, api } = endpoint;
  const where = pathColumns(endpoint, await resolvePath(queries, call)) as Where<EntityName>;
  const limit = typeof values['limit'] === 'number' ? values['limit'] : DEFAULT_LIMIT;
  const offset = typeof values['offset'] === 'number' ? values['offset'] : 0;
  const total = await queries.count(entity, where);
  const rows = await queries.page(entity, where, { limit, offset }, total);
  const items =
    api.kind === 'relation' && api.list === 'others'
      ? await renderOthers(queries, endpoint, rows, api.other)
      : await render(queries, entity, rows);
  return { total_count: total, offset, limit, items };
}

/** The rows at the other end of a relation, in the order of the relation. */
async function renderOthers(queries: Queries, endpoint: EntityEndpoint, rows: readonly Row[], column: string) {
  const other = endpoint.other ?? endpoint.entity;
  const ids = rows.map((row) => (row as unknown as Record<string, number>)[column]!);
  const found = await queries.byIds(other, ids);
  const others = ids.map((id) => found.get(id)).filter((row) => row !== undefined);
  return await render(queries, other, others);
}

async function show(queries: Queries, call: Call): Promise<unknown> {
  const [row] = await resolvePath(queries, call);
  return await renderOne(queries, call.endpoint.entity, row!);
}

/** @throws {VnetError} */
export async function read(queries: Queries, call: Call): Promise<unknown> {
  return call.endpoint.operation === 'list' ? await list(queries, call) : await show(queries, call);
}
