/** Rows of the model as tables. */
import { isEntityName, type EntityEndpoint, type EntityName } from '@vnet/model';
import type { Request } from '../commands/specification.ts';
import { isList, isRow, withRange, type Row } from './answers.ts';
import { cell } from './cells.ts';
import { checkColumns, columnsOf, shownBesideOthers } from './columns.ts';
import { knownUuids, withUuids, type GetItems } from './references.ts';
import { horizontalTable, verticalTable } from './table.ts';

type EntityRequest = Request & { readonly endpoint: EntityEndpoint };

/** One row below the other, or one row on lines of its own. */
export async function entityTable(
  request: EntityRequest,
  body: unknown,
  columns: readonly string[] | undefined,
  getItems: GetItems,
): Promise<string> {
  const entity = shownEntity(request.endpoint);
  const known = entity === request.endpoint.entity ? knownUuids(request) : {};
  const complete = async (rows: readonly Row[]): Promise<readonly Row[]> =>
    await withUuids(entity, rows, known, columns, getItems);
  if (isList(body)) return withRange(horizontal(entity, await complete(body.items), columns), body);
  if (Array.isArray(body)) {
    return body.every(isRow) ? horizontal(entity, await complete(body), columns) : body.map(String).join('\n');
  }
  if (!isRow(body)) return JSON.stringify(body);
  const ports = request.endpoint.method === 'GET' ? await portsOf(entity, body, columns, getItems) : {};
  return vertical(entity, await complete([{ ...body, ...ports }]), columns);
}

/** Where the ports of an interface may be: the API has them in a list of their own. */
async function portsOf(
  entity: EntityName,
  { uuid }: Row,
  columns: readonly string[] | undefined,
  getItems: GetItems,
): Promise<Row> {
  if (entity !== 'interface' || typeof uuid !== 'string' || columns?.includes('ports') === false) return {};
  const ports = await getItems(`/interfaces/${uuid}/ports`, {});
  return { ports: await withUuids('interface_port', ports, {}, undefined, getItems) };
}

/** `{ entity, object }` → the object. */
export async function foundTable(
  { entity, object }: Row,
  columns: readonly string[] | undefined,
  getItems: GetItems,
): Promise<string> {
  if (typeof entity !== 'string' || !isEntityName(entity) || !isRow(object)) return JSON.stringify(object);
  const whole = { ...object, ...(await portsOf(entity, object, columns, getItems)) };
  return vertical(entity, await withUuids(entity, [whole], {}, columns, getItems), columns);
}

/** What the rows of the answer are: a relation may list what is at its other end. */
export function shownEntity({ api, operation, entity, other }: EntityEndpoint): EntityName {
  if (api.kind !== 'relation') return entity;
  const listsOthers = operation === 'list' && api.list === 'others';
  const answersOther = operation === 'create' ? api.added === 'other' : api.removed === 'other';
  return listsOthers || (operation !== 'list' && answersOther) ? (other ?? entity) : entity;
}

function horizontal(entity: EntityName, rows: readonly Row[], chosen: readonly string[] | undefined): string {
  if (chosen !== undefined) checkColumns(entity, rows, chosen);
  if (rows.length === 0) return '(none)';
  const columns = chosen ?? columnsOf(entity, rows).filter((column) => shownBesideOthers(rows, column));
  return horizontalTable(
    columns,
    rows.map((row) => columns.map((column) => cell(entity, column, row[column]))),
  );
}

function vertical(entity: EntityName, rows: readonly Row[], chosen: readonly string[] | undefined): string {
  if (chosen !== undefined) checkColumns(entity, rows, chosen);
  const columns = chosen ?? columnsOf(entity, rows);
  return verticalTable(columns.map((column) => [column, cell(entity, column, rows[0]?.[column])]));
}
