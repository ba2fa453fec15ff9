import { VnetError } from '@vnet/model';
import { describe, expect, it } from 'vitest';
import { classify, translateFailures } from './failures.ts';

function failure(code: string, message = 'as the driver says it'): Error {
  return Object.assign(new Error(message), { code });
}

describe('a failure of the database', () => {
  it.each([
    ['ER_DUP_ENTRY', 'duplicate'],
    ['SQLITE_CONSTRAINT_UNIQUE', 'duplicate'],
    ['SQLITE_CONSTRAINT_NOTNULL', 'other'],
    ['ER_LOCK_DEADLOCK', 'conflict'],
    ['SQLITE_BUSY', 'conflict'],
    ['SQLITE_BUSY_SNAPSHOT', 'conflict'],
    ['SQLITE_LOCKED_SHAREDCACHE', 'conflict'],
    ['SQLITE_IOERR_WRITE', 'unavailable'],
    ['SQLITE_FULL', 'unavailable'],
    ['ECONNREFUSED', 'unavailable'],
    ['ER_PARSE_ERROR', 'other'],
  ])('%s is %s', (code, kind) => {
    expect(classify(failure(code))).toBe(kind);
  });

  it('is told as DatabaseUnavailable when the database is away, and passed on otherwise', async () => {
    const away = failure('ECONNREFUSED');
    await expect(translateFailures(() => Promise.reject(away))).rejects.toMatchObject({ status: 503, cause: away });
    const refused = new VnetError('ArgumentError', 'no');
    await expect(translateFailures(() => Promise.reject(refused))).rejects.toBe(refused);
  });
});
