import { stringify } from 'yaml';
import type { EntityEndpoint, EntityName } from '@vnet/model';
import type { Format } from '../settings.ts';
import { cell } from './cells.ts';
import { columnsOf, type Row } from './columns.ts';
import { withUuids, type GetItems } from './references.ts';
import { horizontalTable, verticalTable } from './table.ts';

/** An answer of the API as text. */
export async function render(format: Format, endpoint: EntityEndpoint, body: unknown, getItems: GetItems): Promise<string> {
  return format === 'table' ? renderTable(entityOf(endpoint), body, getItems) : renderExactly(format, body);
}

/** What the API said, and nothing else. */
export function renderExactly(format: Exclude<Format, 'table'>, body: unknown): string {
  return format === 'json' ? JSON.stringify(body, undefined, 2) : stringify(body, { lineWidth: 0 }).trimEnd();
}

interface List {
  readonly total_count: number;
  readonly offset: number;
  readonly items: readonly Row[];
}

async function renderTable(entity: EntityName, body: unknown, getItems: GetItems): Promise<string> {
  if (isList(body)) {
    const shown = body.items.length;
    const rows = await renderRows(entity, body.items, getItems);
    if (shown === body.total_count) return rows;
    const range = shown === 0 ? 'none' : `${body.offset + 1} to ${body.offset + shown}`;
    return `${rows}\n(${range} of ${body.total_count}; see --limit and --offset)`;
  }
  if (Array.isArray(body)) {
    return body.every(isRow) ? renderRows(entity, body, getItems) : body.map(String).join('\n');
  }
  if (!isRow(body)) return JSON.stringify(body);
  const [row = body] = await withUuids(entity, [body], getItems);
  return verticalTable(columnsOf(entity, [row]).map((column) => [column, cell(entity, column, row[column])]));
}

async function renderRows(entity: EntityName, items: readonly Row[], getItems: GetItems): Promise<string> {
  if (items.length === 0) return '(none)';
  const rows = await withUuids(entity, items, getItems);
  // Rows inside of rows have their place where one row is shown.
  const columns = columnsOf(entity, rows).filter((column) =>
    rows.every((row) => typeof (row[column] ?? '') !== 'object'),
  );
  return horizontalTable(
    columns,
    rows.map((row) => columns.map((column) => cell(entity, column, row[column]))),
  );
}

/** What the rows of the answer are: a relation may list what is at its other end. */
function entityOf(endpoint: EntityEndpoint): EntityName {
  const { api, operation, entity, other } = endpoint;
  return api.kind === 'relation' && api.list === 'others' && operation === 'list' ? (other ?? entity) : entity;
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is List {
  return isRow(value) && Array.isArray(value['items']) && typeof value['total_count'] === 'number';
}
