import { location, machine, type TestRow } from './test-rows.ts';

const row = (table: TestRow['table'], values: TestRow['row']): TestRow => ({ table, row: values });

const mapping = (id: number, translation: number, vlan: number, network: number): TestRow =>
  row('vlan_translation', {
    id,
    uuid: `vt-${id}`,
    translation_id: translation,
    vlan_id: vlan,
    mac_address: null,
    network_id: network,
    segment_id: null,
  });

const role = (id: number, vlan: number, network: number, holder: number, alone: boolean): TestRow =>
  row('edge_role', {
    id,
    vlan_id: vlan,
    network_id: network,
    segment_id: null,
    datapath_id: 1,
    vlan_translation_id: holder,
    epoch: 1,
    alone,
  });

const host = (id: number, mac: number, vlan: number, network: number, datapath: number): TestRow =>
  row('edge_host', {
    id,
    vlan_id: vlan,
    mac_address: mac,
    ipv4_address: null,
    network_id: network,
    segment_id: null,
    datapath_id: datapath,
    port_name: 'trunk0',
    refused: null,
    seen_at: 0,
  });

/** A machine that this host has seen. */
export const SEEN = 0x0c0000000001;
/** A machine that the edge of another host has seen. */
export const FAR = 0x0c0000000002;
/** The VLAN that another edge maps, too. */
export const CONTESTED = 2;

/**
 * An edge beside the rows of `dataCentre`: `trunk0` (port 60) is the trunk of VLANs 100 and 300 to network 1, and 200 to network 2,
 * which an edge of another host maps, too. Interface 70 is a declared machine behind it.
 */
export function edgeRows(): TestRow[] {
  return [
    row('port', {
      id: 60,
      name: 'trunk0',
      ofport: 60,
      claim: 'claim-60',
      vnet_interface: null,
      iface_id: null,
      uplink: false,
      link_up: true,
      bond: null,
      bond_claim: null,
      bond_mode: null,
      lacp: null,
      lacp_current: false,
      role: 'plain',
      mac: null,
      error: null,
    }),
    row('interface', { id: 60, uuid: 'if-60', mode: 'edge', iface_id: null }),
    row('interface_port', { id: 60, interface_id: 60, datapath_id: 1, port_name: 'trunk0', interface_mode: 'edge' }),
    location(60, 1, true, 'claim-60'),
    row('translation', { id: 1, uuid: 'tr-1', mode: 'vnet_edge', interface_id: 60 }),
    mapping(1, 1, 100, 1),
    mapping(CONTESTED, 1, 200, 2),
    mapping(3, 1, 300, 1),
    mapping(4, 2, 200, 2),
    role(1, 100, 1, 1, true),
    role(2, 200, 2, CONTESTED, false),
    role(3, 300, 1, 3, true),
    ...machine(70, 1, 0x0a000064, 0x0a0000000070, 'trunk0'),
    row('edge_seen', { id: SEEN, vlan_translation_id: 1, key: 1, ipv4_address: 0x0a000065, refused: null, seen: 0 }),
    host(1, SEEN, 100, 1, 1),
    host(2, FAR, 400, 1, 2),
  ];
}
