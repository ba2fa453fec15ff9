import { BROADCAST_MAC, ETHERTYPE } from '@vnet/packet';
import { GROUP_MAC, IPV4_MULTICAST, IPV4_MULTICAST_MAC, UNTAGGED } from '../pipeline/match-values.ts';
import { PRIORITY } from '../pipeline/priorities.ts';
import { REGISTERS, on } from '../pipeline/registers.ts';
import { ownDatapath, uplinkPort } from './bindings.ts';
import type { Emit, View } from './emit.ts';
import { tooBigForTunnel } from './underlay.ts';

/** A virtual network that is in use on this host. */
export function network(view: View, emit: Emit, id: number): void {
  const row = view.get('network', id);
  if (!row) return;
  const base = { priority: PRIORITY.base, feature: 'network' } as const;
  emit.each('ip_lease', 'network_id', id, 'endpoint');
  emit.each('datapath_network', 'network_id', id, 'member');

  emit.flow({ ...base, table: 'TUNNEL', match: { tunnel_id: id }, metadata: id, goto: 'L2' });
  emit.flow({ ...base, table: 'L2', match: { metadata: id, eth_dst: GROUP_MAC }, goto: 'FLOOD_LOCAL' });
  emit.flow({
    ...base,
    priority: PRIORITY.counter,
    table: 'ARP',
    match: { metadata: id, eth_type: ETHERTYPE.arp, arp_op: 1, eth_dst: BROADCAST_MAC },
  });
  const tooBig = tooBigForTunnel(view, row.mtu);
  emit.flow({ ...base, table: 'TUNNEL_MTU', match: { metadata: id }, actions: [tooBig], goto: 'UNDERLAY' });
  emit.flowPart({
    table: 'FLOOD_PEERS',
    priority: PRIORITY.base,
    feature: 'flood',
    match: { metadata: id, ...on([REGISTERS.REMOTE, 0]) },
    order: '',
    actions: [tooBig],
  });
  fromPeers(view, emit, id);
}

/** MAC2MAC floods: the MAC of this datapath for the network names the network, and is replaced by what it was. */
function fromPeers(view: View, emit: Emit, id: number): void {
  const own = ownDatapath(view);
  const ownRow = own && view.find('datapath_network', 'network_id datapath_id', `${id} ${own.id}`)[0];
  if (!ownRow) return;
  const mac = ownRow.mac_address;
  const uplink = uplinkPort(view);
  if (uplink !== undefined) emit.output('announcement', `mac ${mac}`, { mac, port: uplink });
  emit.flow({
    table: 'UPLINK',
    priority: PRIORITY.base + 1,
    feature: 'network',
    match: { eth_dst: mac, vlan_vid: UNTAGGED },
    actions: [{ type: 'set_field', field: 'eth_dst', value: BROADCAST_MAC }],
    metadata: id,
    goto: 'FLOOD_LOCAL',
  });
  emit.flow({
    table: 'UPLINK',
    priority: PRIORITY.specific,
    feature: 'network',
    match: { eth_dst: mac, vlan_vid: UNTAGGED, eth_type: ETHERTYPE.ipv4, ipv4_dst: IPV4_MULTICAST },
    // RFC 1112: 01:00:5e and the low 23 bits of the group's address.
    actions: [
      { type: 'set_field', field: 'eth_dst', value: IPV4_MULTICAST_MAC },
      { type: 'move', from: { field: 'ipv4_dst', offset: 0 }, to: { field: 'eth_dst', offset: 0 }, bits: 23 },
    ],
    metadata: id,
    goto: 'FLOOD_LOCAL',
  });
}
