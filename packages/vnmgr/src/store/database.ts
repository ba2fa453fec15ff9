import { migrationSource } from '@vnet/migrations';
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
    pool: { min: 0, max: POOL_SIZE },
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

/**
 * Opens a database and applies the migrations that are pending.
 *
 * @param url `sqlite:/path/vnet.db`, `sqlite::memory:` or `mysql://user:password@host:port/database`
 *   (`?socket=/path` instead of host and port)
 * @param report hears of connections that were lost or could not be made
 * @throws {DatabaseUrlError}
 * @throws {VnetError} DatabaseUnavailable
 */
export async function openDatabase(url: string, report: Report = () => undefined): Promise<Database> {
  const { config, dialect } = configOf(url);
  const db = knex({ ...config, log: { warn: report, error: report, deprecate: report, debug: () => undefined } });
  try {
    await translateFailures(() => db.migrate.latest({ migrationSource }));
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return { knex: db, dialect, close: () => db.destroy() };
}
