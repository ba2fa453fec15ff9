import { ETHERTYPE } from '@vnet/packet';
import { PRIORITY } from '../../pipeline/priorities.ts';
import { REGISTERS, load } from '../../pipeline/registers.ts';
import { TABLES } from '../../pipeline/tables.ts';
import { ordinal, type Unit } from '../emit.ts';
import { WAYS, type Direction } from './direction.ts';

/** A group that rules name: its members are known by their addresses. */
export function peersUnit(direction: Direction): Unit {
  return (_view, emit, id) => {
    emit.output('scope', `group/${id}`, true);
    emit.each('interface_security_group', 'security_group_id', id, MEMBERS[direction]);
  };
}

/** Units for one membership. */
export const MEMBERS: { readonly [D in Direction]: string } = { ingress: 'ingressMember', egress: 'egressMember' };

/**
 * A member, wherever it lives: one flow for each (network, address), which asks the rules once for each of the groups that
 * the address is in. Addresses are told apart by network, so that tenants with the same ones are not taken for each other.
 */
export function memberUnit(direction: Direction): Unit {
  const way = WAYS[direction];
  return (view, emit, id) => {
    const row = view.get('interface_security_group', id);
    if (!row) return;
    for (const lease of view.find('ip_lease', 'interface_id', row.interface_id)) {
      emit.flowPart({
        table: way.peers,
        priority: PRIORITY.base,
        feature: 'group',
        match: { metadata: lease.network_id, eth_type: ETHERTYPE.ipv4, [way.remote]: lease.ipv4_address },
        order: ordinal(row.security_group_id),
        actions: [load(REGISTERS.PEER_GROUP, row.security_group_id), { type: 'resubmit', table: TABLES[way.rules].id }],
      });
    }
  };
}
