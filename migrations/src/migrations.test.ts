import knex from 'knex';
import { expect, it } from 'vitest';
import { migrationSource, migrations } from './index.ts';

it('can be undone and done again', async () => {
  const connection = { filename: ':memory:' };
  const db = knex({ client: 'better-sqlite3', connection, useNullAsDefault: true, pool: { min: 1, max: 1 } });
  const tables = async (): Promise<string[]> => {
    const rows = await db('sqlite_master').where({ type: 'table' }).select<{ name: string }[]>('name');
    return rows.map(({ name }) => name).filter((name) => !/^(knex|sqlite)_/.test(name));
  };
  await db.migrate.latest({ migrationSource });
  const made = await tables();
  expect(made).toContain('networks');
  await db.migrate.rollback({ migrationSource }, true);
  expect(await tables()).toEqual([]);
  await db.migrate.latest({ migrationSource });
  expect(await tables()).toEqual(made);
  await db.destroy();
});

it('have names in order that never repeat', () => {
  const names = migrations.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)].sort());
});
