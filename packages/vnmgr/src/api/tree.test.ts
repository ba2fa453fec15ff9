import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { type Body, type TestModel, openModel } from '../../test/model.ts';
import { idOf, makeSite, makeVm } from '../../test/site.ts';
import { tree } from './tree.ts';

onEachDatabase((databases) => {
  let model: TestModel;
  beforeEach(async () => {
    model = await openModel(await databases.url());
    await makeSite(model);
    await makeVm(model, 'if-vm', '02:00:00:00:01:01', '10.1.0.1');
    await model.ok('segments.create', { uuid: 'seg-1', mode: 'virtual' });
    await model.ok('interfaces.create', {
      uuid: 'if-seg',
      mode: 'vif',
      mac_address: '02:00:00:00:01:02',
      segment_uuid: 'seg-1',
    });
    await model.ok('interfaces.create', { uuid: 'if-alone', mode: 'vif', display_name: 'alone' });
  });
  afterEach(async () => {
    await model.close();
  });

  const machine = {
    uuid: 'if-vm',
    display_name: null,
    mode: 'vif',
    mac_address: '02:00:00:00:01:01',
    ipv4_addresses: ['10.1.0.1'],
    datapath_uuid: null,
    port_name: 'if-vm',
    active: false,
  };
  const segment = {
    uuid: 'seg-1',
    mode: 'virtual',
    vlans: [],
    legacy_machines: [],
    interfaces: [{ ...machine, uuid: 'if-seg', mac_address: '02:00:00:00:01:02', ipv4_addresses: [], port_name: null }],
  };
  const network = {
    uuid: 'nw-a',
    display_name: '',
    mode: 'virtual',
    ipv4_network: '10.1.0.0',
    ipv4_prefix: 24,
    mtu: 1500,
    interfaces: [machine],
    vlans: [],
    legacy_machines: [],
  };

  describe('tree', () => {
    it('has networks and segments with their interfaces, and those that are in none', async () => {
      expect(await model.ok('tree')).toEqual({
        networks: [
          expect.objectContaining({
            uuid: 'nw-phy',
            interfaces: [
              {
                ...machine,
                uuid: 'if-host',
                mode: 'host',
                mac_address: '02:00:00:00:00:01',
                ipv4_addresses: ['172.16.0.1'],
                datapath_uuid: 'dp-1',
                port_name: 'eth0',
              },
            ],
          }),
          network,
        ],
        segments: [segment],
        unattached: [
          {
            ...machine,
            uuid: 'if-alone',
            display_name: 'alone',
            mac_address: null,
            ipv4_addresses: [],
            port_name: null,
          },
        ],
      });
    });

    it('says where an interface lives', async () => {
      const interface_id = await idOf(model, 'interfaces', 'if-vm');
      await model.facts('dp-1', {
        interfaces: [{ interface_id, port_name: 'tap7', port_number: 7, claim: 'a' }],
      });
      const interfaces = [{ ...machine, datapath_uuid: 'dp-1', port_name: 'tap7', active: true }];
      expect(await model.ok('tree', { network_uuid: 'nw-a' })).toEqual({
        networks: [{ ...network, interfaces }],
        segments: [],
        unattached: [],
      });
    });

    it('knows that a host is there by its agent', async () => {
      const { dpid } = await model.ok('datapaths.show', { uuid: 'dp-1' });
      const values = { network_uuid: 'nw-phy' };
      const active = async (connected: readonly string[]): Promise<boolean> => {
        const whole = (await tree(model.store.reader, values, new Set(connected))) as Body;
        return (whole['networks'] as { interfaces: { active: boolean }[] }[])[0]!.interfaces[0]!.active;
      };
      expect(await active([])).toBe(false);
      expect(await active([String(dpid)])).toBe(true);
    });

    it('has the VLANs behind edges', async () => {
      const edge = { uuid: 'if-trunk', mode: 'edge', owner_datapath_uuid: 'dp-1', port_name: 'trunk0' };
      await model.ok('interfaces.create', edge);
      await model.ok('translations.create', { uuid: 'tr-1', mode: 'vnet_edge', interface_uuid: 'if-trunk' });
      const vlan = { uuid: 'vt-100', translation_uuid: 'tr-1', vlan_id: 100, network_uuid: 'nw-a' };
      await model.ok('vlan_translations.create', vlan);
      const { networks } = await model.ok('tree', { network_uuid: 'nw-a' });
      const shown = { interface_uuid: 'if-trunk', datapath_uuid: 'dp-1', port_name: 'trunk0', active: false };
      expect(networks).toEqual([{ ...network, vlans: [{ uuid: 'vt-100', vlan_id: 100, ...shown }] }]);
    });

    it('has one network or segment only when it is asked for', async () => {
      expect(await model.ok('tree', { segment_uuid: 'seg-1' })).toEqual({
        networks: [],
        segments: [segment],
        unattached: [],
      });
      expect(await model.refused('tree', { network_uuid: 'nw-none' })).toMatchObject({
        error: 'UnknownUUIDResource',
        message: 'Network#network_uuid: nw-none',
      });
    });
  });
});
