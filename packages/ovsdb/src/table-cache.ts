import { OvsdbProtocolError } from './errors.ts';
import type { ColumnKind } from './schema.ts';
import type { AnyRow, MonitoredTables, RowUpdate } from './table-updates.ts';
import { applyDifference, equalValues, type Uuid, type Value, type ValueOf } from './values.ts';

/** The columns a program wants, each with what it expects them to hold: `{ Bridge: { name: 'string' } }`. */
export type Tables = Readonly<Record<string, Readonly<Record<string, ColumnKind>>>>;

/** A row of a table so declared. Rows are never changed: a modified one is a new object. */
export type RowOf<C extends Tables[string]> = { readonly [N in keyof C]: ValueOf<C[N]> } & { readonly _uuid: Uuid };

interface ChangesOf<N, R> {
  insert: { readonly table: N; readonly kind: 'insert'; readonly uuid: string; readonly new: R };
  modify: { readonly table: N; readonly kind: 'modify'; readonly uuid: string; readonly old: R; readonly new: R };
  delete: { readonly table: N; readonly kind: 'delete'; readonly uuid: string; readonly old: R };
}

/** What happened to one row. */
export type Change<T extends Tables> = {
  [N in keyof T & string]: ChangesOf<N, RowOf<T[N]>>[keyof ChangesOf<N, RowOf<T[N]>>];
}[keyof T & string];

type AnyChange = ChangesOf<string, AnyRow>[keyof ChangesOf<string, AnyRow>];
type Rows = Map<string, AnyRow>;

/**
 * The rows of the monitored tables. Turns updates into changes, and a snapshot into the changes that lead to it from what
 * was known, so that who follows the changes never notices that there were two connections.
 */
export class TableCache<T extends Tables> {
  readonly #tables: ReadonlyMap<string, Rows>;

  constructor(tables: T) {
    this.#tables = new Map(Object.keys(tables).map((table) => [table, new Map()]));
  }

  /** The rows of a table by uuid: a live view. */
  rows<N extends keyof T & string>(table: N): ReadonlyMap<string, RowOf<T[N]>> {
    return this.#rowsOf(table) as ReadonlyMap<string, unknown> as ReadonlyMap<string, RowOf<T[N]>>;
  }

  /** @throws OvsdbProtocolError when an update speaks of a row that is not there. */
  apply(types: MonitoredTables, updates: readonly RowUpdate[]): Change<T>[] {
    return updates.flatMap((update) => this.#applyOne(types, update)) as Change<T>[];
  }

  /** Replaces everything by a snapshot. */
  reset(types: MonitoredTables, snapshot: readonly RowUpdate[]): Change<T>[] {
    const present = new Set(snapshot.map(({ table, uuid }) => `${table} ${uuid}`));
    const gone = [...this.#tables].flatMap(([table, rows]) =>
      [...rows.keys()]
        .filter((uuid) => !present.has(`${table} ${uuid}`))
        .map((uuid): RowUpdate => ({ table, uuid, kind: 'delete' })),
    );
    return this.apply(types, [...gone, ...snapshot]);
  }

  #applyOne(types: MonitoredTables, update: RowUpdate): AnyChange[] {
    const { table, uuid } = update;
    const rows = this.#rowsOf(table);
    const old = rows.get(uuid);
    if (update.kind === 'whole') return put(rows, table, uuid, old, { ...update.row, _uuid: { uuid } });
    if (old === undefined) throw new OvsdbProtocolError(`${update.kind} of ${table} ${uuid}, which is not known`);
    if (update.kind === 'difference') {
      const columnTypes = types.get(table)!;
      const changed = Object.entries(update.columns).map(([column, difference]): [string, Value] => [
        column,
        applyDifference(columnTypes.get(column)!, old[column], difference),
      ]);
      return put(rows, table, uuid, old, { ...old, ...Object.fromEntries(changed) });
    }
    rows.delete(uuid);
    return [{ table, kind: 'delete', uuid, old }];
  }

  #rowsOf(table: string): Rows {
    const rows = this.#tables.get(table);
    if (rows === undefined) throw new RangeError(`table ${table} is not monitored`);
    return rows;
  }
}

function put(rows: Rows, table: string, uuid: string, old: AnyRow | undefined, row: AnyRow): AnyChange[] {
  if (old !== undefined && Object.keys(row).every((column) => equalValues(old[column], row[column]))) return [];
  rows.set(uuid, row);
  return [
    old === undefined ? { table, kind: 'insert', uuid, new: row } : { table, kind: 'modify', uuid, old, new: row },
  ];
}
