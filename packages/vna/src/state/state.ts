import { indexKey, type IndexKey } from './index-key.ts';
import { SmallSet } from './small-set.ts';
import { INDEXES, isManagerTable, type IndexName, type TableName, type Tables } from './tables.ts';

/** Something that can be read and told apart: a row, or an entry of an index. Readers run again when it changes. */
export interface Cell<Reader extends object> {
  readonly readers: SmallSet<Reader>;
}

/** A row, present or not. */
export class RowCell<Reader extends object> implements Cell<Reader> {
  readonly readers = new SmallSet<Reader>();
  row: Tables[TableName] | undefined;
}

/** The rows filed under one key of one index. Followers are told of each row that comes or goes, one by one. */
export class Bucket<Reader extends object> implements Cell<Reader> {
  readonly readers = new SmallSet<Reader>();
  readonly ids = new SmallSet<number>();
  followers: Set<Follower> | undefined;
}

export interface Follower {
  entered(id: number): void;
  left(id: number): void;
}

interface Index<Reader extends object> {
  readonly columns: readonly string[];
  readonly buckets: Map<IndexKey, Bucket<Reader>>;
}

interface Table<Reader extends object> {
  readonly rows: Map<number, RowCell<Reader>>;
  readonly indexes: Map<string, Index<Reader>>;
}

/**
 * Rows from the manager and ports from OVSDB, with indexes. Written by `sync` and `datapath`, read by everyone else.
 *
 * Each row and each index entry remembers who read it, so that a change names exactly the readers concerned.
 */
export class State<Reader extends object = never> {
  readonly #tables: Readonly<Record<TableName, Table<Reader>>>;
  readonly #onChange: (reader: Reader) => void;

  constructor(onChange: (reader: Reader) => void = () => undefined) {
    this.#onChange = onChange;
    this.#tables = Object.fromEntries(
      (Object.keys(INDEXES) as TableName[]).map((name) => [
        name,
        {
          rows: new Map(),
          indexes: new Map(INDEXES[name].map((columns) => [columns.join(' '), { columns, buckets: new Map() }])),
        },
      ]),
    ) as unknown as Record<TableName, Table<Reader>>;
  }

  put<T extends TableName>(name: T, row: Tables[T]): void {
    const table = this.#tables[name];
    const cell = this.rowCell(name, row.id);
    const before = cell.row;
    if (before && sameRow(before, row)) return;
    cell.row = row;
    for (const index of table.indexes.values()) {
      const to = indexKey(row, index.columns);
      const from = before && indexKey(before, index.columns);
      if (before && from === to) continue;
      if (from !== undefined) this.#leave(index, from, row.id);
      this.#enter(index, to, row.id);
    }
    cell.readers.forEach(this.#onChange);
  }

  delete(name: TableName, id: number): void {
    const table = this.#tables[name];
    const cell = table.rows.get(id);
    const before = cell?.row;
    if (!cell || !before) return;
    cell.row = undefined;
    for (const index of table.indexes.values()) this.#leave(index, indexKey(before, index.columns), id);
    cell.readers.forEach(this.#onChange);
    if (cell.readers.size === 0) table.rows.delete(id);
  }

  /** A row as it came over the wire. Rows of tables that this agent does not know are passed over. */
  putRow(entity: string, row: { readonly id: number }): void {
    if (isManagerTable(entity)) this.put(entity, row);
  }

  deleteRow(entity: string, id: number): void {
    if (isManagerTable(entity)) this.delete(entity, id);
  }

  get<T extends TableName>(name: T, id: number | null | undefined): Tables[T] | undefined {
    if (id === null || id === undefined) return undefined;
    return this.#tables[name].rows.get(id)?.row as Tables[T] | undefined;
  }

  *all<T extends TableName>(name: T): IterableIterator<Tables[T]> {
    for (const cell of this.#tables[name].rows.values()) if (cell.row) yield cell.row as Tables[T];
  }

  find<T extends TableName>(name: T, index: IndexName<T>, key: IndexKey): Tables[T][] {
    return this.findIds(name, index, key).map((id) => this.get(name, id)!);
  }

  findIds<T extends TableName>(name: T, index: IndexName<T>, key: IndexKey): readonly number[] {
    return this.#index(name, index).buckets.get(key)?.ids.toArray() ?? [];
  }

  /** Drops the cells of what is neither there nor looked for any more. */
  prune(): void {
    for (const { rows, indexes } of Object.values(this.#tables)) {
      for (const [id, cell] of rows) if (!cell.row && cell.readers.size === 0) rows.delete(id);
      for (const { buckets } of indexes.values()) {
        for (const [key, bucket] of buckets) if (isIdle(bucket)) buckets.delete(key);
      }
    }
  }

  /** The cell of a row, present or not: what a reader hangs on. */
  rowCell(name: TableName, id: number): RowCell<Reader> {
    const { rows } = this.#tables[name];
    let cell = rows.get(id);
    if (!cell) rows.set(id, (cell = new RowCell()));
    return cell;
  }

  /** The entry of an index, empty or not. */
  bucket<T extends TableName>(name: T, index: IndexName<T>, key: IndexKey): Bucket<Reader> {
    return bucketOf(this.#index(name, index), key);
  }

  #index(name: TableName, index: string): Index<Reader> {
    return this.#tables[name].indexes.get(index)!;
  }

  #enter(index: Index<Reader>, key: IndexKey, id: number): void {
    if (key === null) return;
    const bucket = bucketOf(index, key);
    bucket.ids.add(id);
    bucket.followers?.forEach((follower) => follower.entered(id));
    bucket.readers.forEach(this.#onChange);
  }

  #leave(index: Index<Reader>, key: IndexKey, id: number): void {
    if (key === null) return;
    const bucket = bucketOf(index, key);
    bucket.ids.delete(id);
    bucket.followers?.forEach((follower) => follower.left(id));
    bucket.readers.forEach(this.#onChange);
    if (isIdle(bucket)) index.buckets.delete(key);
  }
}

function bucketOf<Reader extends object>(index: Index<Reader>, key: IndexKey): Bucket<Reader> {
  let bucket = index.buckets.get(key);
  if (!bucket) index.buckets.set(key, (bucket = new Bucket()));
  return bucket;
}

function isIdle(bucket: Bucket<object>): boolean {
  return bucket.ids.size === 0 && bucket.readers.size === 0 && !bucket.followers;
}

function sameRow(a: object, b: object): boolean {
  const before = a as Readonly<Record<string, unknown>>;
  const after = b as Readonly<Record<string, unknown>>;
  const columns = Object.keys(after);
  return columns.length === Object.keys(before).length && columns.every((column) => before[column] === after[column]);
}
