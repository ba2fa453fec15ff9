import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { type Body, type TestModel, openModel } from '../../test/model.ts';
import { idOf, makeSite } from '../../test/site.ts';

onEachDatabase((databases) => {
  let model: TestModel;
  beforeEach(async () => {
    model = await openModel(await databases.url());
  });
  afterEach(async () => {
    await model.close();
  });

  describe('topologies', () => {
    async function topology(): Promise<void> {
      await makeSite(model);
      await model.ok('mac_range_groups.create', { uuid: 'mrg-a' });
      const range = { begin_mac_address: '02:aa:00:00:00:01', end_mac_address: '02:aa:00:00:00:32' };
      await model.ok('mac_range_groups.mac_ranges.create', { uuid: 'mrg-a', ...range });
      await model.ok('topologies.create', { uuid: 'topo-u', mode: 'simple_underlay' });
      await model.ok('topologies.create', { uuid: 'topo-o', mode: 'simple_overlay' });
    }

    const pieces: [string, Body][] = [
      ['topologies.underlays.create', { uuid: 'topo-o', underlay_uuid: 'topo-u' }],
      ['topologies.networks.create', { uuid: 'topo-o', network_uuid: 'nw-a' }],
      ['topologies.datapaths.create', { uuid: 'topo-u', datapath_uuid: 'dp-1', interface_uuid: 'if-host' }],
      ['topologies.mac_range_groups.create', { uuid: 'topo-u', mac_range_group_uuid: 'mrg-a' }],
    ];

    it.each([0, 1, 2, 3])('make datapath networks whatever comes last (%i)', async (last) => {
      await topology();
      const order = pieces.map((_, i) => pieces[(last + 1 + i) % pieces.length]!);
      for (const [endpoint, params] of order.slice(0, -1)) await model.ok(endpoint, params);
      await model.facts('dp-1', { networks: [await idOf(model, 'networks', 'nw-a')] });
      expect(await model.store.reader.count('datapath_network')).toBe(0);
      await model.ok(...order.at(-1)!);
      const [row] = await model.store.reader.all('datapath_network');
      expect(row).toMatchObject({
        datapath_id: 1,
        network_id: 2,
        interface_id: 1,
        ip_lease_id: 1,
        topology_id: 2,
        topology_layer_id: 1,
      });
      expect(Math.floor(row!.mac_address / 256)).toBe(0x02aa000000);
    });

    it('make them only when the network becomes active, and keep them when it goes', async () => {
      await topology();
      for (const [endpoint, params] of pieces) await model.ok(endpoint, params);
      expect(await model.store.reader.count('datapath_network')).toBe(0);
      const networks = [await idOf(model, 'networks', 'nw-a')];
      await model.facts('dp-1', { networks });
      const made = await model.store.reader.all('datapath_network');
      expect(made).toHaveLength(1);
      await model.facts('dp-1', { gone_networks: networks });
      expect(await model.store.reader.all('datapath_network')).toEqual(made);
      expect(await model.store.reader.count('active_network')).toBe(0);
    });

    it.each(pieces)('take them away with any piece (%s)', async (endpoint, params) => {
      await topology();
      for (const piece of pieces) await model.ok(...piece);
      await model.facts('dp-1', { networks: [await idOf(model, 'networks', 'nw-a')] });
      await model.ok(endpoint.replace('create', 'delete'), params);
      expect(await model.store.reader.count('datapath_network')).toBe(0);
      expect(await model.store.reader.count('mac_address')).toBe(1);
      await model.ok(endpoint, params);
      expect(await model.store.reader.count('datapath_network')).toBe(1);
    });

    it('leave rows made by hand alone', async () => {
      await topology();
      for (const piece of pieces) await model.ok(...piece);
      await model.ok('datapaths.networks.create', { uuid: 'dp-1', network_uuid: 'nw-a', interface_uuid: 'if-host' });
      const [row] = await model.store.reader.all('datapath_network');
      await model.facts('dp-1', { networks: [await idOf(model, 'networks', 'nw-a')] });
      expect(await model.store.reader.all('datapath_network')).toEqual([row]);
      await model.ok('datapaths.networks.delete', { uuid: 'dp-1', network_uuid: 'nw-a' });
      expect(await model.store.reader.all('datapath_network')).toMatchObject([{ topology_id: 2 }]);
    });

    it.each([
      ['segments', 'segment', { segment_uuid: 'seg-1' }],
      ['route_links', 'route_link', { route_link_uuid: 'rl-1' }],
    ] as const)('make rows for %s as for networks', async (path, entity, other) => {
      await topology();
      await model.ok('segments.create', { uuid: 'seg-1', mode: 'virtual' });
      await model.ok('route_links.create', { uuid: 'rl-1', mac_address: '02:00:00:00:99:01' });
      for (const piece of pieces) await model.ok(...piece);
      await model.ok(`topologies.${path}.create`, { uuid: 'topo-o', ...other });
      await model.facts('dp-1', { [path]: [1] });
      expect(await model.store.reader.all(`datapath_${entity}`)).toMatchObject([{ datapath_id: 1, topology_id: 2 }]);
      await model.facts('dp-1', { full: true });
      expect(await model.store.reader.count(`active_${entity}`)).toBe(0);
      await model.ok(`topologies.${path}.delete`, { uuid: 'topo-o', ...other });
      expect(await model.store.reader.count(`datapath_${entity}`)).toBe(0);
    });

    it('make rows for the networks of an underlay itself', async () => {
      await topology();
      const [, , datapath, group] = pieces;
      for (const piece of [datapath!, group!]) await model.ok(...piece);
      await model.ok('topologies.networks.create', { uuid: 'topo-u', network_uuid: 'nw-phy' });
      await model.facts('dp-1', { networks: [await idOf(model, 'networks', 'nw-phy')] });
      expect(await model.store.reader.all('datapath_network')).toMatchObject([
        { network_id: 1, topology_id: 1, topology_layer_id: null },
      ]);
    });

    it('make the rows that had no MAC as soon as a range has one', async () => {
      await topology();
      await model.ok('mac_range_groups.create', { uuid: 'mrg-empty' });
      for (const [endpoint, params] of pieces) {
        const group = 'mac_range_group_uuid' in params ? { mac_range_group_uuid: 'mrg-empty' } : {};
        await model.ok(endpoint, { ...params, ...group });
      }
      await model.facts('dp-1', { networks: [await idOf(model, 'networks', 'nw-a')] });
      expect(await model.store.reader.count('datapath_network')).toBe(0);
      const range = { begin_mac_address: '02:bb:00:00:00:01', end_mac_address: '02:bb:00:00:00:01' };
      await model.ok('mac_range_groups.mac_ranges.create', { uuid: 'mrg-empty', ...range });
      expect(await model.store.reader.all('datapath_network')).toMatchObject([{ mac_address: 0x02bb00000001 }]);
    });

    it('take only host interfaces of the datapath itself', async () => {
      await topology();
      await model.ok('datapaths.create', { uuid: 'dp-2', display_name: 'two', node_id: 'hv2', dpid: '0x2' });
      const [, , [endpoint, params]] = pieces as [unknown, unknown, [string, Body]];
      expect((await model.refused(endpoint, { ...params, datapath_uuid: 'dp-2' })).message).toBe(
        'interface_uuid: if-host has no port on dp-2; give a host interface of that datapath',
      );
      await model.ok(endpoint, params);
    });

    it('follow the lease of the host interface when another takes its place', async () => {
      await topology();
      for (const piece of pieces) await model.ok(...piece);
      await model.facts('dp-1', { networks: [await idOf(model, 'networks', 'nw-a')] });
      const [first] = await model.store.reader.all('ip_lease');
      await model.ok('ip_leases.create', {
        uuid: 'il-next',
        interface_uuid: 'if-host',
        network_uuid: 'nw-phy',
        ipv4_address: '172.16.0.2',
      });
      await model.ok('ip_leases.delete', { uuid: first!.uuid });
      const next = await idOf(model, 'ip_leases', 'il-next');
      expect(await model.store.reader.all('topology_datapath')).toMatchObject([{ ip_lease_id: next }]);
      expect(await model.store.reader.all('datapath_network')).toMatchObject([{ ip_lease_id: next }]);
      // The last one takes them along.
      await model.ok('ip_leases.delete', { uuid: 'il-next' });
      expect(await model.store.reader.count('topology_datapath')).toBe(0);
      expect(await model.store.reader.count('datapath_network')).toBe(0);
    });

    it.each<[string, Body, string]>([
      ['route_links', { uuid: 'topo-u', route_link_uuid: 'rl-1' }, 'only a simple_overlay has route links'],
      ['underlays', { uuid: 'topo-u', underlay_uuid: 'topo-u' }, 'only a simple_overlay has underlays'],
      ['underlays', { uuid: 'topo-o', underlay_uuid: 'topo-o' }, 'only a simple_underlay has overlays'],
      ['mac_range_groups', { uuid: 'topo-o', mac_range_group_uuid: 'mrg-a' }, 'only a simple_underlay has mac range'],
      ['datapaths', { uuid: 'topo-o', datapath_uuid: 'dp-1', interface_uuid: 'if-host' }, 'has datapaths'],
    ])('refuse %s of %j', async (path, params, message) => {
      await topology();
      await model.ok('route_links.create', { uuid: 'rl-1' });
      const refused = await model.refused(`topologies.${path}.create`, params);
      expect(refused).toMatchObject({ error: 'ArgumentError', status: 400 });
      expect(refused.message).toContain(message);
    });
  });
});
