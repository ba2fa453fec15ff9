import type { State } from '../state/state.ts';
import type { TableName } from '../state/tables.ts';

/**
 * Rows of a small data centre, for tests: three hosts (two on one physical network), two tenants with overlapping addresses,
 * and a segment.
 */
export interface TestRow {
  readonly table: TableName;
  readonly row: { readonly id: number } & Readonly<Record<string, unknown>>;
}

/** Puts rows into a state: the manager's tables and the agent's own. */
export function fill<R extends object>(state: State<R>, rows: readonly TestRow[]): void {
  for (const { table, row } of rows) state.put(table, row);
}

export const OWN_DPID = '0x0000000000000001';
const DATAPATHS = [1, 2, 3];
const NETWORKS = [1, 2];
/** Physical network of each datapath: 1 and 2 are neighbours, 3 is behind a router. */
const PHYSICAL = new Map([
  [1, 101],
  [2, 101],
  [3, 102],
]);

const row = (table: TableName, values: { readonly id: number } & Readonly<Record<string, unknown>>): TestRow => ({
  table,
  row: values,
});

const port = (id: number, name: string, more: Readonly<Record<string, unknown>> = {}): TestRow =>
  row('port', {
    id,
    name,
    ofport: id,
    claim: `claim-${id}`,
    vnet_interface: null,
    iface_id: null,
    uplink: false,
    role: 'plain',
    mac: null,
    link_up: true,
    bond: null,
    bond_claim: null,
    bond_mode: null,
    lacp: null,
    lacp_current: false,
    error: null,
    zone: id,
    ...more,
  });

/** An interface with its port, MAC and one address. */
export function machine(
  id: number,
  network: number,
  address: number,
  mac: number,
  portName: string,
  datapath?: number,
): TestRow[] {
  const mode = datapath === undefined ? 'vif' : 'host';
  return [
    row('interface', { id, uuid: `if-${id}`, mode, iface_id: null }),
    row('interface_port', {
      id,
      interface_id: id,
      datapath_id: datapath ?? null,
      port_name: portName,
      interface_mode: mode,
    }),
    row('mac_lease', { id, uuid: `ml-${id}`, interface_id: id, mac_address: mac, segment_id: null }),
    row('ip_lease', {
      id,
      uuid: `il-${id}`,
      interface_id: id,
      mac_lease_id: id,
      network_id: network,
      ipv4_address: address,
    }),
  ];
}

export const location = (
  id: number,
  datapath: number,
  singular: true | null = true,
  claim = `claim-${10 + id}`,
): TestRow => row('active_interface', { id, interface_id: id, datapath_id: datapath, singular, claim });

/** An interface that is in a segment by its MAC, and has no address. */
export function station(id: number, segment: number, mac: number, portName: string): TestRow[] {
  return machine(id, 0, 0, mac, portName).flatMap(({ table, row: values }) =>
    table === 'ip_lease' ? [] : [row(table, table === 'mac_lease' ? { ...values, segment_id: segment } : values)],
  );
}

const SEGMENT = 1;
/** With a promiscuous interface on datapath 1, and one machine on each host. */
const OPEN_SEGMENT = 2;
const PROMISCUOUS = 60;
const VM = 20;

/** One machine of each tenant on each host; those of datapath 1 are on this bridge. */
export function dataCentre(): TestRow[] {
  return [
    row('self', { id: 1, node_id: 'node1', dpid: OWN_DPID, made: false, userspace: true, remote: false }),
    port(1, 'eth0', { uplink: true }),
    port(2, 'vnet-gre', { role: 'tunnel' }),
    port(3, 'br0', { role: 'local', ofport: null, mac: 0x525400000001 }),
    ...NETWORKS.map((id) => row('network', { id, uuid: `nw-${id}`, mode: 'virtual', mtu: 1458 })),
    ...[101, 102].map((id) => row('network', { id, uuid: `nw-${id}`, mode: 'physical', mtu: 1500 })),
    ...DATAPATHS.flatMap((id) => [
      row('datapath', {
        id,
        uuid: `dp-${id}`,
        dpid: `0x${String(id).padStart(16, '0')}`,
        node_id: `node${id}`,
        enable_ovs_learn_action: true,
      }),
      ...machine(id, PHYSICAL.get(id)!, 0xc0a80000 + id, 0x525400000000 + id, 'eth0', id),
    ]),
    ...NETWORKS.flatMap((network) =>
      DATAPATHS.flatMap((datapath) => {
        const id = network * 10 + datapath;
        return [
          row('datapath_network', {
            id,
            network_id: network,
            datapath_id: datapath,
            interface_id: datapath,
            mac_address: 0x020000000000 + id,
          }),
          row('active_network', { id, network_id: network, datapath_id: datapath }),
        ];
      }),
    ),
    ...NETWORKS.flatMap((network) =>
      DATAPATHS.flatMap((datapath) => {
        const id = VM + network * 10 + datapath;
        return [
          ...machine(id, network, 0x0a000000 + datapath, 0x0a0000000000 + id, `vm${id}`),
          location(id, datapath, true, `claim-${id}`),
          ...(datapath === 1 ? [port(id, `vm${id}`)] : []),
        ];
      }),
    ),
    ...[SEGMENT, OPEN_SEGMENT].map((id) => row('segment', { id, uuid: `seg-${id}`, mode: 'virtual' })),
    ...[SEGMENT, OPEN_SEGMENT].flatMap((segment) => DATAPATHS.flatMap((datapath) => segmentOn(datapath, segment))),
    ...openPort(PROMISCUOUS, OPEN_SEGMENT),
  ];
}

function segmentOn(datapath: number, segment: number): TestRow[] {
  const id = 40 + segment * 10 + datapath;
  const ends = { id, segment_id: segment, datapath_id: datapath };
  return [
    row('datapath_segment', { ...ends, interface_id: datapath, mac_address: 0x020000000000 + id }),
    row('active_segment', ends),
    ...station(id, segment, 0x0a0000000000 + id, `vm${id}`),
    location(id, datapath, true, `claim-${id}`),
    ...(datapath === 1 ? [port(id, `vm${id}`)] : []),
  ];
}

/** A promiscuous interface with its port on this bridge. */
function openPort(id: number, segment: number): TestRow[] {
  const mode = 'promiscuous';
  return [
    row('interface', { id, uuid: `if-${id}`, mode, iface_id: null }),
    row('interface_port', { id, interface_id: id, datapath_id: 1, port_name: 'open', interface_mode: mode }),
    row('interface_segment', { id, interface_id: id, segment_id: segment, static: true }),
    port(id, 'open'),
  ];
}

/** The same data centre with a plain OpenFlow 1.3 switch, which has meters, as datapath 1. */
export function plainRows(rows: readonly TestRow[]): TestRow[] {
  const plain = rows.map((each) =>
    each.table === 'datapath' && each.row.id === 1
      ? { ...each, row: { ...each.row, enable_ovs_learn_action: false } }
      : each,
  );
  return [...plain, row('abilities', { id: 1, meters: true })];
}
