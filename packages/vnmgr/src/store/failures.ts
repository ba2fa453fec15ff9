/** What the two drivers throw, made one set of words. */
import { VnetError } from '@vnet/model';

export type Failure = 'duplicate' | 'conflict' | 'unavailable' | 'other';

/** Lost races between transactions (MySQL 1213, 1205; SQLite's lock): the same transaction may succeed the next time. */
const CONFLICTS = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'SQLITE_BUSY', 'SQLITE_LOCKED']);

const DUPLICATES = new Set(['ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);

const UNAVAILABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'PROTOCOL_CONNECTION_LOST',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
  'ER_CONNECTION_KILLED',
  'ER_OPTION_PREVENTS_STATEMENT',
  'SQLITE_CANTOPEN',
  'SQLITE_FULL',
  'SQLITE_IOERR',
  'SQLITE_READONLY',
]);

/** Messages of knex and mysql2 that come without a code. */
const UNAVAILABLE_TEXT = /Timeout acquiring a connection|connection is in closed state|Connection lost|aborted|WSREP/;

/** What kind of failure a driver's error is; `other` for everything that is not one of the database. */
export function classify(error: unknown): Failure {
  if (!(error instanceof Error) || error instanceof VnetError) return 'other';
  const code = 'code' in error ? String(error.code) : '';
  // SQLite has extended codes: SQLITE_IOERR_WRITE, SQLITE_BUSY_SNAPSHOT.
  const base = /^SQLITE_[A-Z]+/.exec(code)?.[0] ?? code;
  if (DUPLICATES.has(code)) return 'duplicate';
  if (CONFLICTS.has(base)) return 'conflict';
  return UNAVAILABLE.has(base) || UNAVAILABLE_TEXT.test(error.message) ? 'unavailable' : 'other';
}

/** @throws {VnetError} DatabaseUnavailable in place of the driver's error */
export async function translateFailures<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (classify(error) !== 'unavailable') throw error;
    throw new VnetError('DatabaseUnavailable', `the database is not available: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
