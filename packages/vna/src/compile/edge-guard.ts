import { ETHERTYPE } from '@vnet/packet';
import type { Match } from '@vnet/openflow';
import { PRIORITY } from '../pipeline/priorities.ts';
import { uplinks } from './bindings.ts';
import { networkDomain, segmentDomain, type Domain } from './domain.ts';
import { activeVlansOf } from './edge-bindings.ts';
import type { Emit, View } from './emit.ts';

/** Who is known by the model is not to be found behind an edge, unless declared there: that has more specific flows. */
const SPOOFED = { table: 'EDGE_SOURCE', priority: PRIORITY.base + 1, feature: 'edge' } as const;

/** An address of a network that has an edge here. */
export function edgeGuard(view: View, emit: Emit, ipLeaseId: number): void {
  const lease = view.get('ip_lease', ipLeaseId);
  const mac = view.get('mac_lease', lease?.mac_lease_id)?.mac_address;
  if (!lease) return;
  const { network_id: metadata, ipv4_address: address } = lease;
  const spoofed: readonly Match[] = [
    ...(mac === undefined ? [] : [{ eth_src: mac }]),
    { eth_type: ETHERTYPE.arp, arp_spa: address },
    { eth_type: ETHERTYPE.ipv4, ipv4_src: address },
  ];
  for (const match of spoofed) emit.flow({ ...SPOOFED, match: { metadata, ...match } });
  if (mac !== undefined) announce(view, emit, networkDomain(metadata), mac, lease.interface_id);
}

/** A MAC of a segment that has an edge here. */
export function edgeStation(view: View, emit: Emit, macLeaseId: number): void {
  const lease = view.get('mac_lease', macLeaseId);
  if (!lease || lease.segment_id === null) return;
  const domain = segmentDomain(lease.segment_id);
  emit.flow({ ...SPOOFED, match: { metadata: domain.key, eth_src: lease.mac_address } });
  announce(view, emit, domain, lease.mac_address, lease.interface_id);
}

/** The MAC of a datapath for a network that has an edge here. */
export function edgeReserved(view: View, emit: Emit, datapathNetworkId: number): void {
  const row = view.get('datapath_network', datapathNetworkId);
  if (row) reserved(emit, networkDomain(row.network_id), row.mac_address);
}

/** The MAC of a datapath for a segment that has an edge here. */
export function edgeReservedInSegment(view: View, emit: Emit, datapathSegmentId: number): void {
  const row = view.get('datapath_segment', datapathSegmentId);
  if (row) reserved(emit, segmentDomain(row.segment_id), row.mac_address);
}

function reserved(emit: Emit, { key }: Domain, mac: number): void {
  emit.flow({ ...SPOOFED, match: { metadata: key, eth_src: mac } });
}

/** The MACs of this host itself, whether the model knows them or not: frames to them are the host's. */
export function hostMacs(view: View, emit: Emit): void {
  for (const { mac } of [...view.find('port', 'role', 'local'), ...uplinks(view)]) {
    if (mac !== null) emit.flow({ ...SPOOFED, priority: PRIORITY.guard, match: { eth_src: mac } });
  }
}

/** The legacy switches hear that the machines of the domain are behind this trunk: at once when it has taken over. */
function announce(view: View, emit: Emit, domain: Domain, mac: number, interfaceId: number | null): void {
  for (const { id, ofport, trunk, vlan } of activeVlansOf(view, domain)) {
    if (view.get('bound', interfaceId)?.ofport === ofport) continue;
    emit.output('announcement', `vlan ${id} mac ${mac}`, { mac, port: trunk.active.ofport, vlan });
  }
}
