import { setTimeout as sleep } from 'node:timers/promises';
import { migrationSource, migrations } from '@vnet/migrations';
import knex, { type Knex } from 'knex';
import { translateFailures } from './failures.ts';

/** The text after `--database` is not an address of a database. */
export class DatabaseUrlError extends Error {
  override name = 'DatabaseUrlError';
}

export type Dialect = 'sqlite' | 'mysql';

/** A database with all migrations applied. */
export interface Database {
  readonly knex: Knex;
  readonly dialect: Dialect;
  close(): Promise<void>;
}

/** Gets what knex would print. */
export type Report = (message: unknown) => void;

/** How long a connection to MySQL may take, in ms: after that the database counts as away. */
const CONNECT_TIMEOUT_MS = 3_000;
const POOL_SIZE = 8;

interface RawSqlite {
  pragma(text: string): unknown;
}

function sqliteConfig(path: string): Knex.Config {
  return {
    client: 'better-sqlite3',
    connection: { filename: path },
    useNullAsDefault: true,
    // One connection: SQLite has one writer, and with it no reader sees half of a transaction.
    pool: {
      min: 1,
      max: 1,
      afterCreate: (raw: RawSqlite, done: (error: Error | null, raw: RawSqlite) => void) => {
        raw.pragma('journal_mode = WAL');
        // A reply means that the change survives a power cut.
        raw.pragma('synchronous = FULL');
        raw.pragma('foreign_keys = ON');
        raw.pragma('busy_timeout = 5000');
        done(null, raw);
      },
    },
  };
}

interface RawMysql {
  query(sql: string, done: (error: Error | null) => void): unknown;
}

function mysqlConfig(url: URL): Knex.Config {
  const socketPath = url.searchParams.get('socket');
  return {
    client: 'mysql2',
    connection: {
      ...(socketPath === null
        ? { host: url.hostname, port: url.port === '' ? 3306 : Number(url.port) }
        : { socketPath }),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: decodeURIComponent(url.pathname.slice(1)),
      charset: 'utf8mb4',
      timezone: 'Z',
      supportBigNumbers: true,
      connectTimeout: CONNECT_TIMEOUT_MS,
    },
    pool: {
      min: 0,
      max: POOL_SIZE,
      // For all transactions of the connection: said with each of them, it costs a round trip.
      afterCreate: (raw: RawMysql, done: (error: Error | null, raw: RawMysql) => void) => {
        raw.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', (error) => done(error, raw));
      },
    },
    acquireConnectionTimeout: CONNECT_TIMEOUT_MS,
  };
}

const EXPECTED = 'expected sqlite:/path/vnet.db or mysql://user:password@host:port/database';

function configOf(url: string): { readonly config: Knex.Config; readonly dialect: Dialect } {
  const path = /^sqlite:(?:\/\/(?=\/))?(.+)$/.exec(url)?.[1];
  if (path !== undefined) return { config: sqliteConfig(path), dialect: 'sqlite' };
  if (!/^(?:mysql|mariadb):\/\//.test(url) || !URL.canParse(url)) {
    throw new DatabaseUrlError(`database: ${JSON.stringify(withoutPassword(url))} is not understood: ${EXPECTED}`);
  }
  const parsed = new URL(url);
  if (parsed.pathname.length < 2) {
    throw new DatabaseUrlError(`database: ${withoutPassword(url)} names no database: ${EXPECTED}`);
  }
  return { config: mysqlConfig(parsed), dialect: 'mysql' };
}

/** As it may stand in a log. */
export function withoutPassword(url: string): string {
  return url.replace(/^([a-z]+:\/\/[^:/@]*):[^@]*@/i, '$1:***@');
}

/** The tables of the database are not those of this program; the message says what to do. */
export class MigrationError extends Error {
  override name = 'MigrationError';
}

/** That all applied migrations are known is checked here, with a better message. */
const MIGRATIONS = { migrationSource, disableMigrationsListValidation: true };

/** How long another manager that was started at the same time may take to make the tables, in ms. */
const MIGRATION_PATIENCE_MS = 10_000;
const MIGRATION_PAUSE_MS = 100;

/** Names of the migrations that are still to be applied. */
async function pendingMigrations(db: Knex): Promise<string[]> {
  const known = migrations.map(({ name }) => name);
  const [completed] = (await db.migrate.list(MIGRATIONS)) as [{ readonly name: string }[], unknown];
  const applied = completed.map(({ name }) => name);
  const unknown = applied.filter((name) => !known.includes(name));
  if (unknown.length === 0) return known.filter((name) => !applied.includes(name));
  throw new MigrationError(`the database is of a newer vnmgr (it has ${unknown.join(', ')}): upgrade this one`);
}

/** Whether another manager, started at the same time, is making the same tables. */
function isContention(error: unknown): boolean {
  return error instanceof Error && (error.name === 'MigrationLocked' || /already exists/.test(error.message));
}

/** What an operator can do about an error that has lasted. */
function explained(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'MigrationLocked') return error;
  const message =
    'the tables of the database are locked: another vnmgr is changing them, or was killed while it did; ' +
    'when none runs: UPDATE knex_migrations_lock SET is_locked = 0';
  return new MigrationError(message, { cause: error });
}

/**
 * Applies what is pending, or waits for another manager that does. Nothing is locked when nothing is pending: a manager
 * that is killed while it starts must not keep the next one out.
 */
async function migrate(db: Knex): Promise<void> {
  for (const deadline = Date.now() + MIGRATION_PATIENCE_MS; ;) {
    try {
      if ((await pendingMigrations(db)).length > 0) await db.migrate.latest(MIGRATIONS);
      return;
    } catch (error) {
      if (!isContention(error) || Date.now() > deadline) throw explained(error);
    }
    await sleep(MIGRATION_PAUSE_MS);
  }
}

/**
 * Opens a database and applies the migrations that are pending.
 *
 * @param url `sqlite:/path/vnet.db`, `sqlite::memory:` or `mysql://user:password@host:port/database`
 *   (`?socket=/path` instead of host and port)
 * @param report hears of connections that were lost or could not be made
 * @throws {DatabaseUrlError} {MigrationError}
 * @throws {VnetError} DatabaseUnavailable
 */
export async function openDatabase(url: string, report: Report = () => undefined): Promise<Database> {
  const { config, dialect } = configOf(url);
  const db = knex({ ...config, log: { warn: report, error: report, deprecate: report, debug: () => undefined } });
  try {
    await translateFailures(() => migrate(db));
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return { knex: db, dialect, close: () => db.destroy() };
}
