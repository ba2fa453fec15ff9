import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { type Body, type TestModel, openModel } from '../../test/model.ts';
import { makeSite, makeVm } from '../../test/site.ts';

interface Item {
  readonly revision: number;
  readonly changes: readonly { operation: string; entity: string; uuid: string | null; name: string; fields: Body }[];
}

interface Page {
  readonly total_count: number;
  readonly items: readonly Item[];
}

onEachDatabase((databases) => {
  let model: TestModel;
  beforeEach(async () => {
    model = await openModel(await databases.url());
  });
  afterEach(async () => {
    await model.close();
  });

  async function history(params: Body = {}): Promise<Page> {
    return (await model.ok('history', params)) as unknown as Page;
  }

  describe('history', () => {
    it('says when who changed what, the last change first', async () => {
      await model.ok('networks.create', { uuid: 'nw-a', ipv4_network: '10.1.0.0' }, { who: '192.0.2.1' });
      await model.ok('networks.update', { uuid: 'nw-a', display_name: 'new', mtu: 1400 }, { request_id: 'r-7' });
      await model.ok('networks.delete', { uuid: 'nw-a' });
      expect(await history()).toEqual({
        total_count: 3,
        offset: 0,
        limit: 30,
        items: [
          {
            revision: 3,
            time: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/) as string,
            who: 'test',
            request_id: '3',
            changes: [{ operation: 'delete', entity: 'network', uuid: 'nw-a', name: 'nw-a', fields: {} }],
          },
          expect.objectContaining({
            revision: 2,
            request_id: 'r-7',
            changes: [
              {
                operation: 'update',
                entity: 'network',
                uuid: 'nw-a',
                name: 'nw-a',
                fields: { display_name: ['', 'new'], mtu: [null, 1400] },
              },
            ],
          }),
          expect.objectContaining({
            revision: 1,
            who: '192.0.2.1',
            changes: [
              {
                operation: 'create',
                entity: 'network',
                uuid: 'nw-a',
                name: 'nw-a',
                fields: { ipv4_network: [null, '10.1.0.0'], domain_name: [null, 'a'] },
              },
            ],
          }),
        ],
      });
    });

    it('shows references as uuids, those of what is gone too, and names rows without uuid by their ends', async () => {
      await makeSite(model);
      await model.ok('datapaths.networks.create', {
        uuid: 'dp-1',
        network_uuid: 'nw-a',
        interface_uuid: 'if-host',
        mac_address: '02:00:00:00:00:02',
      });
      const made = (await history({ limit: 1 })).items[0]!;
      const link = {
        operation: 'create',
        entity: 'datapath_network',
        uuid: null,
        name: 'dp-1 ↔ nw-a',
        fields: {
          datapath_uuid: [null, 'dp-1'],
          network_uuid: [null, 'nw-a'],
          interface_uuid: [null, 'if-host'],
          mac_address: [null, '02:00:00:00:00:02'],
        },
      };
      expect(made.changes).toEqual([link]);
      await model.ok('datapaths.delete', { uuid: 'dp-1' });
      expect((await history({ limit: 1, offset: 1 })).items[0]!.changes).toEqual([link]);
    });

    it('of one object has what refers to it in the same revision, and nothing else', async () => {
      await model.ok('apply', {
        document: {
          networks: { 'nw-a': { ipv4_network: '10.1.0.0' } },
          interfaces: {
            'if-1': { mode: 'vif', mac_address: '02:00:00:00:00:01', network_uuid: 'nw-a', ipv4_address: '10.1.0.1' },
            'if-2': { mode: 'vif', mac_address: '02:00:00:00:00:02', network_uuid: 'nw-a', ipv4_address: '10.1.0.2' },
          },
        },
      });
      await model.ok('interfaces.update', { uuid: 'if-2', display_name: 'x' });
      await model.ok('interfaces.update', { uuid: 'if-1', display_name: 'x' });
      const { total_count, items } = await history({ uuid: 'if-1' });
      expect(total_count).toBe(2);
      expect(items.map(({ revision }) => revision)).toEqual([3, 1]);
      expect(items[1]!.changes.map(({ entity }) => entity).sort()).toEqual([
        'interface',
        'interface_network',
        'interface_port',
        'ip_lease',
        'mac_lease',
      ]);
      const page = await history({ uuid: 'if-1', limit: 1, offset: 1 });
      expect(page).toMatchObject({ total_count: 2, items: [{ revision: 1 }] });
      expect(await history({ uuid: 'if-none' })).toMatchObject({ total_count: 0, items: [] });
    });

    it('leaves out addresses, which leases show, and what only rules see', async () => {
      await makeSite(model);
      await makeVm(model, 'if-vm', '02:00:00:00:01:01', '10.1.0.1');
      const [{ changes }] = (await history({ limit: 1 })).items as [Item];
      expect(changes.map(({ entity }) => entity)).toEqual([
        'interface',
        'interface_port',
        'mac_lease',
        'ip_lease',
        'interface_network',
      ]);
      expect(changes[3]).toMatchObject({ fields: { ipv4_address: [null, '10.1.0.1'], network_uuid: [null, 'nw-a'] } });
    });
  });
});
