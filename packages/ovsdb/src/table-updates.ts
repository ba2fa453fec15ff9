import { OvsdbProtocolError } from './errors.ts';
import { asObject, type DatabaseSchema, type Json, type TableSchema } from './schema.ts';
import { decodeValue, defaultValue, type Value } from './values.ts';

/** A row whose columns are known at run time only. */
export type AnyRow = Readonly<Record<string, Value>>;

/** The whole row, what differs from before, or that it is gone. */
type RowContent =
  | { readonly kind: 'whole'; readonly row: AnyRow }
  | { readonly kind: 'difference'; readonly columns: AnyRow }
  | { readonly kind: 'delete' };

/** One row's part of a notification. */
export type RowUpdate = { readonly table: string; readonly uuid: string } & RowContent;

/** The columns that are monitored, with their types. */
export type MonitoredTables = ReadonlyMap<string, TableSchema>;

/**
 * Looks up in the server's schema the columns that the program declared.
 * @throws OvsdbProtocolError naming the column that is missing or of another type.
 */
export function resolveTables(
  schema: DatabaseSchema,
  declared: Readonly<Record<string, Readonly<Record<string, string>>>>,
): MonitoredTables {
  return new Map(
    Object.entries(declared).map(([table, columns]) => [
      table,
      new Map(
        Object.entries(columns).map(([column, kind]) => {
          const type = schema.tables.get(table)?.get(column);
          if (type?.kind === kind) return [column, type];
          const found = type === undefined ? 'it has no such column' : `it is ${type.kind} there`;
          throw new OvsdbProtocolError(
            `schema ${schema.name} ${schema.version} does not fit: ${table}.${column} should be ${kind}, ${found}`,
          );
        }),
      ),
    ]),
  );
}

/** Members of one row's update: `monitor` says `old` and `new`, `monitor_cond` the others. */
const ROW_UPDATES: readonly [member: string, decode: (types: TableSchema, row: unknown) => RowContent][] = [
  ['new', whole],
  ['initial', whole],
  ['insert', whole],
  ['modify', (types, row) => ({ kind: 'difference', columns: decodeColumns(types, asObject(row, 'row')) })],
  ['delete', () => ({ kind: 'delete' })],
  ['old', () => ({ kind: 'delete' })],
];

/**
 * Reads `<table-updates>` (RFC 7047 §4.1.6) or `<table-updates2>` (ovsdb-server(7)).
 * @throws OvsdbProtocolError when it is neither, or does not fit the schema.
 */
export function decodeUpdates(tables: MonitoredTables, json: unknown): RowUpdate[] {
  return Object.entries(asObject(json, 'table updates')).flatMap(([table, rows]) => {
    const types = tables.get(table);
    if (types === undefined) throw new OvsdbProtocolError(`update of table ${table}, which is not monitored`);
    return Object.entries(asObject(rows, `updates of ${table}`)).map(([uuid, update]) => {
      const members = asObject(update, `update of ${table} ${uuid}`);
      const form = ROW_UPDATES.find(([member]) => member in members);
      if (form === undefined) throw new OvsdbProtocolError(`update of ${table} ${uuid} says nothing`);
      return { table, uuid, ...form[1](types, members[form[0]]) };
    });
  });
}

/** A whole row; the server leaves out columns that have their default value. */
function whole(types: TableSchema, json: unknown): RowContent {
  const defaults = [...types].map(([column, type]): [string, Value] => [column, defaultValue(type)]);
  return { kind: 'whole', row: { ...Object.fromEntries(defaults), ...decodeColumns(types, asObject(json, 'row')) } };
}

function decodeColumns(types: TableSchema, row: Json): AnyRow {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => {
      const type = types.get(column);
      if (type === undefined) throw new OvsdbProtocolError(`column ${column} was not asked for`);
      return [column, decodeValue(type, value)];
    }),
  );
}

/** Reads the rows of a `select` (RFC 7047 §5.2.2). */
export function decodeRows(types: TableSchema, rows: unknown): AnyRow[] {
  if (!Array.isArray(rows)) throw new OvsdbProtocolError(`rows of select: ${JSON.stringify(rows)}`);
  return rows.map((each) => decodeColumns(types, asObject(each, 'row')));
}
