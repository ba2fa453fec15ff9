import { ETHERTYPE, IP_PROTOCOL } from '@vnet/packet';
import { PRIORITY } from '../pipeline/priorities.ts';
import { REGISTERS, load, on } from '../pipeline/registers.ts';
import { TABLES } from '../pipeline/tables.ts';
import type { Tables } from '../state/tables.ts';
import { uplinkPort } from './bindings.ts';
import { edgeInterfaceOn, edgeVlansOf, type EdgeVlan } from './edge-bindings.ts';
import { machineZone } from './edge-zone.ts';
import type { Emit, View } from './emit.ts';
import { filteringOf } from './filtering/interface.ts';
import { fromPeers } from './port.ts';

type MacLease = Tables['mac_lease'];
type IpLease = Tables['ip_lease'];

/**
 * A legacy machine that the model declares: an interface of mode vif whose port is an edge port. Its VLAN is the one that is
 * mapped to its network or segment there, the first if there are several.
 */
export function edgeMachine(view: View, emit: Emit, interfacePortId: number): void {
  const row = view.get('interface_port', interfacePortId);
  const face = view.get('interface', row?.interface_id);
  if (!row || row.port_name === null || face?.mode !== 'vif') return;
  for (const plug of view.find('port', 'name', row.port_name)) {
    const edgeFace = edgeInterfaceOn(view, plug);
    if (!edgeFace) continue;
    const edges = edgeVlansOf(view, edgeFace.id);
    for (const lease of view.find('mac_lease', 'interface_id', face.id)) declared(view, emit, face, lease, edges);
  }
}

function declared(
  view: View,
  emit: Emit,
  face: Tables['interface'],
  lease: MacLease,
  edges: readonly EdgeVlan[],
): void {
  const mac = lease.mac_address;
  const addresses = view.find('ip_lease', 'mac_lease_id', lease.id);
  const edge = edges.find(({ domain: { kind, id } }) =>
    kind === 'network' ? addresses.some(({ network_id }) => network_id === id) : lease.segment_id === id,
  );
  if (!edge?.active) return;
  const { interface_id: interfaceId } = lease;
  const { ofport, portName, claim } = edge;
  emit.output('localInterface', interfaceId, {
    interface_id: interfaceId,
    port_name: portName,
    port_number: ofport,
    claim,
  });
  const zone = machineZone(view, emit, interfaceId);
  emit.output('bound', interfaceId, { id: interfaceId, ofport, zone, vlan: edge.vlan });
  emit.need('filtering', interfaceId);
  const uplink = uplinkPort(view);
  if (uplink !== undefined) emit.output('announcement', `mac ${mac}`, { mac, port: uplink });
  emit.flow({ table: 'UPLINK', priority: PRIORITY.guard, feature: 'edge', match: { eth_src: mac } });
  asInterface(emit, edge, interfaceId);
  if (edge.domain.kind === 'segment') {
    allow(emit, edge, lease, {});
    return;
  }
  const here = addresses.filter(({ network_id }) => network_id === edge.domain.id);
  fromPeers(emit, mac, here, new Set([edge.domain.id]), null);
  ownAddressesOnly(emit, edge, lease, here);
  const { filtered, grouped } = filteringOf(view, face);
  if (filtered || grouped) judgeFloods(emit, edge, interfaceId, here);
}

/** While filter and groups judge it, it is SOURCE and DESTINATION by its interface; before and after by its VLAN. */
function asInterface(emit: Emit, { end, ofport }: EdgeVlan, interfaceId: number): void {
  emit.flow({
    table: 'ARP',
    priority: PRIORITY.guard + 1,
    feature: 'edge',
    match: on([REGISTERS.SOURCE, interfaceId]),
    actions: [load(REGISTERS.SOURCE, end), { type: 'resubmit', table: TABLES.ARP.id }],
  });
  emit.flow({
    table: 'DELIVERY',
    priority: PRIORITY.base,
    feature: 'edge',
    match: on([REGISTERS.DESTINATION, interfaceId]),
    actions: [load(REGISTERS.DESTINATION, end)],
    goto: 'EDGE_OPEN',
  });
  emit.flow({
    table: 'PUNT',
    priority: PRIORITY.base,
    feature: 'edge',
    match: on([REGISTERS.SOURCE, interfaceId]),
    meter: ofport,
    actions: [{ type: 'controller', maxLen: 0xffff }],
  });
}

/** A frame to all of the VLAN, or to a MAC that nobody knows, may hold a packet for its address: that is judged, too. */
function judgeFloods(emit: Emit, { end }: EdgeVlan, interfaceId: number, leases: readonly IpLease[]): void {
  for (const { ipv4_address } of leases) {
    emit.flow({
      table: 'INTERFACE_INGRESS',
      priority: PRIORITY.base,
      feature: 'edge',
      match: { ...on([REGISTERS.DESTINATION, end]), eth_type: ETHERTYPE.ipv4, ipv4_dst: ipv4_address },
      actions: [load(REGISTERS.DESTINATION, interfaceId), { type: 'resubmit', table: TABLES.INTERFACE_INGRESS.id }],
    });
  }
}

/** Anti-spoofing as for a virtual machine: what the machine sends has its own addresses. */
function ownAddressesOnly(emit: Emit, edge: EdgeVlan, lease: MacLease, leases: readonly IpLease[]): void {
  const mac = lease.mac_address;
  for (const { ipv4_address: address } of leases) {
    allow(emit, edge, lease, { eth_type: ETHERTYPE.ipv4, ipv4_src: address });
    allow(emit, edge, lease, { eth_type: ETHERTYPE.arp, arp_sha: mac, arp_spa: address });
    ownAddressInArp(emit, edge, address);
  }
  allow(emit, edge, lease, { eth_type: ETHERTYPE.arp, arp_sha: mac, arp_spa: 0 });
  allow(emit, edge, lease, {
    eth_type: ETHERTYPE.ipv4,
    ipv4_src: 0,
    ipv4_dst: 0xffffffff,
    ip_proto: IP_PROTOCOL.udp,
    udp_src: 68,
    udp_dst: 67,
  });
}

function allow(emit: Emit, { end }: EdgeVlan, lease: MacLease, match: Readonly<Record<string, number>>): void {
  emit.flow({
    table: 'EDGE_SOURCE',
    priority: PRIORITY.specific,
    feature: 'edge',
    match: { ...on([REGISTERS.SOURCE, end]), eth_src: lease.mac_address, ...match },
    actions: [load(REGISTERS.SOURCE, lease.interface_id), { type: 'resubmit', table: TABLES.EGRESS.id }],
  });
}

/** Machines of the VLAN answer each other themselves; an announcement goes on to the others. */
export function ownAddressInArp(emit: Emit, { end, domain }: EdgeVlan, address: number): void {
  const match = {
    metadata: domain.key,
    ...on([REGISTERS.SOURCE, end]),
    eth_type: ETHERTYPE.arp,
    arp_op: 1,
    arp_tpa: address,
  };
  emit.flow({ table: 'ARP', priority: PRIORITY.specific, feature: 'edge', match });
  emit.flow({
    table: 'ARP',
    priority: PRIORITY.guard,
    feature: 'edge',
    match: { ...match, arp_spa: address },
    goto: 'L2',
  });
}
