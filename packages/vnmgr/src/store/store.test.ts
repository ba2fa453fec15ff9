import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { columnsOf, declarationOf, entityNames } from '@vnet/model';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { type MariaDb, startMariaDb } from '../../test/mariadb.ts';
import { type TestModel, openModel } from '../../test/model.ts';
import { makeSite, makeVm } from '../../test/site.ts';
import { Replica, wireRow } from '../scopes/replica.ts';
import { openDatabase, withoutPassword } from './database.ts';
import { historyId, oldestRevision, prune, revisionsSince } from './history.ts';
import { RENEW_MS, Store } from './store.ts';

const author = { who: 'test', request_id: '' };

onEachDatabase((databases) => {
  let model: TestModel;
  beforeEach(async () => {
    model = await openModel(await databases.url());
  });
  afterEach(async () => {
    await model.close();
  });

  function another(owner: string): Promise<Store> {
    return Store.open({
      database: model.database,
      owner,
      onRevision: () => undefined,
      onError: (error) => {
        throw error;
      },
    });
  }

  describe('the tables', () => {
    it.each(entityNames)('have the columns of %s', async (entity) => {
      const columns = await model.database.knex(declarationOf(entity).table).columnInfo();
      expect(Object.keys(columns).sort()).toEqual([...columnsOf(entity)].sort());
      for (const [name, { nullable }] of Object.entries(declarationOf(entity).fields)) {
        expect([name, columns[name]?.nullable]).toEqual([name, nullable === true]);
      }
    });
  });

  describe('the right to write', () => {
    it('is with one manager until it is given back', async () => {
      const second = await another('second');
      const nothing = () => Promise.resolve('done');
      await expect(second.write(author, nothing)).rejects.toMatchObject({ name: 'NotWriter', status: 503 });
      await model.store.close();
      expect(await second.write(author, nothing)).toMatchObject({ result: 'done' });
      await second.close();
    });

    it('is taken from an earlier run of the same manager', async () => {
      const later = await another('test');
      await expect(model.store.write(author, () => Promise.resolve())).rejects.toMatchObject({ name: 'NotWriter' });
      await later.close();
      expect(await model.store.write(author, () => Promise.resolve('again'))).toMatchObject({ result: 'again' });
    });

    it('comes back by itself when whoever took it is gone', async () => {
      await (await another('test')).close();
      expect(await model.ok('topologies.create', { mode: 'simple_overlay' })).toMatchObject({ id: 1 });
    });
  });

  describe('a manager on standby', () => {
    it('follows what the other writes, and says when it takes over', async () => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
      try {
        const seen: number[] = [];
        const roles: boolean[] = [];
        const standby = await Store.open({
          database: model.database,
          owner: 'standby',
          onRevision: ({ revision }) => void seen.push(revision),
          onWriting: (writing) => void roles.push(writing),
          onError: (error) => {
            throw error;
          },
        });
        for (let i = 0; i < 3; i++) await model.ok('topologies.create', { mode: 'simple_overlay' });
        expect(seen).toEqual([]);
        vi.advanceTimersByTime(RENEW_MS);
        await vi.waitUntil(() => seen.length === 3);
        await model.ok('topologies.create', { mode: 'simple_overlay' });
        await model.store.close();
        vi.advanceTimersByTime(RENEW_MS);
        await vi.waitUntil(() => roles.length > 0);
        expect([roles, standby.writing]).toEqual([[true], true]);
        await vi.waitUntil(() => seen.length === 4);
        expect(seen).toEqual([1, 2, 3, 4]);
        await standby.close();
      } finally {
        vi.useRealTimers();
      }
    });
  });

  describe('a transaction', () => {
    it('leaves nothing behind when it fails', async () => {
      const failing = model.store.write(author, async (tx) => {
        await tx.insert('topology', [{ uuid: 'topo-1', mode: 'simple_overlay' }]);
        throw new Error('on purpose');
      });
      await expect(failing).rejects.toThrow('on purpose');
      expect(await model.store.reader.count('topology')).toBe(0);
      expect(model.store.revision).toBe(0);
    });

    it('says nothing of a row that it made and removed again', async () => {
      const { revision } = await model.store.write(author, async (tx) => {
        await tx.remove('topology', await tx.insert('topology', [{ uuid: 'topo-1', mode: 'simple_overlay' }]));
      });
      expect(revision).toBe(0);
    });
  });

  describe('the log', () => {
    it('rebuilds the replica of any of its revisions, forward and backward', async () => {
      const live = new Replica();
      await makeSite(model);
      await makeVm(model, 'if-vm', '02:00:00:00:01:01', '10.1.0.1');
      await model.ok('datapaths.networks.create', { uuid: 'dp-1', network_uuid: 'nw-a', interface_uuid: 'if-host' });
      await model.facts('dp-1', { networks: [2] });
      await model.ok('interfaces.update', { uuid: 'if-vm', display_name: 'renamed' });
      await model.ok('interfaces.delete', { uuid: 'if-host' });
      for (const revision of model.revisions) live.apply(revision);

      const { knex } = model.database;
      const scopes = ['network/1', 'network/2', 'datapath/1', 'port/if-vm', 'port/eth0'];
      for (let since = 0; since <= model.store.revision; since++) {
        const loaded = await Replica.load(model.store.reader, model.store.revision, await revisionsSince(knex, since));
        const rows = (replica: Replica) => [...replica.snapshot(scopes)].map((node) => [node.entity, wireRow(node)]);
        expect(rows(loaded).sort()).toEqual(rows(live).sort());
        const keys = (replica: Replica) => {
          const missed = replica.missed(since, new Set(scopes))!;
          return [missed.put, missed.del].map((nodes) => nodes.map((node) => `${node.entity}/${node.id}`).sort());
        };
        expect(keys(loaded)).toEqual(keys(live));
      }
    });

    it('is forgotten up to a time, except for its name', async () => {
      await makeSite(model);
      const { knex } = model.database;
      const name = await historyId(knex);
      expect(name).toMatch(/^[0-9a-f-]{36}$/);
      await prune(knex, Date.now() - 60_000);
      expect(await oldestRevision(knex)).toBe(1);
      await prune(knex, Date.now() + 1);
      expect(await historyId(knex)).toBe(name);
      expect((await revisionsSince(knex, 0)).map(({ revision }) => revision)).toEqual([model.store.revision]);
      expect(await oldestRevision(knex)).toBe(model.store.revision);
    });

    it('goes on with its numbers when all of it is old', async () => {
      await makeSite(model);
      const last = model.store.revision;
      await prune(model.database.knex, Date.now() + 1);
      const next = await model.call('topologies.create', { mode: 'simple_overlay' });
      expect(next.revision).toBe(last + 1);
      expect(model.revisions.at(-1)?.revision).toBe(last + 1);
    });
  });
});

describe('MariaDB', () => {
  let server: MariaDb;
  let model: TestModel;
  beforeEach(async () => {
    server = await startMariaDb();
    model = await openModel(await server.createDatabase());
    await model.ok('networks.create', { uuid: 'nw-a', ipv4_network: '10.1.0.0' });
  }, 60_000);
  afterEach(async () => {
    await model.close();
    await server.close();
  });

  it('makes a transaction again that lost a race', async () => {
    const rival = await model.database.knex.transaction();
    await rival('networks').where({ id: 1 }).forUpdate();
    let attempts = 0;
    let secondAttempt = (): void => undefined;
    const repeated = new Promise<void>((resolve) => (secondAttempt = resolve));
    const written = model.store.write(author, async (tx) => {
      if (++attempts === 2) secondAttempt();
      const row = await tx.byUuid('network', 'nw-a');
      return await tx.update('network', row, { display_name: 'won' });
    });
    await repeated;
    await rival.commit();
    expect(await written).toMatchObject({ result: { display_name: 'won' }, revision: 2 });
  });

  it('may go away and come back', async () => {
    await server.stop();
    for (const endpoint of ['networks.list', 'topologies.create']) {
      const error = await model.refused(endpoint, { mode: 'simple_overlay' });
      expect(error).toMatchObject({ error: 'DatabaseUnavailable', status: 503 });
    }
    expect(await model.service.health({ type: 'health', id: 1 })).toMatchObject({ ok: false, error: { status: 503 } });
    await server.start();
    expect(await model.ok('networks.list')).toMatchObject({ total_count: 1 });
    await model.ok('topologies.create', { mode: 'simple_overlay' });
    expect(await model.service.health({ type: 'health', id: 2 })).toMatchObject({ ok: true, body: { status: 'ok' } });
  });
});

describe('the migrations', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'vnet-migrations-'));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  it('need no lock when none is pending: a manager that was killed at its start keeps nobody out', async () => {
    const killed = await openDatabase(`sqlite:${dir}/vnet.db`);
    await killed.knex('knex_migrations_lock').update({ is_locked: 1 });
    await killed.close();
    await (await openDatabase(`sqlite:${dir}/vnet.db`)).close();
  });

  it('of a newer program are not taken for ours', async () => {
    const newer = await openDatabase(`sqlite:${dir}/vnet.db`);
    await newer.knex('knex_migrations').insert({ name: '9999_later', batch: 2, migration_time: 0 });
    await newer.close();
    await expect(openDatabase(`sqlite:${dir}/vnet.db`)).rejects.toThrow('of a newer vnmgr (it has 9999_later)');
  });
});

describe('the address of a database', () => {
  it.each([
    ['postgres://x/y', 'expected sqlite:/path/vnet.db or mysql://'],
    ['mysql://u:secret@h', 'mysql://u:***@h names no database'],
    ['vnet.db', 'is not understood'],
  ])('%s is refused', async (url, message) => {
    await expect(openDatabase(url)).rejects.toThrow(message);
  });

  it('is logged without its password', () => {
    expect(withoutPassword('mysql://vnet:se@cret@db:3306/vnet')).not.toContain('se');
  });
});
