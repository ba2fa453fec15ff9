import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type TestModel, openModel } from '../test/model.ts';
import { makePolicy } from '../test/policy.ts';
import { Background } from './background.ts';
import { backgroundRules } from './rules/index.ts';
import { type Database, openDatabase } from './store/database.ts';
import { Store } from './store/store.ts';

let directory: string;
let first: TestModel;
let database: Database;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vnet-background-'));
  const url = `sqlite:${join(directory, 'vnet.db')}`;
  first = await openModel(url);
  database = await openDatabase(url);
});
afterEach(async () => {
  await database.close();
  await rm(directory, { recursive: true });
});

it('runs in the manager that has the right to write, and goes on in the one that takes over', async () => {
  await makePolicy(first, { ranges: [['10.1.0.10', '10.1.0.12']] });
  await first.ok('ip_retention_containers.create', { uuid: 'irc-1', lease_time: 0 });
  await first.ok('lease_policies.ip_retention_containers.create', {
    uuid: 'lp-1',
    ip_retention_container_uuid: 'irc-1',
  });
  await first.ok('lease_policies.interfaces.create', { uuid: 'lp-1', interface_uuid: 'if-1' });

  const revisions: number[] = [];
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const store = await Store.open({
    database,
    owner: 'second',
    onRevision: ({ revision }) => void revisions.push(revision),
    onWriting: () => second.wake(),
    onError,
  });
  const second = new Background({ store, settings: {}, rules: backgroundRules, onError });
  const isReleased = async (): Promise<boolean> => (await store.reader.first('ip_retention', {}))?.released_at != null;
  expect(store.writing).toBe(false);
  expect(await isReleased()).toBe(false);

  await first.close();
  const freed = Date.now();
  await vi.waitUntil(isReleased, { timeout: 9_000, interval: 20 });
  expect(store.writing).toBe(true);
  // The next renewal takes the right, a third of its term later at most; the rule does not sleep on.
  expect(Date.now() - freed).toBeLessThan(6_000);
  expect(errors).toEqual([]);
  expect(revisions.length).toBeGreaterThan(0);
  await second.close();
  await store.close();
}, 20_000);
