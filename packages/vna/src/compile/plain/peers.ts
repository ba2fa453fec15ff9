import type { Match } from '@vnet/openflow';
import { BROADCAST_MAC, ETHERTYPE } from '@vnet/packet';
import {
  GROUP_MAC,
  IPV4_GROUP_MACS,
  IPV4_MULTICAST,
  IPV6_GROUP_MACS,
  IPV6_MULTICAST,
} from '../../pipeline/match-values.ts';
import { inMetadata } from '../../pipeline/plain-metadata.ts';
import { PRIORITY } from '../../pipeline/priorities.ts';
import { ownDatapath, transportTo, uplinkPort } from '../bindings.ts';
import { inUse, networkDomain, segmentDomain, type Domain } from '../domain.ts';
import { ordinal, type Emit, type View } from '../emit.ts';

/** Another datapath that has the network. */
export function plainMember(view: View, emit: Emit, id: number): void {
  const row = view.get('datapath_network', id);
  if (row) copies(view, emit, networkDomain(row.network_id), row);
}

/** Another datapath that has the segment. */
export function plainSegmentMember(view: View, emit: Emit, id: number): void {
  const row = view.get('datapath_segment', id);
  if (row) copies(view, emit, segmentDomain(row.segment_id), row);
}

/** MAC2MAC replaces the destination of a flood: what could not be restored stays on this host. */
const FLOODED: Readonly<Record<Domain['kind'], readonly Match[]>> = {
  network: [{ eth_dst: GROUP_MAC }],
  segment: [
    { eth_dst: BROADCAST_MAC },
    { eth_dst: IPV4_GROUP_MACS, eth_type: ETHERTYPE.ipv4, ipv4_dst: IPV4_MULTICAST },
    { eth_dst: IPV6_GROUP_MACS, eth_type: ETHERTYPE.ipv6, ipv6_dst: IPV6_MULTICAST },
  ],
};

/** A peer gets one copy of each flood, while the domain is in use there. */
function copies(
  view: View,
  emit: Emit,
  domain: Domain,
  { datapath_id, mac_address }: { readonly datapath_id: number; readonly mac_address: number },
): void {
  const own = ownDatapath(view);
  if (!own || datapath_id === own.id || !inUse(view, domain, datapath_id)) return;
  emit.need('plainPeer', datapath_id);
  const uplink = uplinkPort(view);
  if (uplink === undefined || transportTo(view, datapath_id)?.kind !== 'uplink') return;
  for (const flooded of FLOODED[domain.kind]) {
    emit.flowPart({
      table: 'PEERS',
      priority: PRIORITY.base,
      feature: 'flood',
      match: { ...inMetadata({ network: domain.key, remote: false }), ...flooded },
      order: ordinal(datapath_id),
      actions: [
        { type: 'set_field', field: 'eth_dst', value: mac_address },
        { type: 'output', port: uplink },
      ],
    });
  }
}

/** Another datapath that has something to do with this one: said when it cannot be reached. */
export function plainPeer(view: View, emit: Emit, datapathId: number): void {
  const own = ownDatapath(view);
  if (!own || own.id === datapathId || transportTo(view, datapathId)?.kind !== 'tunnel') return;
  const { uuid } = view.get('datapath', datapathId) ?? { uuid: datapathId };
  emit.output('warning', `peer ${uuid}`, {
    message: 'a peer is reached by GRE only, which a switch with plain OpenFlow 1.3 does not do: nothing is sent there',
    details: {
      datapath: uuid,
      remedy: `give both hosts addresses in one physical network, or use a switch with extensions (vnctl datapath modify ${own.uuid} --enable-ovs-learn-action true)`,
    },
  });
}
