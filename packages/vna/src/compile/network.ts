import { GROUP_MAC } from '../pipeline/match-values.ts';
import { PRIORITY } from '../pipeline/priorities.ts';
import { broadcastDomain, networkDomain } from './domain.ts';
import type { Emit, View } from './emit.ts';

/** A virtual network that is in use on this host. */
export function network(view: View, emit: Emit, id: number): void {
  const row = view.get('network', id);
  if (!row) return;
  emit.each('ip_lease', 'network_id', id, 'endpoint');
  emit.each('datapath_network', 'network_id', id, 'member');
  broadcastDomain(view, emit, networkDomain(id), row.mtu);
  emit.flow({
    table: 'L2',
    priority: PRIORITY.base,
    feature: 'network',
    match: { metadata: id, eth_dst: GROUP_MAC },
    goto: 'FLOOD_LOCAL',
  });
}
