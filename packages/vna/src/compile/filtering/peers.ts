import type { Match } from '@vnet/openflow';
import { ETHERTYPE } from '@vnet/packet';
import { PRIORITY } from '../../pipeline/priorities.ts';
import { REGISTERS, load } from '../../pipeline/registers.ts';
import { TABLES } from '../../pipeline/tables.ts';
import { segmentDomain } from '../domain.ts';
import { ordinal, type Unit } from '../emit.ts';
import { WAYS, type Direction } from './direction.ts';

/** A group that rules name: its members are known by their addresses in networks, and their MACs in segments. */
export function peersUnit(direction: Direction): Unit {
  return (_view, emit, id) => {
    emit.output('scope', `group/${id}`, true);
    emit.each('interface_security_group', 'security_group_id', id, MEMBERS[direction]);
  };
}

/** Units for one membership. */
export const MEMBERS: { readonly [D in Direction]: string } = { ingress: 'ingressMember', egress: 'egressMember' };

/**
 * A member, wherever it lives: one flow for each address in a network and each MAC in a segment, which asks the rules once for
 * each of the groups that it is in. Addresses are told apart by network, so that tenants with the same ones are not taken for
 * each other; in a segment a machine may have any address, and only its MAC is its own.
 */
export function memberUnit(direction: Direction): Unit {
  const way = WAYS[direction];
  return (view, emit, id) => {
    const row = view.get('interface_security_group', id);
    if (!row) return;
    const group = row.security_group_id;
    const isMember = (match: Match): void =>
      emit.flowPart({
        table: way.peers,
        priority: PRIORITY.base,
        feature: 'group',
        match: { eth_type: ETHERTYPE.ipv4, ...match },
        order: ordinal(group),
        actions: [load(REGISTERS.PEER_GROUP, group), { type: 'resubmit', table: TABLES[way.rules].id }],
      });
    for (const { network_id, ipv4_address } of view.find('ip_lease', 'interface_id', row.interface_id)) {
      isMember({ metadata: network_id, [way.remote]: ipv4_address });
    }
    for (const { segment_id, mac_address } of view.find('mac_lease', 'interface_id', row.interface_id)) {
      if (segment_id !== null) isMember({ metadata: segmentDomain(segment_id).key, [way.remoteMac]: mac_address });
    }
  };
}
