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
import { IN_CHUNK, Queries, chunks } from './queries.ts';

/** What one revision did to one row; null: there was no row before, or is none after. */
export interface Change {
  readonly entity: EntityName;
  readonly id: number;
  readonly before: Row | null;
  readonly after: Row | null;
}

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

  constructor(db: Knex.Transaction, now: number) {
    super(db);
    this.now = now;
  }

  async insert<E extends EntityName>(entity: E, values: NewRow<E>): Promise<Row<E>> {
    const stored = { ...withDefaults(entity, values), created_at: this.now, updated_at: this.now };
    const [id] = await this.knex<object, number[]>(declarationOf(entity).table).insert(stored);
    const row = fromDatabase(entity, { ...stored, id });
    this.#record({ entity, id: row.id, before: null, after: row });
    return row;
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
    for (const chunk of chunks(rows, IN_CHUNK)) {
      const ids = chunk.map(({ id }) => id);
      await this.knex(declarationOf(entity).table).whereIn('id', ids).delete();
    }
    for (const row of rows) this.#record({ entity, id: row.id, before: row, after: null });
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
  }
}
