import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { type Body, type TestModel, openModel } from '../../test/model.ts';
import { makeSite, makeVm } from '../../test/site.ts';

onEachDatabase((databases) => {
  let model: TestModel;
  beforeAll(async () => {
    model = await openModel(await databases.url());
    await makeSite(model);
    await makeVm(model, 'if-vm', '02:00:00:00:01:01', '10.1.0.1');
    await model.ok('topologies.create', { uuid: 'topo-over', mode: 'simple_overlay' });
    await model.ok('topologies.create', { uuid: 'topo-under', mode: 'simple_underlay' });
    await model.ok('mac_range_groups.create', { uuid: 'mrg-empty' });
    await model.ok('datapaths.networks.create', { uuid: 'dp-1', network_uuid: 'nw-a', interface_uuid: 'if-host' });
  }, 60_000);
  afterAll(async () => {
    await model.close();
  });

  describe('bad input', () => {
    it.each<[string, Body, string, string, number, string]>([
      ['networks.create', { ipv4_network: '10.0.0.300' }, 'ArgumentError', '110', 400, 'ipv4_network'],
      [
        'networks.create',
        { ipv4_network: '10.0.0.0', ipv4_prefix: 33 },
        'ArgumentError',
        '110',
        400,
        'between 1 and 32',
      ],
      ['networks.create', { ipv4_network: '10.0.0.0', uuid: 'if-1' }, 'InvalidUUID', '101', 400, 'Network#uuid: if-1'],
      ['networks.create', { ipv4_network: '10.0.0.0', uuid: 'nw-a' }, 'DuplicateUUID', '102', 400, 'nw-a'],
      ['networks.create', {}, 'MissingArgument', '111', 400, 'ipv4_network'],
      [
        'networks.create',
        { ipv4_network: '10.0.0.0', mtu: 1501 },
        'ArgumentError',
        '110',
        400,
        'more than the possible 1500',
      ],
      [
        'networks.create',
        { ipv4_network: '10.0.0.0', topology_uuid: 'topo-no' },
        'UnknownUUIDResource',
        '100',
        404,
        'Topology#topology_uuid: topo-no',
      ],
      ['networks.show', { uuid: 'nw-none' }, 'UnknownUUIDResource', '100', 404, 'Network#uuid: nw-none'],
      ['networks.delete', { uuid: 'nw-none' }, 'UnknownUUIDResource', '100', 404, 'nw-none'],
      ['datapaths.create', { display_name: 'x', node_id: 'x', dpid: '0xzz' }, 'ArgumentError', '110', 400, 'dpid'],
      [
        'datapaths.create',
        { display_name: 'x', node_id: 'x', dpid: 'aaaa' },
        'ArgumentError',
        '110',
        400,
        'dpid 0x000000000000aaaa is in use already, by dp-1',
      ],
      [
        'mac_leases.create',
        { interface_uuid: 'if-vm', mac_address: '02:00' },
        'ArgumentError',
        '110',
        400,
        'mac_address',
      ],
      [
        'mac_leases.create',
        { interface_uuid: 'if-vm', mac_address: '02:00:00:00:00:01' },
        'ArgumentError',
        '110',
        400,
        'in use already, by ml-',
      ],
      [
        'mac_leases.create',
        { interface_uuid: 'if-no', mac_address: '02:00:00:00:99:01' },
        'UnknownUUIDResource',
        '100',
        404,
        'Interface#interface_uuid: if-no',
      ],
      [
        'ip_leases.create',
        { network_uuid: 'nw-a', ipv4_address: '10.2.0.1' },
        'ArgumentError',
        '110',
        400,
        'IP Address 10.2.0.1 not in subnet 10.1.0.0/24',
      ],
      [
        'ip_leases.create',
        { network_uuid: 'nw-a', ipv4_address: '10.1.0.1' },
        'ArgumentError',
        '110',
        400,
        'ipv4_address 10.1.0.1 is in use already, by il-',
      ],
      [
        'ip_leases.create',
        { network_uuid: 'nw-a', ipv4_address: '10.1.0.9', mac_lease_uuid: 'ml-no' },
        'UnknownUUIDResource',
        '100',
        404,
        'ml-no',
      ],
      [
        'interfaces.create',
        { mode: 'vif', network_uuid: 'nw-a', ipv4_address: '10.1.0.9' },
        'ArgumentError',
        '110',
        400,
        'needs a MAC address',
      ],
      [
        'interfaces.create',
        { mode: 'vif', mac_address: '02:00:00:00:99:02', network_uuid: 'nw-a', ipv4_address: '10.9.0.1' },
        'ArgumentError',
        '110',
        400,
        'not in subnet',
      ],
      [
        'interfaces.create',
        { mode: 'vif', mac_range_group_uuid: 'mrg-empty' },
        'ArgumentError',
        '110',
        400,
        'mrg-empty has no MAC ranges',
      ],
      ['interfaces.ports.create', { uuid: 'if-vm', singular: false }, 'ArgumentError', '110', 400, 'singular'],
      [
        'datapaths.networks.create',
        { uuid: 'dp-1', network_uuid: 'nw-a', interface_uuid: 'if-host' },
        'RelationAlreadyExists',
        '112',
        400,
        'dp-1 <=> nw-a',
      ],
      [
        'mac_range_groups.mac_ranges.create',
        { uuid: 'mrg-empty', begin_mac_address: '02:00:00:00:00:09', end_mac_address: '02:00:00:00:00:01' },
        'ArgumentError',
        '110',
        400,
        'end_mac_address',
      ],
      [
        'topologies.datapaths.create',
        { uuid: 'topo-over', datapath_uuid: 'dp-1', interface_uuid: 'if-host' },
        'ArgumentError',
        '110',
        400,
        'topo-over is a simple_overlay',
      ],
      [
        'topologies.datapaths.create',
        { uuid: 'topo-under', datapath_uuid: 'dp-1', interface_uuid: 'if-vm' },
        'ArgumentError',
        '110',
        400,
        'mode vif, not host',
      ],
      [
        'networks.update',
        { uuid: 'nw-a', mtu: 9000 },
        'ArgumentError',
        '110',
        400,
        'mtu: 9000 is more than the possible 1500: its hosts are on nw-phy',
      ],
      ['nonsense', {}, 'UnknownEndpoint', '122', 404, 'nonsense'],
    ])('%s %j → %s', async (endpoint, params, error, code, status, message) => {
      const before = model.store.revision;
      const thrown = await model.refused(endpoint, params);
      expect(thrown).toMatchObject({ error, code, status });
      expect(thrown.message).toContain(message);
      expect(model.store.revision).toBe(before);
      // What the refused request had made before it failed is gone too.
      expect(await model.store.reader.count('mac_address')).toBe(3);
      expect(await model.store.reader.count('interface')).toBe(2);
    });
  });
});
