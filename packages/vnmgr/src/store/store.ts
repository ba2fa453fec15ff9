import { setTimeout as sleep } from 'node:timers/promises';
import { VnetError } from '@vnet/model';
import type { Database } from './database.ts';
import { classify, translateFailures } from './failures.ts';
import { type Author, type Revision, appendRevision, lastRevision, revisionsSince } from './history.ts';
import { TERM_MS, holds, release, renew, take } from './leadership.ts';
import { Queries } from './queries.ts';
import { Transaction } from './transaction.ts';

export interface Written<T> {
  readonly result: T;
  /** The revision made, or the last one when nothing changed. */
  readonly revision: number;
}

export interface StoreOptions {
  readonly database: Database;
  /** This manager, unique: who holds the lease. */
  readonly owner: string;
  /** Called for each revision in order, before the write that made it returns. */
  readonly onRevision: (revision: Revision) => void;
  readonly onError: (error: unknown, during: string) => void;
  /** The right to write was gained or lost after the start. */
  readonly onWriting?: (writing: boolean) => void;
}

/** How often the right is renewed, or looked for by a manager on standby. */
export const RENEW_MS = TERM_MS / 3;

/** A lost race is repeated this often, with a pause that grows from here (ms). */
const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 5;

/**
 * The model in the database. Writes happen one after the other, each a transaction that makes one revision (or none, when
 * nothing changed); reads go on beside them.
 */
export class Store {
  readonly reader: Queries;
  readonly #options: StoreOptions;
  #epoch: number | undefined;
  #revision = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #renewal: NodeJS.Timeout | undefined;
  #renewing = false;

  private constructor(options: StoreOptions) {
    this.#options = options;
    this.reader = new Queries(options.database.knex);
  }

  static async open(options: StoreOptions): Promise<Store> {
    const store = new Store(options);
    const { knex } = options.database;
    store.#revision = await lastRevision(knex);
    store.#epoch = await take(knex, options.owner, Date.now(), true);
    store.#renewal = setInterval(() => store.#renewInTime(), RENEW_MS);
    store.#renewal.unref();
    return store;
  }

  /** The last revision of this manager's view; without the right to write it may be some seconds old. */
  get revision(): number {
    return this.#revision;
  }

  /** Whether this manager holds the right to write. */
  get writing(): boolean {
    return this.#epoch !== undefined;
  }

  /**
   * Runs `body` in a transaction. What it throws undoes everything. It may run again when the database says that it
   * lost a race, so it must not change anything but the database.
   *
   * @throws {VnetError} DatabaseUnavailable, NotWriter, and what `body` throws
   */
  write<T>(author: Author, body: (tx: Transaction) => Promise<T>): Promise<Written<T>> {
    const turn = this.#tail.then(() => translateFailures(() => this.#attempt(author, body)));
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  /** @throws {VnetError} DatabaseUnavailable */
  read<T>(body: (reader: Queries) => Promise<T>): Promise<T> {
    return translateFailures(() => body(this.reader));
  }

  /** Waits for the writes under way and gives the right to write back. The database stays open. */
  async close(): Promise<void> {
    clearInterval(this.#renewal);
    await this.#tail;
    const { database, onError } = this.#options;
    const epoch = this.#epoch;
    this.#epoch = undefined;
    if (epoch === undefined) return;
    await release(database.knex, epoch).catch((error: unknown) => onError(error, 'giving back the right to write'));
  }

  /** One at a time: a renewal waits while a transaction of ours holds the row. */
  #renewInTime(): void {
    if (this.#renewing) return;
    this.#renewing = true;
    this.#renew()
      .catch((error: unknown) => this.#options.onError(error, 'renewing the right to write'))
      .finally(() => (this.#renewing = false));
  }

  async #renew(): Promise<void> {
    const { database, owner } = this.#options;
    const now = Date.now();
    if (this.#epoch !== undefined && (await renew(database.knex, this.#epoch, now))) return;
    this.#hold(await take(database.knex, owner, now, false));
    // Another has written meanwhile, and may go on to.
    await this.#follow();
  }

  #hold(epoch: number | undefined): void {
    const wasWriting = this.writing;
    this.#epoch = epoch;
    if (wasWriting !== this.writing) this.#options.onWriting?.(this.writing);
  }

  async #attempt<T>(author: Author, body: (tx: Transaction) => Promise<T>): Promise<Written<T>> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(author, body);
      } catch (error) {
        // The right may have been lost and be free again: whoever took it may be gone.
        const lostRight = error instanceof VnetError && error.name === 'NotWriter' && attempt === 1;
        if (!lostRight && (classify(error) !== 'conflict' || attempt === ATTEMPTS)) throw error;
        await sleep(FIRST_PAUSE_MS * 2 ** attempt * Math.random());
      }
    }
  }

  async #once<T>(author: Author, body: (tx: Transaction) => Promise<T>): Promise<Written<T>> {
    const { database } = this.#options;
    // After an absence of the database the right may have run out: take it again if nobody else has.
    if (this.#epoch === undefined) await this.#renew();
    const epoch = this.#epoch;
    const written = await database.knex.transaction(async (trx) => {
      if (epoch === undefined || !(await holds(trx, epoch))) {
        this.#hold(undefined);
        throw new VnetError('NotWriter', 'another manager holds the right to write; try again');
      }
      const tx = new Transaction(trx, Date.now());
      const result = await body(tx);
      const changes = tx.changes();
      // The term may have run out meanwhile: it is not to be lost by what it was for.
      if (Date.now() - tx.now > RENEW_MS) await renew(trx, epoch, Date.now());
      const revision = changes.length > 0 ? await appendRevision(trx, author, tx.now, changes) : this.#revision;
      return { result, revision, changes };
    });
    const { result, revision, changes } = written;
    if (changes.length > 0) await this.#publish({ revision, changes });
    return { result, revision };
  }

  /** In order and without gaps, whatever became of a transaction whose outcome this manager never learnt. */
  async #publish(last: Revision): Promise<void> {
    if (last.revision === this.#revision + 1) this.#tell(last);
    else await this.#follow();
  }

  /** Tells of the revisions that others made, or that this manager made without learning it. */
  async #follow(): Promise<void> {
    for (const revision of await revisionsSince(this.#options.database.knex, this.#revision)) this.#tell(revision);
  }

  /** Two that follow at the same time may come with the same revisions. */
  #tell(revision: Revision): void {
    if (revision.revision <= this.#revision) return;
    this.#revision = revision.revision;
    this.#options.onRevision(revision);
  }
}
