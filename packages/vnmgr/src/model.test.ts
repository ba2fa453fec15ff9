import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEachDatabase } from '../test/databases.ts';
import { type Body, type TestModel, openModel } from '../test/model.ts';

onEachDatabase((databases) => {
  let model: TestModel;
  beforeEach(async () => {
    model = await openModel(await databases.url());
  });
  afterEach(async () => {
    await model.close();
  });

  /** dp-1 with its host interface on nw-phy, and the virtual network nw-a. */
  async function site(): Promise<void> {
    await model.ok('datapaths.create', { uuid: 'dp-1', display_name: 'one', node_id: 'hv1', dpid: '0xaaaa' });
    await model.ok('networks.create', { uuid: 'nw-phy', mode: 'physical', ipv4_network: '172.16.0.0' });
    await model.ok('networks.create', { uuid: 'nw-a', mode: 'virtual', ipv4_network: '10.1.0.7' });
    await host('if-host', 'dp-1', 'nw-phy', '172.16.0.1', '02:00:00:00:00:01');
  }

  function host(uuid: string, datapath: string, network: string, ip: string, mac: string): Promise<Body> {
    const port = { owner_datapath_uuid: datapath, port_name: 'eth0', mode: 'host' };
    return model.ok('interfaces.create', { uuid, ...port, network_uuid: network, ipv4_address: ip, mac_address: mac });
  }

  function vm(uuid: string, mac: string, ip: string): Promise<Body> {
    const port = { uuid, mode: 'vif', port_name: uuid };
    return model.ok('interfaces.create', { ...port, network_uuid: 'nw-a', ipv4_address: ip, mac_address: mac });
  }

  async function idOf(resource: string, uuid: string): Promise<number> {
    return (await model.ok(`${resource}.show`, { uuid }))['id'] as number;
  }

  const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/;
  const times = {
    created_at: expect.stringMatching(TIME) as string,
    updated_at: expect.stringMatching(TIME) as string,
    deleted_at: null,
    is_deleted: 0,
  };

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
      await site();
      const made = await vm('if-vm', '02:00:00:00:01:01', '10.1.0.1');
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
        enable_routing: false,
        enable_route_translation: false,
        enable_filtering: false,
        enable_legacy_filtering: false,
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

    it('leave the address keys of an interface without leases out', async () => {
      const made = await model.ok('interfaces.create', { mode: 'simulated' });
      expect(made['mac_leases']).toEqual([]);
      expect(Object.keys(made)).not.toEqual(expect.arrayContaining(['mac_address']));
      expect(Object.keys(made)).not.toEqual(expect.arrayContaining(['ipv4_address']));
    });

    it('show the rows of relations with MACs as numbers, and list the other ends', async () => {
      await site();
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
      await site();
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
      await site();
      await vm('if-vm', '02:00:00:00:01:01', '10.1.0.1');
      await model.ok('topologies.create', { uuid: 'topo-over', mode: 'simple_overlay' });
      await model.ok('topologies.create', { uuid: 'topo-under', mode: 'simple_underlay' });
      await model.ok('mac_range_groups.create', { uuid: 'mrg-empty' });
      await model.ok('datapaths.networks.create', { uuid: 'dp-1', network_uuid: 'nw-a', interface_uuid: 'if-host' });
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

  describe('leases', () => {
    it('are bound to the first MAC lease of the interface, released and attached', async () => {
      await site();
      await vm('if-vm', '02:00:00:00:01:01', '10.1.0.1');
      const lease = await model.ok('ip_leases.create', {
        network_uuid: 'nw-a',
        ipv4_address: '10.1.0.2',
        interface_uuid: 'if-vm',
      });
      expect(lease).toMatchObject({ interface_uuid: 'if-vm', mac_lease: { id: 2 }, interface: { uuid: 'if-vm' } });
      const uuid = lease['uuid'];
      const released = await model.ok('ip_leases.release', { uuid });
      expect(released).toMatchObject({ interface_id: null, mac_lease_id: null, ipv4_address: '10.1.0.2' });
      expect(released).not.toHaveProperty('interface_uuid');
      expect(released).not.toHaveProperty('interface');
      expect(await model.refused('ip_leases.release', { uuid })).toMatchObject({ message: `Not attached: ${uuid}` });
      expect(await model.refused('ip_leases.attach', { uuid })).toMatchObject({ code: '110' });
      expect(await model.ok('ip_leases.attach', { uuid, interface_uuid: 'if-vm' })).toMatchObject({ mac_lease_id: 2 });
      expect(await model.refused('ip_leases.attach', { uuid, interface_uuid: 'if-vm' })).toMatchObject({
        message: `Already attached: ${uuid}`,
      });
    });

    it('move with their MAC lease', async () => {
      await site();
      const { mac_leases: macs } = await vm('if-one', '02:00:00:00:01:01', '10.1.0.1');
      await model.ok('interfaces.create', { uuid: 'if-two', mode: 'vif' });
      await model.ok('mac_leases.update', { uuid: (macs as Body[])[0]!['uuid'], interface_uuid: 'if-two' });
      expect(await model.ok('interfaces.show', { uuid: 'if-two' })).toMatchObject({ ipv4_address: '10.1.0.1' });
      expect(await model.ok('interfaces.show', { uuid: 'if-one' })).toMatchObject({ mac_leases: [] });
    });

    it('give a datapath network its address when the host interface gets one', async () => {
      await model.ok('datapaths.create', { uuid: 'dp-1', display_name: 'one', node_id: 'hv1', dpid: '0xaaaa' });
      await model.ok('networks.create', { uuid: 'nw-phy', mode: 'physical', ipv4_network: '172.16.0.0', mtu: 9000 });
      await model.ok('networks.create', { uuid: 'nw-a', ipv4_network: '10.1.0.0' });
      await model.ok('interfaces.create', { uuid: 'if-host', mode: 'host', mac_address: '02:00:00:00:00:01' });
      const link = { uuid: 'dp-1', network_uuid: 'nw-a', interface_uuid: 'if-host' };
      expect(await model.ok('datapaths.networks.create', link)).toMatchObject({ ip_lease_id: null });
      await model.ok('ip_leases.create', {
        network_uuid: 'nw-phy',
        ipv4_address: '172.16.0.1',
        interface_uuid: 'if-host',
      });
      expect(await model.store.reader.all('datapath_network')).toMatchObject([{ ip_lease_id: 1 }]);
      expect(await model.ok('networks.show', { uuid: 'nw-a' })).toMatchObject({ mtu: 9000 });
    });
  });

  describe('MAC allocation', () => {
    it('gives 50 parallel requests 50 addresses of a range of 50, and tells the 51st', async () => {
      await model.ok('mac_range_groups.create', { uuid: 'mrg-a' });
      const range = { begin_mac_address: '02:aa:00:00:00:01', end_mac_address: '02:aa:00:00:00:32' };
      await model.ok('mac_range_groups.mac_ranges.create', { uuid: 'mrg-a', ...range });
      const request = { mode: 'vif', mac_range_group_uuid: 'mrg-a' };
      const made = await Promise.all(Array.from({ length: 50 }, () => model.ok('interfaces.create', request)));
      expect(new Set(made.map((each) => each['mac_address'])).size).toBe(50);
      expect(await model.refused('interfaces.create', request)).toMatchObject({
        code: '110',
        message: 'mac range group mrg-a has no free address: all 50 are in use; add a range to it',
      });
    });

    it('uses an address again that was given back', async () => {
      await model.ok('mac_range_groups.create', { uuid: 'mrg-a' });
      const range = { begin_mac_address: '02:aa:00:00:00:01', end_mac_address: '02:aa:00:00:00:01' };
      await model.ok('mac_range_groups.mac_ranges.create', { uuid: 'mrg-a', ...range });
      const { uuid } = await model.ok('interfaces.create', { mode: 'vif', mac_range_group_uuid: 'mrg-a' });
      await model.ok('interfaces.delete', { uuid });
      expect(await model.ok('interfaces.create', { mode: 'vif', mac_range_group_uuid: 'mrg-a' })).toMatchObject({
        mac_address: '02:aa:00:00:00:01',
      });
    });

    it('takes MACs of datapaths from a locally administered range when no group is configured', async () => {
      await site();
      const link = await model.ok('datapaths.networks.create', {
        uuid: 'dp-1',
        network_uuid: 'nw-a',
        interface_uuid: 'if-host',
      });
      expect(Math.floor((link['mac_address'] as number) / 2 ** 24)).toBe(0x06766e);
    });
  });

  describe('deleting', () => {
    it('takes along what the reference says, and never uses an id again', async () => {
      await site();
      await vm('if-vm', '02:00:00:00:01:01', '10.1.0.1');
      await model.ok('datapaths.networks.create', { uuid: 'dp-1', network_uuid: 'nw-a', interface_uuid: 'if-host' });
      expect(await model.ok('interfaces.delete', { uuid: 'if-host' })).toEqual(['if-host']);
      const { reader } = model.store;
      expect(await reader.count('datapath_network')).toBe(0);
      expect(await reader.count('interface_port')).toBe(1);
      expect(await reader.all('mac_address')).toHaveLength(1);
      expect(await reader.all('ip_address')).toHaveLength(1);
      expect(await model.ok('networks.delete', { uuid: 'nw-a' })).toEqual(['nw-a']);
      expect(await reader.count('ip_lease')).toBe(0);
      expect(await reader.count('mac_lease')).toBe(1);
      expect(await model.ok('networks.create', { ipv4_network: '10.0.0.0' })).toMatchObject({ id: 3 });
    });
  });

  describe('MTU', () => {
    async function second(network: string): Promise<void> {
      await model.ok('datapaths.create', { uuid: 'dp-2', display_name: 'two', node_id: 'hv2', dpid: '0xbbbb' });
      await host('if-host2', 'dp-2', network, '172.16.0.2', '02:00:00:00:00:02');
      await model.ok('datapaths.networks.create', { uuid: 'dp-1', network_uuid: 'nw-a', interface_uuid: 'if-host' });
      await model.ok('datapaths.networks.create', { uuid: 'dp-2', network_uuid: 'nw-a', interface_uuid: 'if-host2' });
    }

    async function mtu(uuid = 'nw-a'): Promise<unknown> {
      return (await model.ok('networks.show', { uuid }))['mtu'];
    }

    it('is that of the one physical network that all hosts are on, and follows it', async () => {
      await site();
      await second('nw-phy');
      expect(await mtu()).toBe(1500);
      await model.ok('networks.update', { uuid: 'nw-phy', mtu: 9000 });
      expect(await mtu()).toBe(9000);
      await model.ok('networks.update', { uuid: 'nw-a', mtu: 8000 });
      expect(await mtu()).toBe(8000);
      await model.ok('networks.update', { uuid: 'nw-phy', mtu: null });
      expect(await mtu('nw-phy')).toBe(1500);
      expect(await mtu()).toBe(1500);
    });

    it('leaves room for GRE when the hosts are on several', async () => {
      await site();
      await model.ok('networks.create', { uuid: 'nw-far', mode: 'physical', ipv4_network: '172.16.0.0', mtu: 1400 });
      await second('nw-far');
      expect(await mtu()).toBe(1358);
      expect(await model.refused('networks.update', { uuid: 'nw-a', mtu: 1400 })).toMatchObject({
        message:
          'mtu: 1400 is more than the possible 1358: its hosts are on several physical networks, nw-far carries 1400, and GRE takes 42',
      });
      await model.ok('interfaces.delete', { uuid: 'if-host2' });
      expect(await mtu()).toBe(1500);
    });
  });

  describe('topologies', () => {
    async function topology(): Promise<void> {
      await site();
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
      await model.facts('dp-1', { networks: [await idOf('networks', 'nw-a')] });
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
      const networks = [await idOf('networks', 'nw-a')];
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
      await model.facts('dp-1', { networks: [await idOf('networks', 'nw-a')] });
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
      await model.facts('dp-1', { networks: [await idOf('networks', 'nw-a')] });
      expect(await model.store.reader.all('datapath_network')).toEqual([row]);
      await model.ok('datapaths.networks.delete', { uuid: 'dp-1', network_uuid: 'nw-a' });
      expect(await model.store.reader.all('datapath_network')).toMatchObject([{ topology_id: 2 }]);
    });
  });

  describe('facts', () => {
    async function two(): Promise<(datapath: number, claim: string, port?: number) => Body> {
      await site();
      await model.ok('datapaths.create', { uuid: 'dp-2', display_name: 'two', node_id: 'hv2', dpid: '0xbbbb' });
      await vm('if-vm', '02:00:00:00:01:01', '10.1.0.1');
      const id = await idOf('interfaces', 'if-vm');
      return (datapath, claim, port = 5) => ({
        interface_id: id,
        port_name: `vm${datapath}`,
        port_number: port,
        claim,
      });
    }

    async function places(): Promise<[number, boolean | null][]> {
      const rows = await model.store.reader.all('active_interface');
      return rows.map((row) => [row.datapath_id, row.singular]);
    }

    it('make a moved interface live where it was plugged last, whoever says so again', async () => {
      const plug = await two();
      const here = { interfaces: [plug(1, 'a')] } as never;
      await model.facts('dp-1', here);
      expect(await places()).toEqual([[1, true]]);
      await model.facts('dp-2', { interfaces: [plug(2, 'b')] } as never);
      expect(await places()).toEqual([
        [1, null],
        [2, true],
      ]);
      const { revision } = model.store;
      expect(await model.facts('dp-1', here)).toBe(revision);
      expect(await model.facts('dp-1', { ...(here as object), full: true })).toBe(revision);
      await model.facts('dp-1', { interfaces: [plug(1, 'c')] } as never);
      expect(await places()).toEqual([
        [1, true],
        [2, null],
      ]);
    });

    it('let it live again where a port is left over', async () => {
      const plug = await two();
      await model.facts('dp-1', { interfaces: [plug(1, 'a')] } as never);
      await model.facts('dp-2', { interfaces: [plug(2, 'b')] } as never);
      await model.facts('dp-2', { full: true });
      expect(await places()).toEqual([[1, true]]);
      await model.facts('dp-1', { gone_interfaces: [2] });
      expect(await places()).toEqual([]);
    });

    it('follow a port number, and ignore what was deleted meanwhile', async () => {
      const plug = await two();
      await model.facts('dp-1', { interfaces: [plug(1, 'a', 5)] } as never);
      await model.facts('dp-1', { interfaces: [plug(1, 'a', 6)] } as never);
      expect(await model.store.reader.all('active_interface')).toMatchObject([{ port_number: 6, singular: true }]);
      const { revision } = model.store;
      await model.facts('dp-1', { interfaces: [{ ...plug(1, 'a'), interface_id: 999 }], networks: [999] } as never);
      expect(model.store.revision).toBe(revision);
    });
  });

  describe('revisions', () => {
    it('count writes that changed something, each with its rows before and after', async () => {
      await model.ok('networks.create', { uuid: 'nw-a', ipv4_network: '10.1.0.0' });
      await model.ok('networks.update', { uuid: 'nw-a', display_name: 'new' });
      await model.ok('networks.update', { uuid: 'nw-a', display_name: 'new' });
      expect(model.revisions.map(({ revision, changes }) => [revision, changes.length])).toEqual([
        [1, 1],
        [2, 1],
      ]);
      const [, { changes }] = model.revisions as [unknown, (typeof model.revisions)[number]];
      expect(changes[0]).toMatchObject({
        entity: 'network',
        before: { display_name: '' },
        after: { display_name: 'new' },
      });
    });

    it('refuse a change based on an old one', async () => {
      await model.ok('networks.create', { uuid: 'nw-a', ipv4_network: '10.1.0.0' });
      const { revision } = await model.call('networks.show', { uuid: 'nw-a' });
      await model.ok('networks.update', { uuid: 'nw-a', display_name: 'one' }, { if_match: revision! });
      expect(
        await model.refused('networks.update', { uuid: 'nw-a', display_name: 'two' }, { if_match: revision! }),
      ).toMatchObject({
        error: 'PreconditionFailed',
        status: 412,
      });
      expect(await model.ok('networks.show', { uuid: 'nw-a' })).toMatchObject({ display_name: 'one' });
    });
  });
});
