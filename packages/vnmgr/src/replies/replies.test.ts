import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { type Body, type TestModel, openModel } from '../../test/model.ts';
import { makeSite, makeVm, times } from '../../test/site.ts';

onEachDatabase((databases) => {
  let model: TestModel;
  beforeEach(async () => {
    model = await openModel(await databases.url());
  });
  afterEach(async () => {
    await model.close();
  });

  describe('replies', () => {
    it('show a network as OpenVNet did, and its MTU', async () => {
      const network = await model.ok('networks.create', { uuid: 'nw-x1', ipv4_network: '10.0.3.9', ipv4_prefix: 22 });
      expect(network).toEqual({
        id: 1,
        uuid: 'nw-x1',
        display_name: '',
        ipv4_network: '10.0.0.0',
        ipv4_prefix: 22,
        mode: null,
        domain_name: 'x1',
        mtu: 1500,
        segment_id: null,
        ...times,
      });
      expect(await model.ok('networks.show', { uuid: 'nw-x1' })).toEqual(network);
    });

    it('show an interface with its leases', async () => {
      await makeSite(model);
      const made = await makeVm(model, 'if-vm', '02:00:00:00:01:01', '10.1.0.1');
      const ip = {
        id: 2,
        uuid: expect.stringMatching(/^il-[a-z0-9]{8}$/) as string,
        interface_id: 2,
        mac_lease_id: 2,
        ip_address_id: 2,
        enable_routing: false,
        ...times,
        network_id: 2,
        ipv4_address: '10.1.0.1',
        ip_address: {
          id: 2,
          network_id: 2,
          ipv4_address: 0x0a010001,
          ...times,
          network: expect.objectContaining({ uuid: 'nw-a', ipv4_network: 0x0a010000 }) as Body,
        },
        interface_uuid: 'if-vm',
        mac_lease_uuid: expect.stringMatching(/^ml-/) as string,
        network_uuid: 'nw-a',
      };
      expect(made).toEqual({
        id: 2,
        uuid: 'if-vm',
        mode: 'vif',
        display_name: null,
        iface_id: null,
        log: false,
        netns: null,
        enable_routing: false,
        enable_route_translation: false,
        enable_filtering: false,
        enable_legacy_filtering: false,
        ingress_filtering_enabled: null,
        ...times,
        mac_leases: [
          {
            id: 2,
            uuid: expect.stringMatching(/^ml-/) as string,
            interface_id: 2,
            mac_address_id: 2,
            ...times,
            mac_address: '02:00:00:00:01:01',
            segment_id: null,
            ip_leases: [ip],
            interface_uuid: 'if-vm',
          },
        ],
        mac_address: '02:00:00:00:01:01',
        ip_leases: [ip],
        network_uuid: 'nw-a',
        ipv4_address: '10.1.0.1',
      });
    });

    it('have their keys in the order of the columns of OpenVNet, what is new after them', async () => {
      await makeSite(model);
      const machine = await makeVm(model, 'if-vm', '02:00:00:00:01:01', '10.1.0.1');
      const [lease] = machine['ip_leases'] as [{ ip_address: { network: object } }];
      const TIMES = 'created_at updated_at deleted_at is_deleted';
      const expected: [object, string][] = [
        [
          lease.ip_address.network,
          `id uuid display_name ipv4_network ipv4_prefix mode domain_name ${TIMES} segment_id mtu`,
        ],
        [
          machine,
          `id uuid mode display_name enable_routing enable_route_translation ${TIMES} enable_filtering ` +
            'enable_legacy_filtering ingress_filtering_enabled iface_id log netns ' +
            'mac_leases mac_address ip_leases network_uuid ipv4_address',
        ],
        [
          lease,
          `id uuid interface_id mac_lease_id ip_address_id enable_routing ${TIMES} network_id ipv4_address ip_address ` +
            'interface_uuid mac_lease_uuid network_uuid',
        ],
        [
          await model.ok('datapaths.show', { uuid: 'dp-1' }),
          `id uuid display_name dpid node_id ${TIMES} enable_ovs_learn_action`,
        ],
        [
          await model.ok('datapaths.networks.create', {
            uuid: 'dp-1',
            network_uuid: 'nw-a',
            interface_uuid: 'if-host',
          }),
          `id datapath_id network_id interface_id mac_address_id ip_lease_id ${TIMES} topology_id topology_layer_id ` +
            'topology_mac_range_group_id mac_address',
        ],
      ];
      for (const [reply, keys] of expected) expect(Object.keys(reply).join(' ')).toBe(keys);
    });

    it('leave the address keys of an interface without leases out', async () => {
      const made = await model.ok('interfaces.create', { mode: 'simulated' });
      expect(made['mac_leases']).toEqual([]);
      expect(Object.keys(made)).not.toEqual(expect.arrayContaining(['mac_address']));
      expect(Object.keys(made)).not.toEqual(expect.arrayContaining(['ipv4_address']));
    });

    it('show the rows of relations with MACs as numbers, and list the other ends', async () => {
      await makeSite(model);
      const params = {
        uuid: 'dp-1',
        network_uuid: 'nw-a',
        interface_uuid: 'if-host',
        mac_address: '02:00:00:00:0f:01',
      };
      expect(await model.ok('datapaths.networks.create', params)).toEqual({
        id: 1,
        datapath_id: 1,
        network_id: 2,
        interface_id: 1,
        mac_address_id: 2,
        ip_lease_id: 1,
        topology_id: null,
        topology_layer_id: null,
        topology_mac_range_group_id: null,
        mac_address: 0x020000000f01,
        ...times,
      });
      const { items } = await model.ok('datapaths.networks.list', { uuid: 'dp-1' });
      expect(items).toEqual([await model.ok('networks.show', { uuid: 'nw-a' })]);
      expect(await model.ok('datapaths.networks.delete', params)).toEqual(['nw-a']);
      expect(await model.ok('datapaths.networks.delete', params)).toEqual(['nw-a']);
    });

    it('show ports with the uuids they were made from, and delete them by values', async () => {
      await makeSite(model);
      await model.ok('interfaces.create', { uuid: 'if-p', mode: 'vif' });
      const made = await model.ok('interfaces.ports.create', {
        uuid: 'if-p',
        datapath_uuid: 'dp-1',
        port_name: 'tap1',
      });
      expect(made).toMatchObject({
        port_name: 'tap1',
        interface_uuid: 'if-p',
        datapath_uuid: 'dp-1',
        interface_mode: 'vif',
      });
      expect(await model.ok('interfaces.ports.list', { uuid: 'if-p' })).toMatchObject({ total_count: 2 });
      expect(await model.ok('interfaces.ports.delete', { uuid: 'if-p', port_name: 'tap1' })).toMatchObject([
        { id: made['id'] },
      ]);
      expect(await model.ok('interfaces.ports.delete', { uuid: 'if-p' })).toHaveLength(1);
    });

    it('page through lists', async () => {
      for (let i = 0; i < 35; i++) await model.ok('topologies.create', { uuid: `topo-${i}`, mode: 'simple_overlay' });
      const first = await model.ok('topologies.list');
      expect(first).toMatchObject({ total_count: 35, offset: 0, limit: 30 });
      expect(first['items']).toHaveLength(30);
      const page = await model.ok('topologies.list', { limit: '2', offset: '33' });
      expect(page).toMatchObject({ offset: 33, limit: 2, items: [{ uuid: 'topo-33' }, { uuid: 'topo-34' }] });
    });
  });
});
