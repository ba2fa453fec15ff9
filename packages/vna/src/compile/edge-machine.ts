import { ETHERTYPE, IP_PROTOCOL } from '@vnet/packet';
import { PRIORITY } from '../pipeline/priorities.ts';
import { REGISTERS, load, on } from '../pipeline/registers.ts';
import type { Tables } from '../state/tables.ts';
import { uplinkPort } from './bindings.ts';
import { edgeInterfaceOn, edgeVlansOf, type EdgeVlan } from './edge-bindings.ts';
import type { Emit, View } from './emit.ts';
import { fromPeers } from './port.ts';

type MacLease = Tables['mac_lease'];
type IpLease = Tables['ip_lease'];

/** Filters and security groups do not apply to legacy machines. */
const UNTRACKED = 0;

/**
 * A legacy machine that the model declares: an interface of mode vif whose port is an edge port. Its VLAN is the one that is
 * mapped to its network or segment there, the first if there are several.
 */
export function edgeMachine(view: View, emit: Emit, interfacePortId: number): void {
  const row = view.get('interface_port', interfacePortId);
  const face = view.get('interface', row?.interface_id);
  if (!row || row.port_name === null || face?.mode !== 'vif') return;
  const edgeFace = edgeInterfaceOn(view, row.port_name);
  const edges = edgeFace ? edgeVlansOf(view, edgeFace.id) : [];
  for (const lease of view.find('mac_lease', 'interface_id', face.id)) declared(view, emit, lease, edges);
}

function declared(view: View, emit: Emit, lease: MacLease, edges: readonly EdgeVlan[]): void {
  const mac = lease.mac_address;
  const addresses = view.find('ip_lease', 'mac_lease_id', lease.id);
  const edge = edges.find(({ domain: { kind, id } }) =>
    kind === 'network' ? addresses.some(({ network_id }) => network_id === id) : lease.segment_id === id,
  );
  if (!edge?.active) return;
  const { interface_id: interfaceId } = lease;
  const { end, ofport, portName, claim } = edge;
  emit.output('localInterface', interfaceId, {
    interface_id: interfaceId,
    port_name: portName,
    port_number: ofport,
    claim,
  });
  emit.output('bound', interfaceId, { id: interfaceId, ofport, zone: UNTRACKED });
  const uplink = uplinkPort(view);
  if (uplink !== undefined) emit.output('announcement', `mac ${mac}`, { mac, port: uplink });
  emit.flow({ table: 'UPLINK', priority: PRIORITY.guard, feature: 'edge', match: { eth_src: mac } });
  emit.flow({
    table: 'DELIVERY',
    priority: PRIORITY.base,
    feature: 'edge',
    match: on([REGISTERS.DESTINATION, interfaceId]),
    actions: [load(REGISTERS.DESTINATION, end)],
    goto: 'EDGE_OPEN',
  });
  const here = addresses.filter(({ network_id }) => edge.domain.kind === 'network' && network_id === edge.domain.id);
  if (edge.domain.kind === 'segment') {
    allow(emit, edge, mac, {});
    return;
  }
  fromPeers(emit, mac, here, new Set([edge.domain.id]), null);
  ownAddressesOnly(emit, edge, mac, here);
}

/** Anti-spoofing as for a virtual machine: what the machine sends has its own addresses. */
function ownAddressesOnly(emit: Emit, edge: EdgeVlan, mac: number, leases: readonly IpLease[]): void {
  for (const { ipv4_address: address } of leases) {
    allow(emit, edge, mac, { eth_type: ETHERTYPE.ipv4, ipv4_src: address });
    allow(emit, edge, mac, { eth_type: ETHERTYPE.arp, arp_sha: mac, arp_spa: address });
    ownAddressInArp(emit, edge, address);
  }
  allow(emit, edge, mac, { eth_type: ETHERTYPE.arp, arp_sha: mac, arp_spa: 0 });
  allow(emit, edge, mac, {
    eth_type: ETHERTYPE.ipv4,
    ipv4_src: 0,
    ipv4_dst: 0xffffffff,
    ip_proto: IP_PROTOCOL.udp,
    udp_src: 68,
    udp_dst: 67,
  });
}

function allow(emit: Emit, { end }: EdgeVlan, mac: number, match: Readonly<Record<string, number>>): void {
  emit.flow({
    table: 'EDGE_SOURCE',
    priority: PRIORITY.specific,
    feature: 'edge',
    match: { ...on([REGISTERS.SOURCE, end]), eth_src: mac, ...match },
    goto: match['eth_type'] === ETHERTYPE.arp ? 'ARP' : 'L2',
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
