import { CT_FLAG, CT_STATE, type Action } from '@vnet/openflow';
import { ETHERTYPE, IP_PROTOCOL } from '@vnet/packet';
import { PRIORITY } from '../../pipeline/priorities.ts';
import { REASON, REGISTERS, load, on } from '../../pipeline/registers.ts';
import { TABLES } from '../../pipeline/tables.ts';
import type { Emit, View } from '../emit.ts';
import { DIRECTIONS, WAYS, type Way } from './direction.ts';

/** Bit 0 of `ct_mark`: the connection is accepted. One that was and is no longer has the mark taken away. */
const ACCEPTED_MARK = { value: 1, mask: 1 } as const;
const NOT_ACCEPTED_MARK = { value: 0, mask: 1 } as const;

/** What a packet brings to the filter; it may have something else left over from another interface. */
export const UNDECIDED: readonly Action[] = [
  load(REGISTERS.ACCEPTED, 0),
  load(REGISTERS.REASON, REASON.deniedByFilter),
];

/**
 * Looks an IPv4 packet up among the connections of one interface and goes on in the table for what is known then.
 *
 * Fragments are put together before (and apart again after), so a datagram is judged only when all of it has come.
 */
export function track(way: Way, zone: number): readonly Action[] {
  return [
    ...UNDECIDED,
    load(REGISTERS.RULE, 0),
    load(REGISTERS.ZONE, zone),
    { type: 'ct', zone, table: TABLES[way.state].id },
  ];
}

/**
 * What is the same for all filtered interfaces of a host; there is none of it where no interface is filtered.
 *
 * A packet in a connection's original direction is judged by the rules as they are now, each time; the switch caches the
 * answer. So a connection that is no longer allowed ends with its next packet, and one that is allowed by another rule
 * goes on. Replies, and ICMP errors about a connection, pass while it is accepted.
 *
 * What conntrack calls invalid is dropped: ICMP that is neither a request (echo, timestamp, information) nor belongs to
 * a connection, packets with wrong checksums, and TCP that contradicts the connection's state. A TCP packet without SYN
 * that belongs to no known connection is judged like the first one of a connection, so that connections outlive the
 * move of a machine and the moment that filtering is switched on.
 */
export function connections(_view: View, emit: Emit): void {
  for (const direction of DIRECTIONS) {
    const way = WAYS[direction];
    state(emit, way);
    neverBlockedByGroups(emit, way);
    verdict(emit, way);
  }
}

function state(emit: Emit, way: Way): void {
  const flow = { table: way.state, feature: 'filtering' } as const;
  const { trk, inv, rpl, rel } = CT_STATE;
  const ctState = (set: number, clear = 0): { value: number; mask: number } => ({ value: set, mask: set | clear });
  emit.flow({ ...flow, priority: PRIORITY.guard, match: { ct_state: ctState(trk | inv) } });
  for (const known of [rpl, rel]) {
    emit.flow({
      ...flow,
      priority: PRIORITY.specific,
      match: { ct_state: ctState(trk | known), ct_mark: ACCEPTED_MARK },
      goto: way.accepted,
    });
  }
  emit.flow({ ...flow, priority: PRIORITY.base, match: { ct_state: ctState(trk, rpl | rel) }, goto: way.filter });
}

/** ARP, and DHCP in both directions: only a filter can block them. */
function neverBlockedByGroups(emit: Emit, way: Way): void {
  const flow = { table: way.groups, priority: PRIORITY.guard, feature: 'filtering' } as const;
  const [from, to] = way.direction === 'ingress' ? [67, 68] : [68, 67];
  emit.flow({ ...flow, match: { eth_type: ETHERTYPE.arp }, goto: way.accepted });
  emit.flow({
    ...flow,
    match: { eth_type: ETHERTYPE.ipv4, ip_proto: IP_PROTOCOL.udp, udp_src: from, udp_dst: to },
    actions: [load(REGISTERS.ACCEPTED, 1)],
    goto: way.verdict,
  });
}

function verdict(emit: Emit, way: Way): void {
  const flow = { table: way.verdict, feature: 'filtering' } as const;
  const ipv4 = { eth_type: ETHERTYPE.ipv4 };
  const accepted = on([REGISTERS.ACCEPTED, 1]);
  emit.flow({
    ...flow,
    priority: PRIORITY.specific,
    match: { ...accepted, ...ipv4, ct_mark: ACCEPTED_MARK },
    goto: way.accepted,
  });
  emit.flow({
    ...flow,
    priority: PRIORITY.base,
    match: { ...accepted, ...ipv4 },
    actions: [{ type: 'resubmit', table: TABLES.RULE_COUNT.id }, markConnection(ACCEPTED_MARK)],
    goto: way.accepted,
  });
  emit.flow({
    ...flow,
    priority: PRIORITY.base,
    match: { ...on([REGISTERS.ACCEPTED, 0]), ...ipv4, ct_mark: ACCEPTED_MARK },
    actions: [markConnection(NOT_ACCEPTED_MARK)],
    goto: 'DENIED',
  });
}

function markConnection(mark: { readonly value: number; readonly mask: number }): Action {
  const { field, offset, bits } = REGISTERS.ZONE;
  return {
    type: 'ct',
    flags: CT_FLAG.COMMIT,
    zone: { field, offset, bits },
    actions: [{ type: 'set_field', field: 'ct_mark', ...mark }],
  };
}
