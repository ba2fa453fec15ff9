import type { DatabaseSchema } from './schema.ts';
import { type JsonRpcConnection, JsonRpcError } from './json-rpc.ts';
import { type Change, type RowOf, TableCache, type Tables } from './table-cache.ts';
import { decodeUpdates, type MonitoredTables, resolveTables } from './table-updates.ts';

/** What a program hears of the tables it monitors. After `up` it has seen everything; the rows stay through a `down`. */
export interface MonitorHandlers<T extends Tables> {
  /** One batch per transaction of the server, or what changed between two connections. */
  changes?(changes: readonly Change<T>[]): void;
  up?(): void;
  down?(reason: Error): void;
}

/** A view of some tables of one database that outlives connections. Made by `OvsdbClient.monitor`. */
export class Monitor<T extends Tables> {
  readonly db: string;
  readonly #id: string;
  readonly #tables: T;
  readonly #handlers: MonitorHandlers<T>;
  readonly #cache: TableCache<T>;
  #types: MonitoredTables = new Map();
  /** Updates that came between the snapshot's arrival and its being taken up. */
  #early: unknown[] = [];
  #current = false;

  /** @internal */
  constructor(id: string, db: string, tables: T, handlers: MonitorHandlers<T>) {
    this.#id = id;
    this.db = db;
    this.#tables = tables;
    this.#handlers = handlers;
    this.#cache = new TableCache(tables);
  }

  /** Whether the rows are those of the server; false = they are those last heard of. */
  get current(): boolean {
    return this.#current;
  }

  /** The rows of a table by uuid: a live view. */
  rows<N extends keyof T & string>(table: N): ReadonlyMap<string, RowOf<T[N]>> {
    return this.#cache.rows(table);
  }

  /**
   * Begins anew on a fresh connection.
   * @internal
   */
  async start(connection: JsonRpcConnection, schema: DatabaseSchema): Promise<void> {
    this.#early = [];
    this.#types = resolveTables(schema, this.#tables);
    const snapshot = await this.#request(connection);
    if (connection.ended !== undefined) throw connection.ended;
    const changes = this.#cache.reset(this.#types, decodeUpdates(this.#types, snapshot));
    this.#current = true;
    this.#deliver(changes);
    for (const updates of this.#early.splice(0)) this.#apply(updates);
    // A handler may have closed the client.
    if (this.current) this.#handlers.up?.();
  }

  /** @internal */
  stop(reason: Error): void {
    if (!this.#current) return;
    this.#current = false;
    this.#handlers.down?.(reason);
  }

  /**
   * Takes a notification if it is for this monitor.
   * @internal
   */
  notify(id: unknown, updates: unknown): void {
    if (id !== this.#id) return;
    if (this.#current) this.#apply(updates);
    else this.#early.push(updates);
  }

  #apply(updates: unknown): void {
    this.#deliver(this.#cache.apply(this.#types, decodeUpdates(this.#types, updates)));
  }

  #deliver(changes: readonly Change<T>[]): void {
    if (changes.length > 0) this.#handlers.changes?.(changes);
  }

  /** `monitor_cond` sends differences only; servers before Open vSwitch 2.6 have just `monitor`. */
  async #request(connection: JsonRpcConnection): Promise<unknown> {
    const requests = Object.entries(this.#tables).map(([table, columns]) => [
      table,
      [{ columns: Object.keys(columns) }],
    ]);
    const params = [this.db, this.#id, Object.fromEntries(requests)];
    try {
      return await connection.request('monitor_cond', params);
    } catch (error) {
      if (!(error instanceof JsonRpcError && error.error === 'unknown method')) throw error;
      return connection.request('monitor', params);
    }
  }
}
