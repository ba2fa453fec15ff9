import { type Encodable, encodeValue } from './values.ts';

/** One operation of a transaction, as it goes over the wire (RFC 7047 §5.2). Made by the functions of {@link op}. */
export interface Operation {
  readonly op: 'insert' | 'select' | 'update' | 'mutate' | 'delete' | 'wait';
  readonly table: string;
  readonly [member: string]: unknown;
}

/** Columns to set. */
export type Columns = Readonly<Record<string, Encodable>>;

/** `[column, function, value]` (RFC 7047 §5.1); a row must meet all conditions of an operation. */
export type Condition = readonly [
  column: string,
  compare: '<' | '<=' | '==' | '!=' | '>=' | '>' | 'includes' | 'excludes',
  value: Encodable,
];

/** `[column, mutator, value]` (RFC 7047 §5.1). */
export type Mutation = readonly [
  column: string,
  mutator: '+=' | '-=' | '*=' | '/=' | '%=' | 'insert' | 'delete',
  value: Encodable,
];

const row = (columns: Columns): Record<string, unknown> =>
  Object.fromEntries(Object.entries(columns).map(([column, value]) => [column, encodeValue(value)]));

const triples = (list: readonly (Condition | Mutation)[]): unknown[] =>
  list.map(([column, operator, value]) => [column, operator, encodeValue(value)]);

/** Builds operations: `op.insert('Bridge', { name: 'br0' })`. An empty `where` means every row. */
export const op = {
  /** `name` lets other operations of the transaction refer to the new row with `namedUuid(name)`. */
  insert: (table: string, columns: Columns, name?: string): Operation => ({
    op: 'insert',
    table,
    row: row(columns),
    ...(name !== undefined && { 'uuid-name': name }),
  }),

  update: (table: string, where: readonly Condition[], columns: Columns): Operation => ({
    op: 'update',
    table,
    where: triples(where),
    row: row(columns),
  }),

  /** Changes sets, maps and numbers in place: `op.mutate('Bridge', where, [['ports', 'insert', [port]]])`. */
  mutate: (table: string, where: readonly Condition[], mutations: readonly Mutation[]): Operation => ({
    op: 'mutate',
    table,
    where: triples(where),
    mutations: triples(mutations),
  }),

  delete: (table: string, where: readonly Condition[]): Operation => ({ op: 'delete', table, where: triples(where) }),

  /** All columns unless some are named. */
  select: (table: string, where: readonly Condition[], columns?: readonly string[]): Operation => ({
    op: 'select',
    table,
    where: triples(where),
    ...(columns && { columns }),
  }),

  /**
   * Lets the transaction go on when the rows found are (`==`) or are not (`!=`) those given; fails with `timed out`
   * after `timeoutMs`, 0 = check once.
   */
  wait: (
    table: string,
    where: readonly Condition[],
    until: '==' | '!=',
    rows: readonly Columns[],
    timeoutMs = 0,
  ): Operation => ({
    op: 'wait',
    table,
    where: triples(where),
    columns: [...new Set(rows.flatMap((each) => Object.keys(each)))],
    until,
    rows: rows.map(row),
    timeout: timeoutMs,
  }),
};
