/** The shapes that answers of the API have. */

export type Row = Readonly<Record<string, unknown>>;

export interface List {
  readonly total_count: number;
  readonly offset: number;
  readonly items: readonly Row[];
}

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is List {
  return isRow(value) && Array.isArray(value['items']) && typeof value['total_count'] === 'number';
}

/** Rows under the table that has them, with a line that says so when there are more. */
export function withRange(table: string, { total_count: total, offset, items }: List): string {
  if (items.length === total) return table;
  const range = items.length === 0 ? 'none' : `${offset + 1} to ${offset + items.length}`;
  return `${table}\n(${range} of ${total}; see --limit and --offset)`;
}
