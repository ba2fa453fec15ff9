import { beforeAll, describe } from 'vitest';
import type { Databases } from './mariadb.ts';
import { sharedMariaDb } from './shared_mariadb.ts';

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
    let server: Databases;
    beforeAll(async () => {
      server = await sharedMariaDb();
    }, 60_000);
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
