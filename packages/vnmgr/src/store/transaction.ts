import {
  type EntityName,
  type NewRow,
  type Patch,
  type Row,
  declarationOf,
  fromDatabase,
  withDefaults,
} from '@vnet/model';
import type { Knex } from 'knex';
import { IN_CHUNK, Queries, turns } from './queries.ts';

/** What one revision did to one row; null: there was no row before, or is none after. */
export interface Change {
  readonly entity: EntityName;
  readonly id: number;
  readonly before: Row | null;
  readonly after: Row | null;
}

/** Rows in one INSERT: SQLite takes 32,766 values. */
const INSERT_CHUNK = 500;

function sameRow(a: Row | null, b: Row | null): boolean {
  if (a === null || b === null) return a === b;
  const [left, right] = [a, b] as unknown as Readonly<Record<string, unknown>>[];
  return Object.keys(left!).every((column) => column === 'updated_at' || left![column] === right![column]);
}

/** Reads and writes within one database transaction, and remembers what changed. Knows no rules. */
export class Transaction extends Queries {
  /** Time of the transaction, epoch milliseconds. */
  readonly now: number;
  readonly #changes = new Map<string, Change>();
  /** Changes in the order they were made, for the rules that react to them. */
  readonly #journal: Change[] = [];
  /** Rows as this transaction knows them, by id and by uuid: nobody else writes meanwhile. */
  readonly #known = new Map<string, Row>();

  constructor(db: Knex.Transaction, now: number) {
    super(db);
    this.now = now;
  }

  override async get<E extends EntityName>(entity: E, id: number | null): Promise<Row<E> | undefined> {
    if (id === null) return undefined;
    const known = this.#known.get(`${entity}/${id}`) ?? this.#remember(entity, await super.get(entity, id));
    return known as Row<E> | undefined;
  }

  override async byUuid<E extends EntityName>(entity: E, uuid: string, key = 'uuid'): Promise<Row<E>> {
    const known = this.#known.get(`${entity}/${uuid}`) ?? this.#remember(entity, await super.byUuid(entity, uuid, key));
    return known as Row<E>;
  }

  /**
   * Many of the questions that rules ask are about rows that have just been made. What refers to such a row was written in
   * this transaction too, so nobody else has to be asked.
   */
  override async allIn<E extends EntityName>(
    entity: E,
    column: string,
    values: readonly (number | string | null)[],
  ): Promise<Row<E>[]> {
    const asked = [...new Set(values)];
    const isOwn = (value: (typeof asked)[number]): boolean => this.#isOwn(entity, column, value);
    const others = asked.filter((value) => !isOwn(value));
    const rows = await super.allIn(entity, column, others);
    for (const row of rows) this.#remember(entity, row);
    if (others.length === asked.length) return rows;
    const own = new Set(asked.filter(isOwn));
    return [...rows, ...this.#written(entity, column, own)].sort((a, b) => a.id - b.id);
  }

  /** Whether all rows with this value in the column were written in this transaction, if there are any. */
  #isOwn(entity: EntityName, column: string, value: number | string | null): boolean {
    const target = column === 'id' ? entity : declarationOf(entity).fields[column]?.to;
    return target !== undefined && this.#changes.get(`${target}/${value}`)?.before === null;
  }

  #written<E extends EntityName>(entity: E, column: string, values: ReadonlySet<unknown>): Row<E>[] {
    const rows: Row<E>[] = [];
    for (const { entity: changed, after } of this.#changes.values()) {
      if (changed !== entity || after === null) continue;
      if (values.has((after as unknown as Readonly<Record<string, unknown>>)[column])) rows.push(after as Row<E>);
    }
    return rows;
  }

  /** @returns the rows in the order of `values` */
  async insert<E extends EntityName>(entity: E, values: readonly NewRow<E>[]): Promise<Row<E>[]> {
    const times = { created_at: this.now, updated_at: this.now };
    const stored = values.map((each) => ({ ...withDefaults(entity, each), ...times }));
    const rows: Row<E>[] = [];
    for await (const chunk of turns(stored, INSERT_CHUNK)) {
      const ids = await this.#insertChunk(declarationOf(entity).table, chunk);
      rows.push(...chunk.map((each, i) => fromDatabase(entity, { ...each, id: ids[i] })));
    }
    for (const row of rows) this.#record({ entity, id: row.id, before: null, after: row });
    return rows;
  }

  /** Changes the columns that differ; gives the row as it is then. */
  async update<E extends EntityName>(entity: E, row: Row<E>, patch: Patch<E>): Promise<Row<E>> {
    const after = { ...row, ...patch, updated_at: this.now };
    if (sameRow(row, after)) return row;
    await this.knex(declarationOf(entity).table)
      .where({ id: row.id })
      .update({ ...patch, updated_at: this.now });
    this.#record({ entity, id: row.id, before: row, after });
    return after;
  }

  async remove<E extends EntityName>(entity: E, rows: readonly Row<E>[]): Promise<void> {
    for await (const chunk of turns(rows, IN_CHUNK)) {
      const ids = chunk.map(({ id }) => id);
      await this.knex(declarationOf(entity).table).whereIn('id', ids).delete();
    }
    for (const row of rows) this.#record({ entity, id: row.id, before: row, after: null });
  }

  /** Ids come in order; no other transaction inserts at the same time (the right to write is locked). */
  async #insertChunk(table: string, rows: readonly object[]): Promise<number[]> {
    const [first] = await this.knex<object, number[]>(table).insert(rows);
    if (rows.length === 1) return [first!];
    // MySQL tells the first id of several, SQLite the last one.
    const range = this.knex(table)
      .orderBy('id', this.isMysql ? 'asc' : 'desc')
      .limit(rows.length);
    const bound = await range.where('id', this.isMysql ? '>=' : '<=', first!).select<{ id: number }[]>('id');
    return bound.map(({ id }) => id).sort((a, b) => a - b);
  }

  #remember<E extends EntityName>(entity: E, row: Row<E> | undefined): Row<E> | undefined {
    if (row === undefined) return undefined;
    this.#known.set(`${entity}/${row.id}`, row);
    if ('uuid' in row) this.#known.set(`${entity}/${row.uuid}`, row);
    return row;
  }

  #forget(entity: EntityName, row: Row): void {
    this.#known.delete(`${entity}/${row.id}`);
    if ('uuid' in row) this.#known.delete(`${entity}/${row.uuid}`);
  }

  /** One change per row: what it was before the transaction, and what it is now. */
  changes(): Change[] {
    return [...this.#changes.values()].filter(({ before, after }) => !sameRow(before, after));
  }

  /** The changes made since the last call. */
  takeJournal(): Change[] {
    return this.#journal.splice(0);
  }

  #record(change: Change): void {
    const key = `${change.entity}/${change.id}`;
    const first = this.#changes.get(key);
    this.#changes.set(key, first === undefined ? change : { ...change, before: first.before });
    this.#journal.push(change);
    if (change.before !== null) this.#forget(change.entity, change.before);
    if (change.after !== null) this.#remember<EntityName>(change.entity, change.after);
  }
}
