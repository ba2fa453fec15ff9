import { parseSecurityRules, type SecurityRule } from '@vnet/model';
import type { Match } from '@vnet/openflow';
import { ETHERTYPE, IP_PROTOCOL } from '@vnet/packet';
import { PRIORITY } from '../../pipeline/priorities.ts';
import { REGISTERS, load, on } from '../../pipeline/registers.ts';
import type { Emit, View } from '../emit.ts';
import { DIRECTIONS, WAYS, type Direction, type Way } from './direction.ts';
import { LATER_FRAGMENT, portMasks, subnet } from './matches.ts';

/**
 * A security group that a local interface is in: one flow for each rule (a range of ports takes some more), however many
 * interfaces it has here and however many members the groups have that its rules name.
 *
 * A rule that names a group matches that group's id, which table `INGRESS_PEERS` (`EGRESS_PEERS`) has found out from the
 * address: so a member more is one flow more there, and no rule changes.
 */
export function group(view: View, emit: Emit, id: number): void {
  const row = view.get('security_group', id);
  if (!row) return;
  const { parsed, errors } = parseSecurityRules(row.rules);
  if (errors.length > 0) {
    emit.output('warning', `rules ${id}`, {
      message: 'rules of a security group cannot be read: they allow nothing',
      details: { group: row.uuid, errors: errors.map(({ line, message }) => `line ${line}: ${message}`) },
    });
  }
  for (const direction of DIRECTIONS) {
    const way = WAYS[direction];
    const rules = parsed.filter((rule) => rule.direction === direction);
    if (direction === 'egress' && rules.length === 0) accept(emit, way, on([REGISTERS.GROUP, id]));
    for (const rule of rules) allow(view, emit, way, id, rule);
    if (row.trust_members) {
      emit.need(PEERS[direction], id);
      accept(emit, way, { ...on([REGISTERS.GROUP, id], [REGISTERS.PEER_GROUP, id]), eth_type: ETHERTYPE.ipv4 });
    }
  }
}

/** Units that know the members of a group as peers. */
export const PEERS: { readonly [D in Direction]: string } = { ingress: 'ingressPeers', egress: 'egressPeers' };

function allow(view: View, emit: Emit, way: Way, group: number, rule: SecurityRule): void {
  const match = peerMatch(view, emit, way, group, rule);
  if (!match) return;
  const { protocol, ports } = rule;
  const field = protocol === null ? undefined : PORT_FIELDS.get(protocol);
  const packets = { ...match, eth_type: ETHERTYPE.ipv4, ...(protocol === null ? {} : { ip_proto: protocol }) };
  if (!ports || !field) return accept(emit, way, packets);
  for (const { value, mask } of portMasks(ports)) {
    accept(emit, way, { ...packets, [field]: mask === 0xffff ? value : { value, mask } });
  }
  // Only the first fragment has ports; it decides, as nothing can be put together without it.
  accept(emit, way, { ...packets, ...LATER_FRAGMENT });
}

const SCTP = 132;

const PORT_FIELDS: ReadonlyMap<number, 'tcp_dst' | 'udp_dst' | 'sctp_dst'> = new Map([
  [IP_PROTOCOL.tcp, 'tcp_dst'],
  [IP_PROTOCOL.udp, 'udp_dst'],
  [SCTP, 'sctp_dst'],
]);

/** Who a rule is about; undefined while the group that it names is not known: then it allows nothing. */
function peerMatch(view: View, emit: Emit, way: Way, group: number, { peer }: SecurityRule): Match | undefined {
  if (typeof peer !== 'string') {
    return { ...on([REGISTERS.GROUP, group], [REGISTERS.PEER_GROUP, 0]), ...subnet(way.remote, peer) };
  }
  emit.output('scope', `group/${peer}`, true);
  const [named] = view.findIds('security_group', 'uuid', peer);
  if (named === undefined) return undefined;
  emit.need(PEERS[way.direction], named);
  return on([REGISTERS.GROUP, group], [REGISTERS.PEER_GROUP, named]);
}

function accept(emit: Emit, way: Way, match: Match): void {
  emit.flow({
    table: way.rules,
    priority: PRIORITY.base,
    feature: 'group',
    match,
    actions: [load(REGISTERS.ACCEPTED, 1)],
  });
}
