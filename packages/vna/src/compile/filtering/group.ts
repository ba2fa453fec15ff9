import { parseSecurityRules, type SecurityRule } from '@vnet/model';
import type { Match } from '@vnet/openflow';
import { ETHERTYPE, IP_PROTOCOL } from '@vnet/packet';
import { hash32 } from '../../hash.ts';
import { PRIORITY } from '../../pipeline/priorities.ts';
import { REGISTERS, load, on } from '../../pipeline/registers.ts';
import type { Tables } from '../../state/tables.ts';
import type { Emit, View } from '../emit.ts';
import { DIRECTIONS, WAYS, type Direction, type Way } from './direction.ts';
import { LATER_FRAGMENT, portMasks, subnet } from './matches.ts';

/**
 * A security group that a local interface is in: one flow for each rule (a range of ports takes some more) and one that
 * counts its connections, however many interfaces it has here and however many members the groups have that rules name.
 *
 * A rule that names a group matches that group's id, which table `INGRESS_PEERS` (`EGRESS_PEERS`) has found out from the
 * address: so a member more is one flow more there, and no rule changes.
 */
export function group(view: View, emit: Emit, id: number): void {
  const row = view.get('security_group', id);
  if (!row) return;
  const { parsed, errors } = parseSecurityRules(row.rules);
  if (errors.length > 0) {
    emit.output('warning', `rules ${row.uuid}`, {
      message: 'rules of a security group cannot be read: they allow nothing',
      details: { group: row.uuid, errors: errors.map(({ line, message }) => `line ${line}: ${message}`) },
    });
  }
  for (const direction of DIRECTIONS) {
    const accept = acceptor(emit, WAYS[direction], row);
    const rules = parsed.filter((rule) => rule.direction === direction);
    const isOpen = direction === 'egress' && rules.length === 0;
    if (isOpen) accept({}, OPEN);
    // Where everything is open, nobody has to know who is a member.
    if (!isOpen && row.trust_members) {
      emit.need(PEERS[direction], id);
      accept({ ...on([REGISTERS.PEER_GROUP, id]), eth_type: ETHERTYPE.ipv4 }, MEMBERS);
    }
    for (const rule of rules) allow(view, emit, WAYS[direction], rule, accept);
  }
}

/** Units that know the members of a group as peers. */
export const PEERS: { readonly [D in Direction]: string } = { ingress: 'ingressPeers', egress: 'egressPeers' };

/** What is allowed besides the rules: everything out, without egress rules; everything among members. */
export const OPEN = 'open';
export const MEMBERS = 'members';

/** Names a rule by what it says, however it is written: 32 bits, the same in every agent. Not 0. */
export function ruleId(direction: Direction, rule: SecurityRule | typeof OPEN | typeof MEMBERS): number {
  if (typeof rule === 'string') return hash32(`${direction} ${rule}`) || 1;
  const { protocol, ports, peer } = rule;
  const who = typeof peer === 'string' ? peer : `${peer.address}/${peer.prefix}`;
  return hash32(`${direction} ${protocol ?? 'all'}:${ports ? `${ports.first}-${ports.last}` : ''}:${who}`) || 1;
}

const IN_WORDS = {
  [OPEN]: 'has no egress rule: everything may go out',
  [MEMBERS]: 'lets its members reach each other',
};

type Accept = (match: Match, rule: SecurityRule | typeof OPEN | typeof MEMBERS) => void;

/** Writes the flows of one group for one direction. What several rules allow counts for the first of them. */
function acceptor(emit: Emit, way: Way, { id: group, uuid }: Tables['security_group']): Accept {
  const allowed = new Set<string>();
  const counted = new Set<number>();
  return (match, rule) => {
    const key = JSON.stringify(match);
    if (allowed.has(key)) return;
    allowed.add(key);
    const id = ruleId(way.direction, rule);
    emit.flow({
      table: way.rules,
      priority: PRIORITY.base,
      feature: 'group',
      match: { ...on([REGISTERS.GROUP, group]), ...match },
      actions: [load(REGISTERS.ACCEPTED, 1), load(REGISTERS.RULE_GROUP, group), load(REGISTERS.RULE, id)],
      reason: `${uuid} ${typeof rule === 'string' ? IN_WORDS[rule] : `line ${rule.line}: ${rule.text}`}`,
    });
    if (counted.has(id)) return;
    counted.add(id);
    emit.flow({
      table: 'RULE_COUNT',
      priority: PRIORITY.base,
      feature: 'group',
      match: on([REGISTERS.RULE_GROUP, group], [REGISTERS.RULE, id]),
    });
  };
}

function allow(view: View, emit: Emit, way: Way, rule: SecurityRule, accept: Accept): void {
  const peer = peerMatch(view, emit, way, rule);
  if (!peer) return;
  const { protocol, ports } = rule;
  const field = protocol === null ? undefined : PORT_FIELDS.get(protocol);
  const match = { ...peer, eth_type: ETHERTYPE.ipv4, ...(protocol === null ? {} : { ip_proto: protocol }) };
  if (!ports || !field) return accept(match, rule);
  for (const { value, mask } of portMasks(ports)) {
    accept({ ...match, [field]: mask === 0xffff ? value : { value, mask } }, rule);
  }
  // Only the first fragment has ports; it decides, as nothing can be put together without it.
  accept({ ...match, ...LATER_FRAGMENT }, rule);
}

const SCTP = 132;

const PORT_FIELDS: ReadonlyMap<number, 'tcp_dst' | 'udp_dst' | 'sctp_dst'> = new Map([
  [IP_PROTOCOL.tcp, 'tcp_dst'],
  [IP_PROTOCOL.udp, 'udp_dst'],
  [SCTP, 'sctp_dst'],
]);

/** Who a rule is about; undefined while the group that it names is not known: then it allows nothing. */
function peerMatch(view: View, emit: Emit, way: Way, { peer }: SecurityRule): Match | undefined {
  if (typeof peer !== 'string') return { ...on([REGISTERS.PEER_GROUP, 0]), ...subnet(way.remote, peer) };
  emit.output('scope', `group/${peer}`, true);
  const [named] = view.findIds('security_group', 'uuid', peer);
  if (named === undefined) return undefined;
  emit.need(PEERS[way.direction], named);
  return on([REGISTERS.PEER_GROUP, named]);
}
