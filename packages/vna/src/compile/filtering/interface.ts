import type { Action } from '@vnet/openflow';
import { ETHERTYPE } from '@vnet/packet';
import { PRIORITY } from '../../pipeline/priorities.ts';
import { REASON, REGISTERS, load, on } from '../../pipeline/registers.ts';
import { TABLES, type TableName } from '../../pipeline/tables.ts';
import type { Tables } from '../../state/tables.ts';
import type { Emit, View } from '../emit.ts';
import { UNDECIDED, track } from './connections.ts';
import { DIRECTIONS, WAYS, type Way } from './direction.ts';

/** What an interface is filtered by. Both must accept a packet; the filter is asked first. */
export interface Filtering {
  /** Whether a filter counts. */
  readonly filtered: boolean;
  /** The filter that counts; without one nothing passes. */
  readonly filter: Tables['filter'] | undefined;
  /** Whether groups count; without any nothing comes in. */
  readonly grouped: boolean;
  /** Ids, in order. */
  readonly groups: readonly number[];
}

/**
 * `enable_filtering`: by the interface's filter. `ingress_filtering_enabled`: by its security groups; when it is not set,
 * as soon as there is one.
 */
export function filteringOf(view: View, face: Tables['interface']): Filtering {
  const memberships = view.find('interface_security_group', 'interface_id', face.id);
  const grouped = face.ingress_filtering_enabled ?? memberships.length > 0;
  return {
    filtered: face.enable_filtering,
    filter: face.enable_filtering ? view.find('filter', 'interface_id', face.id)[0] : undefined,
    grouped,
    groups: grouped ? memberships.map((each) => each.security_group_id).sort((a, b) => a - b) : [],
  };
}

/** A local interface: nothing at all when it is not filtered. */
export function filtering(view: View, emit: Emit, id: number): void {
  const face = view.get('interface', id);
  const bound = view.get('bound', id);
  if (!face || !bound) return;
  const by = filteringOf(view, face);
  if (!by.filtered && !by.grouped) return;
  emit.need('connections', 0);
  for (const group of by.groups) {
    emit.output('scope', `group/${group}`, true);
    emit.need('group', group);
  }
  if (by.filter) emit.each('filter_static', 'filter_id', by.filter.id, 'filterRule');
  warnOfSecondFilter(view, emit, face, by.filter);
  if (!by.filtered || by.filter) emit.output('zone', bound.zone, true);
  for (const direction of DIRECTIONS) {
    const way = WAYS[direction];
    if (by.filtered && !by.filter) nothingPasses(emit, way, id);
    else judge(emit, way, id, bound.zone, by);
  }
  denied(emit, id, isLogged(view, face, by) ? bound.ofport : undefined);
}

function isLogged(view: View, face: Tables['interface'], { groups }: Filtering): boolean {
  const logged = view.findIds('security_group', 'log', true);
  return face.log || groups.some((group) => logged.includes(group));
}

/** Counts what is denied; samples go to the agent, through the meter of the port, when `loggedPort` is given. */
function denied(emit: Emit, id: number, loggedPort: number | undefined): void {
  const { SOURCE, DESTINATION } = REGISTERS;
  const flow = { table: 'DENIED', priority: PRIORITY.base, feature: 'filtering' } as const;
  for (const match of [on([DESTINATION, id]), on([SOURCE, id], [DESTINATION, 0])]) {
    emit.flow({ ...flow, match, ...(loggedPort === undefined ? {} : { goto: 'PUNT' }) });
  }
  if (loggedPort === undefined) return;
  // What comes from another host has no port of its own here.
  emit.flow({
    table: 'PUNT',
    priority: PRIORITY.base,
    feature: 'filtering',
    match: on([SOURCE, 0], [DESTINATION, id]),
    meter: loggedPort,
    actions: [{ type: 'controller', maxLen: 0xffff }],
  });
}

/** `enable_filtering` without a filter: ARP and DHCP do not pass either, and connections end. */
function nothingPasses(emit: Emit, way: Way, id: number): void {
  const match = on([way.face, id]);
  emit.flow({
    table: way.track,
    priority: PRIORITY.base,
    feature: 'filtering',
    match,
    actions: UNDECIDED,
    goto: 'DENIED',
    reason: 'enable_filtering without a filter: nothing passes',
  });
}

function judge(emit: Emit, way: Way, id: number, zone: number, { filtered, filter, grouped, groups }: Filtering): void {
  const face = on([way.face, id]);
  const flow = (table: TableName, actions: readonly Action[], goto: TableName, reason = {}): void =>
    emit.flow({ table, priority: PRIORITY.base, feature: 'filtering', match: face, actions, goto, ...reason });

  const tracked = { table: way.track, priority: PRIORITY.base, feature: 'filtering' } as const;
  emit.flow({ ...tracked, match: { ...face, eth_type: ETHERTYPE.ipv4 }, actions: track(way, zone) });
  emit.flow({
    ...tracked,
    match: { ...face, eth_type: ETHERTYPE.arp },
    actions: UNDECIDED,
    goto: filtered ? way.filter : way.accepted,
  });
  // What is neither IPv4 nor ARP no rule can allow.
  emit.flow({ ...tracked, priority: PRIORITY.counter, match: face });

  flow(way.filter, [], !filtered || passthrough(filter, way) ? way.groups : way.verdict, unmentioned(filter, way));
  const open = !grouped || (way.direction === 'egress' && groups.length === 0);
  const asking = [load(REGISTERS.REASON, REASON.deniedByGroups), ...groups.flatMap((group) => ask(way, group))];
  flow(way.groups, open ? [load(REGISTERS.ACCEPTED, 1)] : asking, way.verdict);
}

/** The rules of one group: those about addresses, then those about the groups that the other side is in. */
function ask(way: Way, group: number): readonly Action[] {
  return [
    load(REGISTERS.GROUP, group),
    load(REGISTERS.PEER_GROUP, 0),
    { type: 'resubmit', table: TABLES[way.rules].id },
    { type: 'resubmit', table: TABLES[way.peers].id },
  ];
}

/** What becomes of packets that no rule of the filter is about, in words. */
function unmentioned(filter: Tables['filter'] | undefined, way: Way): { readonly reason?: string } {
  if (!filter) return {};
  const passes = passthrough(filter, way) ? `passes, by ${way.direction}_passthrough` : 'does not pass';
  return { reason: `${filter.uuid}: what no rule is about ${passes}` };
}

function passthrough(filter: Tables['filter'] | undefined, { direction }: Way): boolean {
  return filter?.[`${direction}_passthrough`] === true;
}

function warnOfSecondFilter(
  view: View,
  emit: Emit,
  face: Tables['interface'],
  filter: Tables['filter'] | undefined,
): void {
  const [, second] = filter ? view.find('filter', 'interface_id', face.id) : [];
  if (!filter || !second) return;
  emit.output('warning', `filters ${face.uuid}`, {
    message: 'the interface has several filters: only the oldest one counts',
    details: { interface: face.uuid, filter: filter.uuid, remedy: `vnctl filters del ${second.uuid}` },
  });
}
