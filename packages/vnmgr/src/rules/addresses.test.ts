import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { type Body, type TestModel, openModel } from '../../test/model.ts';
import { makeHost, makeSite, makeVm } from '../../test/site.ts';

onEachDatabase((databases) => {
  let model: TestModel;
  beforeEach(async () => {
    model = await openModel(await databases.url());
  });
  afterEach(async () => {
    await model.close();
  });

  describe('leases', () => {
    it('are bound to the first MAC lease of the interface, released and attached', async () => {
      await makeSite(model);
      await makeVm(model, 'if-vm', '02:00:00:00:01:01', '10.1.0.1');
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
      expect(await model.refused('ip_leases.release', { uuid })).toMatchObject({
        message: `Not attached: ${String(uuid)}`,
      });
      expect(await model.refused('ip_leases.attach', { uuid })).toMatchObject({ code: '110' });
      expect(await model.ok('ip_leases.attach', { uuid, interface_uuid: 'if-vm' })).toMatchObject({ mac_lease_id: 2 });
      expect(await model.refused('ip_leases.attach', { uuid, interface_uuid: 'if-vm' })).toMatchObject({
        message: `Already attached: ${String(uuid)}`,
      });
    });

    it('move with their MAC lease', async () => {
      await makeSite(model);
      const { mac_leases: macs } = await makeVm(model, 'if-one', '02:00:00:00:01:01', '10.1.0.1');
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
      await makeSite(model);
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
      await makeSite(model);
      await makeVm(model, 'if-vm', '02:00:00:00:01:01', '10.1.0.1');
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
      await makeHost(model, 'if-host2', 'dp-2', network, '172.16.0.2', '02:00:00:00:00:02');
      await model.ok('datapaths.networks.create', { uuid: 'dp-1', network_uuid: 'nw-a', interface_uuid: 'if-host' });
      await model.ok('datapaths.networks.create', { uuid: 'dp-2', network_uuid: 'nw-a', interface_uuid: 'if-host2' });
    }

    async function mtu(uuid = 'nw-a'): Promise<unknown> {
      return (await model.ok('networks.show', { uuid }))['mtu'];
    }

    it('is that of the one physical network that all hosts are on, and follows it', async () => {
      await makeSite(model);
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

    it('follows the underlays of its topology before any host has the network', async () => {
      await makeSite(model);
      await model.ok('networks.update', { uuid: 'nw-phy', mtu: 9000 });
      await model.ok('networks.create', { uuid: 'nw-far', mode: 'physical', ipv4_network: '172.17.0.0', mtu: 4000 });
      await model.ok('datapaths.create', { uuid: 'dp-2', display_name: 'two', node_id: 'hv2', dpid: '0xbbbb' });
      await makeHost(model, 'if-host2', 'dp-2', 'nw-far', '172.17.0.2', '02:00:00:00:00:02');
      await model.ok('topologies.create', { uuid: 'topo-o', mode: 'simple_overlay' });
      await model.ok('topologies.networks.create', { uuid: 'topo-o', network_uuid: 'nw-a' });
      for (const [underlay, datapath, host] of [
        ['topo-u1', 'dp-1', 'if-host'],
        ['topo-u2', 'dp-2', 'if-host2'],
      ]) {
        await model.ok('topologies.create', { uuid: underlay, mode: 'simple_underlay' });
        await model.ok('topologies.underlays.create', { uuid: 'topo-o', underlay_uuid: underlay });
        await model.ok('topologies.datapaths.create', {
          uuid: underlay,
          datapath_uuid: datapath,
          interface_uuid: host,
        });
        expect(await mtu()).toBe(underlay === 'topo-u1' ? 9000 : 3958);
      }
      await model.ok('topologies.delete', { uuid: 'topo-u2' });
      expect(await mtu()).toBe(9000);
    });

    it('leaves room for GRE when the hosts are on several', async () => {
      await makeSite(model);
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
});
