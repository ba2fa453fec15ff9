import { ETHERTYPE } from '@vnet/packet';
import type { Match } from '@vnet/openflow';
import { PRIORITY } from '../../pipeline/priorities.ts';
import { uplinks } from '../bindings.ts';
import { networkDomain, segmentDomain, type Domain } from '../domain.ts';
import { activeVlansOf } from './bindings.ts';
import type { Emit, View } from '../emit.ts';

/** Who is known by the model is not to be found behind an edge, unless declared there: that has more specific flows. */
const SPOOFED = { table: 'EDGE_SOURCE', priority: PRIORITY.base + 1, feature: 'edge' } as const;

/** An address of a network that has an edge here. */
export function edgeGuard(view: View, emit: Emit, ipLeaseId: number): void {
  guard(emit, leasedAddress(view, emit, ipLeaseId));
}

/** A MAC of a segment that has an edge here. */
export function edgeStation(view: View, emit: Emit, macLeaseId: number): void {
  guard(emit, leasedStation(view, emit, macLeaseId));
}

/** The MAC of a datapath for a network that has an edge here. */
export function edgeReserved(view: View, emit: Emit, datapathNetworkId: number): void {
  guard(emit, reservedMac(view, datapathNetworkId));
}

/** The MAC of a datapath for a segment that has an edge here. */
export function edgeReservedInSegment(view: View, emit: Emit, datapathSegmentId: number): void {
  guard(emit, reservedMacInSegment(view, datapathSegmentId));
}

export function hostMacs(view: View, emit: Emit): void {
  for (const mac of ownMacs(view)) emit.flow({ ...SPOOFED, priority: PRIORITY.guard, match: { eth_src: mac } });
}

function guard(emit: Emit, taken: Taken | undefined): void {
  for (const match of taken?.matches ?? []) emit.flow({ ...SPOOFED, match: { metadata: taken!.key, ...match } });
}

/** What somebody else has in a domain: nobody who is not declared sends it. */
export interface Taken {
  /** Of the domain. */
  readonly key: number;
  readonly matches: readonly Match[];
}

/** Of an address of a network; the VLANs hear where its MAC is. */
export function leasedAddress(view: View, emit: Emit, ipLeaseId: number): Taken | undefined {
  const lease = view.get('ip_lease', ipLeaseId);
  const mac = view.get('mac_lease', lease?.mac_lease_id)?.mac_address;
  if (!lease) return undefined;
  const { network_id: key, ipv4_address: address } = lease;
  if (mac !== undefined) announce(view, emit, networkDomain(key), mac, lease.interface_id);
  return {
    key,
    matches: [
      ...(mac === undefined ? [] : [{ eth_src: mac }]),
      { eth_type: ETHERTYPE.arp, arp_spa: address },
      { eth_type: ETHERTYPE.ipv4, ipv4_src: address },
    ],
  };
}

/** Of a MAC of a segment; the VLANs hear where it is. */
export function leasedStation(view: View, emit: Emit, macLeaseId: number): Taken | undefined {
  const lease = view.get('mac_lease', macLeaseId);
  if (!lease || lease.segment_id === null) return undefined;
  const domain = segmentDomain(lease.segment_id);
  announce(view, emit, domain, lease.mac_address, lease.interface_id);
  return { key: domain.key, matches: [{ eth_src: lease.mac_address }] };
}

/** Of the MAC of a datapath for a network. */
export function reservedMac(view: View, datapathNetworkId: number): Taken | undefined {
  const row = view.get('datapath_network', datapathNetworkId);
  return row && { key: row.network_id, matches: [{ eth_src: row.mac_address }] };
}

/** Of the MAC of a datapath for a segment. */
export function reservedMacInSegment(view: View, datapathSegmentId: number): Taken | undefined {
  const row = view.get('datapath_segment', datapathSegmentId);
  return row && { key: segmentDomain(row.segment_id).key, matches: [{ eth_src: row.mac_address }] };
}

/** The MACs of this host itself, whether the model knows them or not: frames to them are the host's. */
export function ownMacs(view: View): readonly number[] {
  return [...view.find('port', 'role', 'local'), ...uplinks(view)].flatMap(({ mac }) => mac ?? []);
}

/** The legacy switches hear that the machines of the domain are behind this trunk: at once when it has taken over. */
function announce(view: View, emit: Emit, domain: Domain, mac: number, interfaceId: number | null): void {
  for (const { id, ofport, trunk, vlan } of activeVlansOf(view, domain)) {
    if (view.get('bound', interfaceId)?.ofport === ofport) continue;
    emit.output('announcement', `vlan ${id} mac ${mac}`, { mac, port: trunk.active.ofport, vlan });
  }
}
