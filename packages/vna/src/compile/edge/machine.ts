import { ETHERTYPE } from '@vnet/packet';
import type { Match } from '@vnet/openflow';
import { PRIORITY } from '../../pipeline/priorities.ts';
import { REGISTERS, load, on } from '../../pipeline/registers.ts';
import { TABLES } from '../../pipeline/tables.ts';
import type { Tables } from '../../state/tables.ts';
import { uplinkPort } from '../bindings.ts';
import { edgeInterfaceOn, edgeVlansOf, type EdgeVlan } from './bindings.ts';
import { machineZone } from './zone.ts';
import type { Emit, View } from '../emit.ts';
import { filteringOf } from '../filtering/interface.ts';
import { ownPackets } from '../own-mac.ts';
import { fromPeers } from '../port.ts';
import { arrivalInSegment } from '../segment.ts';

/** A MAC of a legacy machine that the model declares, behind the VLAN that this host carries. */
export interface Declared {
  readonly mac: number;
  readonly face: Tables['interface'];
  readonly edge: EdgeVlan;
  /** Its addresses in the network; none in a segment. */
  readonly leases: readonly Tables['ip_lease'][];
}

/**
 * The legacy machine that the model declares by an interface of mode vif whose port is an edge port. Its VLAN is the one that
 * is mapped to its network or segment there, the first if there are several.
 *
 * @param connects whether the switch can do for an interface what the model wants; one that it cannot is left out
 */
export function declaredMachine(
  view: View,
  emit: Emit,
  interfacePortId: number,
  connects: (face: Tables['interface'], portName: string) => boolean = () => true,
): Declared[] {
  const row = view.get('interface_port', interfacePortId);
  const face = view.get('interface', row?.interface_id);
  if (!row || row.port_name === null || face?.mode !== 'vif') return [];
  const edgeFace = edgeInterfaceOn(view, row.port_name);
  if (!edgeFace || !connects(face, row.port_name)) return [];
  const edges = edgeVlansOf(view, edgeFace.id);
  const leases = view.find('mac_lease', 'interface_id', face.id);
  return leases.flatMap((lease) => declared(view, emit, face, lease, edges) ?? []);
}

function declared(
  view: View,
  emit: Emit,
  face: Tables['interface'],
  lease: Tables['mac_lease'],
  edges: readonly EdgeVlan[],
): Declared | undefined {
  const { mac_address: mac } = lease;
  const addresses = view.find('ip_lease', 'mac_lease_id', lease.id);
  const edge = edges.find(({ domain: { kind, id } }) =>
    kind === 'network' ? addresses.some(({ network_id }) => network_id === id) : lease.segment_id === id,
  );
  if (!edge?.active) return undefined;
  const { ofport, vlan, portName, claim, domain } = edge;
  emit.output('localInterface', face.id, {
    interface_id: face.id,
    port_name: portName,
    port_number: ofport,
    claim,
  });
  emit.output('bound', face.id, { id: face.id, ofport, zone: machineZone(view, emit, face.id), vlan });
  const uplink = uplinkPort(view);
  if (uplink !== undefined) emit.output('announcement', `mac ${mac}`, { mac, port: uplink });
  const leases = addresses.filter(({ network_id }) => domain.kind === 'network' && network_id === domain.id);
  return { mac, face, edge, leases };
}

/** What a declared machine may send: anything in a segment, from its own addresses in a network. */
export function declaredPackets({ mac, edge, leases }: Declared): readonly Match[] {
  return edge.domain.kind === 'segment' ? [{}] : ownPackets(mac, leases).map(({ match }) => match);
}

export function edgeMachine(view: View, emit: Emit, interfacePortId: number): void {
  for (const each of declaredMachine(view, emit, interfacePortId)) flowsOf(view, emit, each);
}

function flowsOf(view: View, emit: Emit, machine: Declared): void {
  const { mac, face, edge, leases } = machine;
  emit.need('filtering', face.id);
  emit.flow({ table: 'UPLINK', priority: PRIORITY.guard, feature: 'edge', match: { eth_src: mac } });
  asInterface(emit, edge, face.id);
  for (const match of declaredPackets(machine)) {
    emit.flow({
      table: 'EDGE_SOURCE',
      priority: PRIORITY.specific,
      feature: 'edge',
      match: { ...on([REGISTERS.SOURCE, edge.end]), eth_src: mac, ...match },
      actions: [load(REGISTERS.SOURCE, face.id), { type: 'resubmit', table: TABLES.EGRESS.id }],
    });
  }
  if (edge.domain.kind === 'segment') {
    emit.flow(arrivalInSegment(view, edge.domain, mac));
    return;
  }
  fromPeers(emit, { mac, leases, networks: new Set([edge.domain.id]), segmentId: null });
  for (const { ipv4_address: address } of leases) ownAddressInArp(emit, edge, address);
  const { filtered, grouped } = filteringOf(view, face);
  if (filtered || grouped) judgeFloods(emit, edge, face.id, leases);
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
function judgeFloods(emit: Emit, { end }: EdgeVlan, interfaceId: number, leases: Declared['leases']): void {
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
