import { BROADCAST_MAC, ETHERTYPE } from '@vnet/packet';
import {
  GROUP_MAC,
  IPV4_GROUP_MACS,
  IPV4_MULTICAST,
  IPV6_GROUP_MACS,
  IPV6_MULTICAST,
  UNTAGGED,
} from '../pipeline/match-values.ts';
import type { Flow } from '../pipeline/flow.ts';
import { PRIORITY } from '../pipeline/priorities.ts';
import { REGISTERS, load, on } from '../pipeline/registers.ts';
import type { Tables } from '../state/tables.ts';
import { broadcastDomain, segmentDomain, type Domain } from './domain.ts';
import type { Emit, View } from './emit.ts';
import { joinDomain } from './membership.ts';
import { knownSource, learning, learns } from './promiscuous.ts';
import { unicast } from './unicast.ts';

/** A segment that is in use on this host: a network by MAC alone. */
export function segment(view: View, emit: Emit, id: number): void {
  if (!view.get('segment', id)) return;
  emit.each('mac_lease', 'segment_id', id, 'station');
  emit.each('datapath_segment', 'segment_id', id, 'segmentMember');
  const domain = segmentDomain(id);
  broadcastDomain(view, emit, domain, null, learns(view, id));
  groups(emit, domain.key);
  if (learns(view, id)) learning(emit, id);
}

/** A MAC of a segment, wherever it lives. */
export function station(view: View, emit: Emit, id: number): void {
  const lease = view.get('mac_lease', id);
  if (!lease || lease.segment_id === null) return;
  const { key } = segmentDomain(lease.segment_id);
  unicast(view, emit, key, lease.mac_address, lease.interface_id);
  if (learns(view, lease.segment_id)) knownSource(emit, key, lease.mac_address);
}

/** A MAC of this host that is in a segment: what it may send, and what neighbours send to it as it is. */
export function segmentLease(view: View, emit: Emit, lease: Tables['mac_lease']): void {
  if (lease.segment_id === null) return;
  const { segment_id: segmentId, interface_id: interfaceId, mac_address: mac } = lease;
  const domain = segmentDomain(segmentId);
  const metadata = domain.key;
  joinDomain(emit, domain, interfaceId);
  // Addresses in networks of their own are more specific.
  emit.flow({
    table: 'PORT_SECURITY',
    priority: PRIORITY.any,
    feature: 'segment',
    match: { ...on([REGISTERS.SOURCE, interfaceId]), eth_src: mac },
    metadata,
    goto: 'EGRESS',
  });
  emit.flow(arrivalInSegment(view, domain, mac));
}

/** What neighbours send to a MAC of a segment as it is. */
export function arrivalInSegment(view: View, { id, key }: Domain, mac: number): Flow {
  return {
    table: 'UPLINK',
    priority: PRIORITY.base + 1,
    feature: 'segment',
    match: { eth_dst: mac, vlan_vid: UNTAGGED },
    metadata: key,
    goto: learns(view, id) ? 'LEARN' : 'L2',
  };
}

/** MAC2MAC replaces the destination of a flood; a group that is not the IP destination's could not be restored. */
function groups(emit: Emit, key: number): void {
  const flood = { table: 'L2', feature: 'segment', goto: 'FLOOD_LOCAL' } as const;
  const restorable = [
    { eth_dst: BROADCAST_MAC },
    { eth_dst: IPV4_GROUP_MACS, eth_type: ETHERTYPE.ipv4, ipv4_dst: IPV4_MULTICAST },
    { eth_dst: IPV6_GROUP_MACS, eth_type: ETHERTYPE.ipv6, ipv6_dst: IPV6_MULTICAST },
  ];
  for (const match of restorable) {
    emit.flow({ ...flood, priority: PRIORITY.guard, match: { metadata: key, ...match } });
  }
  emit.flow({
    ...flood,
    priority: PRIORITY.specific,
    match: { metadata: key, eth_dst: GROUP_MAC },
    actions: [load(REGISTERS.TUNNEL_ONLY, 1)],
  });
  emit.flow({
    table: 'FLOOD_CHUNK',
    priority: PRIORITY.guard,
    feature: 'segment',
    match: { metadata: key, ...on([REGISTERS.TUNNEL_ONLY, 1], [REGISTERS.CHUNK_MAC2MAC, 1]) },
  });
}
