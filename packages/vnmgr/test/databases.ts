import { afterAll, beforeAll, describe } from 'vitest';
import { type MariaDb, startMariaDb } from './mariadb.ts';

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
    let server: MariaDb;
    beforeAll(async () => {
      server = await startMariaDb();
    }, 60_000);
    afterAll(async () => {
      await server.close();
    });
    let url: string | undefined;
    tests({
      url: async () => {
        if (url === undefined) url = await server.createDatabase();
        else await server.emptyDatabase(url);
        return url;
      },
    });
  });
}
