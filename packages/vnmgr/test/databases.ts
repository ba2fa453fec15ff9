import { afterAll, beforeAll, describe } from 'vitest';
import { type BorrowedDatabase, borrowDatabase } from './shared_mariadb.ts';

export interface TestDatabases {
  /** URL of an empty database. */
  url(): Promise<string>;
}

/** The same tests on SQLite and on a real MariaDB. */
export function onEachDatabase(tests: (databases: TestDatabases) => void): void {
  describe('on SQLite', () => {
    tests({ url: () => Promise.resolve('sqlite::memory:') });
  });

  describe('on MariaDB', () => {
    let database: BorrowedDatabase;
    beforeAll(async () => {
      database = await borrowDatabase();
    });
    afterAll(() => {
      database.giveBack();
    });
    tests({
      url: async () => {
        await database.empty();
        return database.url;
      },
    });
  });
}
