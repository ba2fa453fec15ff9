import { setImmediate as nextTurn } from 'node:timers/promises';
import { type EntityName, type Row, VnetError, declarationOf, fromDatabase, modelName } from '@vnet/model';
import type { Knex } from 'knex';

export type Where<E extends EntityName> = Partial<Record<keyof Row<E>, unknown>>;

export interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** How many ids go into one `IN (…)`: SQLite and the query plan have limits. */
export const IN_CHUNK = 500;

/** Chunks, with a turn for whoever waits between them: a large request must not keep small ones from being answered. */
export async function* turns<T>(items: readonly T[], size: number): AsyncGenerator<T[]> {
  for (let i = 0; i < items.length; i += size) {
    if (i > 0) await nextTurn();
    yield items.slice(i, i + size);
  }
}

/** Reads rows of the model, inside a transaction or outside. Rows come in order of their ids. */
export class Queries {
  protected readonly knex: Knex;

  constructor(db: Knex) {
    this.knex = db;
  }

  get isMysql(): boolean {
    return (this.knex.client as { config: { client: string } }).config.client.startsWith('mysql');
  }

  async get<E extends EntityName>(entity: E, id: number | null): Promise<Row<E> | undefined> {
    return id === null ? undefined : await this.first(entity, { id } as Where<E>);
  }

  async first<E extends EntityName>(entity: E, where: Where<E>): Promise<Row<E> | undefined> {
    const [row] = await this.all(entity, where, { limit: 1, offset: 0 });
    return row;
  }

  /** @throws {VnetError} UnknownUUIDResource; `key` is the parameter that the uuid came in */
  async byUuid<E extends EntityName>(entity: E, uuid: string, key = 'uuid'): Promise<Row<E>> {
    const row = await this.first(entity, { uuid } as unknown as Where<E>);
    if (row === undefined) throw new VnetError('UnknownUUIDResource', `${modelName(entity)}#${key}: ${uuid}`);
    return row;
  }

  /**
   * A page of so many rows in all. A database counts its way to the offset: from the nearer end, and by ids alone, it gets
   * there sooner.
   */
  async page<E extends EntityName>(
    entity: E,
    where: Where<E>,
    { limit, offset }: Page,
    total: number,
  ): Promise<Row<E>[]> {
    if (offset === 0) return await this.all(entity, where, { limit, offset });
    const size = Math.min(limit, total - offset);
    if (size <= 0) return [];
    const after = total - offset - size;
    const [order, skipped] = offset <= after ? (['asc', offset] as const) : (['desc', after] as const);
    const ids = this.knex(declarationOf(entity).table).where(where).orderBy('id', order).limit(size).offset(skipped);
    return await this.allIn(entity, 'id', (await ids.pluck('id')) as number[]);
  }

  async all<E extends EntityName>(entity: E, where: Where<E> = {}, page?: Page): Promise<Row<E>[]> {
    const query = this.knex(declarationOf(entity).table).where(where).orderBy('id');
    if (page !== undefined) void query.limit(page.limit).offset(page.offset);
    const raw = (await query) as Record<string, unknown>[];
    return raw.map((row) => fromDatabase(entity, row));
  }

  /** Rows that have one of the values in a column. */
  async allIn<E extends EntityName>(
    entity: E,
    column: string,
    values: readonly (number | string | null)[],
  ): Promise<Row<E>[]> {
    const wanted = [...new Set(values.filter((value) => value !== null))];
    const rows: Row<E>[] = [];
    for await (const chunk of turns(wanted, IN_CHUNK)) {
      const query = this.knex(declarationOf(entity).table).whereIn(column, chunk).orderBy('id');
      for (const raw of (await query) as Record<string, unknown>[]) rows.push(fromDatabase(entity, raw));
    }
    return rows;
  }

  /** Rows by id, for joining in memory. */
  async byIds<E extends EntityName>(entity: E, ids: readonly (number | null)[]): Promise<Map<number, Row<E>>> {
    const rows = await this.allIn(entity, 'id', ids);
    return new Map(rows.map((row) => [row.id, row]));
  }

  async count<E extends EntityName>(entity: E, where: Where<E> = {}): Promise<number> {
    const [row] = await this.knex(declarationOf(entity).table).where(where).count({ count: '*' });
    return Number(row?.['count']);
  }

  /** For what stands outside the model: the log of revisions. */
  async withKnex<T>(work: (db: Knex) => Promise<T>): Promise<T> {
    return await work(this.knex);
  }

  /** For the few questions that need SQL of their own; gives the rows as the driver does. */
  async select(build: (db: Knex) => Knex.QueryBuilder): Promise<Record<string, unknown>[]> {
    return (await build(this.knex)) as Record<string, unknown>[];
  }
}
