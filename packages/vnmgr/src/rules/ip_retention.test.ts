import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { type TestModel, openModel } from '../../test/model.ts';
import { makePolicy } from '../../test/policy.ts';

/** Later than the time by at most so much: "exact to a second". */
const LATE_MS = 900;

onEachDatabase((databases) => {
  let directory: string;
  let url: string;
  let model: TestModel;

  beforeEach(async () => {
    // A database in memory would not survive the restart.
    directory = await mkdtemp(join(tmpdir(), 'vnet-retention-'));
    url = (await databases.url()).replace(':memory:', join(directory, 'vnet.db'));
    model = await openModel(url, {}, true);
    await makePolicy(model, { ranges: [['10.1.0.10', '10.1.0.12']] });
    await model.ok('ip_retention_containers.create', { uuid: 'irc-1', lease_time: 1, grace_time: 1 });
    await model.ok('lease_policies.ip_retention_containers.create', {
      uuid: 'lp-1',
      ip_retention_container_uuid: 'irc-1',
    });
    await model.ok('lease_policies.interfaces.create', { uuid: 'lp-1', interface_uuid: 'if-1' });
  });
  afterEach(async () => {
    await model.close();
    await rm(directory, { recursive: true });
  });

  async function leaseOf(uuid: string): Promise<string | undefined> {
    const { ip_leases: leases } = (await model.ok('interfaces.show', { uuid })) as { ip_leases: { uuid: string }[] };
    return leases[0]?.uuid;
  }

  const until = (condition: () => Promise<boolean>): Promise<unknown> =>
    vi.waitUntil(condition, { timeout: 5_000, interval: 10 });

  const exists = async (lease: string): Promise<boolean> => (await model.call('ip_leases.show', { uuid: lease })).ok;

  describe('a retention container', () => {
    it('takes the lease away after the lease time, and frees the address after the grace time', async () => {
      const start = Date.now();
      const lease = (await leaseOf('if-1'))!;
      await until(async () => (await leaseOf('if-1')) === undefined);
      const released = Date.now();
      expect(released - start).toBeGreaterThan(1_000 - LATE_MS);
      expect(released - start).toBeLessThan(1_000 + LATE_MS);
      // Reserved: nobody else gets it.
      expect(
        await model.refused('ip_leases.create', { network_uuid: 'nw-1', ipv4_address: '10.1.0.10' }),
      ).toMatchObject({ error: 'ArgumentError' });
      const retentions = await model.ok('ip_retention_containers.ip_retentions.list', { uuid: 'irc-1' });
      expect(retentions).toMatchObject({
        total_count: 1,
        items: [{ leased_at: expect.any(String) as string, released_at: expect.any(String) as string }],
      });
      await until(async () => !(await exists(lease)));
      expect(Date.now() - released).toBeGreaterThan(1_000 - LATE_MS);
      expect(Date.now() - released).toBeLessThan(1_000 + LATE_MS);
      expect(await model.ok('ip_retention_containers.ip_retentions.list', { uuid: 'irc-1' })).toMatchObject({
        total_count: 0,
      });
      await model.ok('ip_leases.create', { network_uuid: 'nw-1', ipv4_address: '10.1.0.10' });
    });

    it('keeps its times through a restart', async () => {
      const lease = (await leaseOf('if-1'))!;
      await model.close();
      model = await openModel(url, {}, true);
      expect(await leaseOf('if-1')).toBe(lease);
      await until(async () => !(await exists(lease)));
      const who = model.revisions.map(({ changes }) => changes.map(({ entity }) => entity));
      expect(who.flat()).toContain('ip_retention');
    });

    it('begins anew when a released lease is attached again', async () => {
      await model.ok('ip_retention_containers.update', { uuid: 'irc-1', grace_time: 100 });
      const lease = (await leaseOf('if-1'))!;
      await until(async () => (await leaseOf('if-1')) === undefined);
      const attached = Date.now();
      await model.ok('ip_leases.attach', { uuid: lease, interface_uuid: 'if-2' });
      expect(await leaseOf('if-2')).toBe(lease);
      await until(async () => (await leaseOf('if-2')) === undefined);
      expect(Date.now() - attached).toBeGreaterThan(1_000 - LATE_MS);
      expect(await exists(lease)).toBe(true);
    });

    it('keeps a lease without a lease time for ever, and an address without a grace time', async () => {
      await model.ok('ip_retention_containers.update', { uuid: 'irc-1', lease_time: '', grace_time: '' });
      const lease = (await leaseOf('if-1'))!;
      await model.ok('ip_leases.release', { uuid: lease });
      const { items } = (await model.ok('ip_retention_containers.ip_retentions.list', { uuid: 'irc-1' })) as {
        items: { released_at: string | null }[];
      };
      expect(items[0]!.released_at).not.toBeNull();
      expect(await exists(lease)).toBe(true);
    });

    it('goes with its retentions, and leaves the leases', async () => {
      const lease = (await leaseOf('if-1'))!;
      await model.ok('ip_retention_containers.delete', { uuid: 'irc-1' });
      expect(await model.store.reader.count('ip_retention')).toBe(0);
      expect(await leaseOf('if-1')).toBe(lease);
    });
  });
});
