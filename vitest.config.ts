import { defineConfig } from 'vitest/config';

// Workspace packages are tested from their sources: no build needed before `npm test`.
const resolve = { conditions: ['source', 'node', 'import', 'module', 'default'] };
const shared = { resolve, ssr: { resolve } };

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'migrations/src/**/*.test.ts'],
          testTimeout: 30_000,
          // The first test of a file may have to wait for a database with all migrations.
          hookTimeout: 60_000,
          globalSetup: ['packages/vnmgr/test/shared_mariadb.ts'],
        },
      },
      {
        ...shared,
        test: {
          name: 'e2e',
          include: ['packages/lab/e2e/**/*.e2e.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Labs wait more than they work: two at a time leave their timing honest, also on two cores.
          maxWorkers: 2,
        },
      },
    ],
  },
});
