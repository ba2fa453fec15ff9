import type { Match } from '@vnet/openflow';
import { inMetadata } from '../../pipeline/plain-metadata.ts';
import type { Flow } from '../../pipeline/flow.ts';
import { PRIORITY } from '../../pipeline/priorities.ts';
import { homeOf, transportTo, uplinkPort } from '../bindings.ts';
import { segmentDomain } from '../domain.ts';
import { pushTag } from '../edge/bindings.ts';
import type { Emit, View } from '../emit.ts';
import { learns } from '../promiscuous.ts';
import { knownSender } from './learning.ts';

/** An address of a network, wherever it lives. Who asks for it by ARP is answered by its machine. */
export function plainEndpoint(view: View, emit: Emit, id: number): void {
  const lease = view.get('ip_lease', id);
  const mac = view.get('mac_lease', lease?.mac_lease_id)?.mac_address;
  if (!lease || mac === undefined || lease.interface_id === null) return;
  wayTo(view, emit, lease.network_id, mac, lease.interface_id);
}

/** A MAC of a segment, wherever it lives. */
export function plainStation(view: View, emit: Emit, id: number): void {
  const lease = view.get('mac_lease', id);
  if (!lease || lease.segment_id === null) return;
  const { key } = segmentDomain(lease.segment_id);
  wayTo(view, emit, key, lease.mac_address, lease.interface_id);
  if (learns(view, lease.segment_id)) knownSender(emit, key, lease.mac_address);
}

function wayTo(view: View, emit: Emit, key: number, mac: number, interfaceId: number): void {
  const bound = view.get('bound', interfaceId);
  if (bound) {
    const match = { ...inMetadata({ network: key }), eth_dst: mac };
    emit.flow(bound.vlan === null ? toPort(match, bound.ofport) : toVlan(match, bound.vlan));
    return;
  }
  const home = homeOf(view, interfaceId);
  if (home !== undefined && home !== 'here') toPeer(view, emit, key, mac, home.datapathId);
}

const way = { table: 'WAY', priority: PRIORITY.base, feature: 'endpoint' } as const;

function toPort(match: Match, port: number): Flow {
  return { ...way, match, actions: [{ type: 'output', port }] };
}

/** With the tag of the VLAN, by which the next table knows the port. */
export function toVlan(match: Match, vlan: number): Flow {
  return { ...way, match, actions: pushTag(vlan), goto: 'VLANS' };
}

/** Over the physical network as it is; never back there, where packets would go round. */
export function toPeer(view: View, emit: Emit, key: number, mac: number, datapathId: number): void {
  emit.need('plainPeer', datapathId);
  const uplink = uplinkPort(view);
  if (uplink === undefined || transportTo(view, datapathId)?.kind !== 'uplink') return;
  emit.flow(toPort({ ...inMetadata({ network: key, remote: false }), eth_dst: mac }, uplink));
}
