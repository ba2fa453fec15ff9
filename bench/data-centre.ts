/** Rows of a large data centre: three hosts, one network, as many machines as wanted; a few of them on this host. */
import { State, type UnitRun } from '@vnet/vna';

const NO_BOND = {
  link_up: true,
  bond: null,
  bond_claim: null,
  bond_mode: null,
  lacp: null,
  lacp_current: false,
} as const;

export function dataCentre(machines: number): { state: State<UnitRun>; dirty: Set<UnitRun> } {
  const dirty = new Set<UnitRun>();
  const state = new State<UnitRun>((unit) => dirty.add(unit));
  state.put('self', {
    id: 1,
    node_id: 'node1',
    dpid: '0x0000000000000001',
    made: false,
    userspace: true,
    remote: false,
  });
  const port = {
    claim: 'a',
    vnet_interface: null,
    iface_id: null,
    mac: null,
    error: null,
    ...NO_BOND,
    zone: 1,
  } as const;
  state.put('port', { ...port, id: 1, name: 'eth0', ofport: 1, uplink: true, role: 'plain' });
  state.put('port', { ...port, id: 2, name: 'vnet-gre', ofport: 2, uplink: false, role: 'tunnel' });
  for (const [id, network] of [
    [1, 101],
    [2, 101],
    [3, 102],
  ] as const) {
    state.putRow('datapath', {
      id,
      uuid: `dp-${id}`,
      dpid: `0x${String(id).padStart(16, '0')}`,
      node_id: `node${id}`,
      enable_ovs_learn_action: true,
    } as never);
    addInterface(state, { id, network, mode: 'host', datapath: id, port: 'eth0' });
    state.putRow('datapath_network', {
      id,
      datapath_id: id,
      network_id: 1,
      interface_id: id,
      mac_address: 0x020000000000 + id,
      ip_lease_id: id,
    } as never);
    state.putRow('active_network', { id, datapath_id: id, network_id: 1 } as never);
  }
  for (const id of [101, 102]) state.putRow('network', { id, mode: 'physical', mtu: 1500 } as never);
  state.putRow('network', { id: 1, mode: 'virtual', mtu: 1458 } as never);
  for (let i = 0; i < machines; i++) addMachine(state, i);
  return { state, dirty };
}

export function addMachine(state: State<UnitRun>, i: number): void {
  const id = 1000 + i;
  const local = i % 10_000 === 0;
  if (local) {
    const port = {
      claim: `c${id}`,
      vnet_interface: null,
      iface_id: null,
      mac: null,
      error: null,
      ...NO_BOND,
      zone: id,
      uplink: false,
    } as const;
    state.put('port', { ...port, id, name: `vm${id}`, ofport: 10 + i / 10_000, role: 'plain' });
  }
  addInterface(state, { id, network: 1, mode: 'vif', datapath: null, port: `vm${id}` });
  const home = local ? 1 : 2 + (i % 2);
  state.putRow('active_interface', {
    id,
    interface_id: id,
    datapath_id: home,
    singular: true,
    claim: `c${id}`,
  } as never);
}

function addInterface(
  state: State<UnitRun>,
  {
    id,
    network,
    mode,
    datapath,
    port,
  }: { id: number; network: number; mode: string; datapath: number | null; port: string },
): void {
  state.putRow('interface', { id, uuid: `if-${id}`, mode, iface_id: null } as never);
  state.putRow('interface_port', {
    id,
    interface_id: id,
    datapath_id: datapath,
    port_name: port,
    interface_mode: mode,
  } as never);
  state.putRow('mac_lease', { id, interface_id: id, mac_address: 0x0a0000000000 + id } as never);
  state.putRow('ip_lease', {
    id,
    interface_id: id,
    mac_lease_id: id,
    network_id: network,
    ipv4_address: 0x0a000000 + id,
  } as never);
}
