import { formatIpv4 } from '@vnet/model';
import type { Match } from '@vnet/openflow';
import { ETHERTYPE, IP_PROTOCOL } from '@vnet/packet';
import { PRIORITY } from '../../pipeline/priorities.ts';
import { on } from '../../pipeline/registers.ts';
import type { TableName } from '../../pipeline/tables.ts';
import type { Tables } from '../../state/tables.ts';
import type { Emit, View } from '../emit.ts';
import { DIRECTIONS, WAYS, type Direction, type Way } from './direction.ts';
import { LATER_FRAGMENT, subnet } from './matches.ts';

type Rule = Tables['filter_static'];

/** A rule of the filter of a local interface, as it arrives there; mirrored for what leaves. */
export function filterRule(view: View, emit: Emit, id: number): void {
  const rule = view.get('filter_static', id);
  const filter = view.get('filter', rule?.filter_id);
  if (!rule || !filter) return;
  for (const direction of DIRECTIONS) {
    const way = WAYS[direction];
    const goto = outcome(rule, way);
    if (goto === undefined) continue;
    const reason = `${filter.uuid}: ${describe(rule)}`;
    const flow = { table: way.filter, priority: priorityOf(rule), feature: 'filter', goto, reason } as const;
    const match = { ...on([way.face, filter.interface_id]), ...matchOf(rule, way) };
    const ports = portsOf(rule, direction);
    emit.flow({ ...flow, match: { ...match, ...ports } });
    // Only the first fragment has ports; it decides, as nothing can be put together without it.
    if (ports && goto !== way.verdict) emit.flow({ ...flow, match: { ...match, ...LATER_FRAGMENT } });
  }
}

/** `tcp 10.0.0.0/8:any → 0.0.0.0/0:22 pass`, as a packet that arrives has it. */
function describe(rule: Rule): string {
  const side = (address: number, prefix: number, port: number | null): string =>
    `${formatIpv4(address)}/${prefix}${port === null ? '' : `:${port === 0 ? 'any' : port}`}`;
  const from = side(rule.src_address, rule.src_prefix, rule.src_port);
  const to = side(rule.dst_address, rule.dst_prefix, rule.dst_port);
  return `${rule.protocol} ${from} → ${to} ${rule.action}`;
}

/** Where the packets of a rule go on; `conn` is about connections that the interface begins. */
function outcome({ action }: Rule, way: Way): TableName | undefined {
  switch (action) {
    case 'pass':
      return way.groups;
    case 'drop':
      return way.verdict;
    case 'conn':
      return way.direction === 'egress' ? way.groups : undefined;
  }
}

/** Exactness of one side: twice the prefix, and one more with a port. */
const EXACTNESSES = 66;

/**
 * The longest prefix and port on the interface's side first, then on the other side: the order of OpenVNet. Where both are
 * equal, a rule about one protocol comes before one about all of IP, so that no packet has two that come first.
 */
export function priorityOf(rule: Omit<Rule, 'id' | 'filter_id' | 'action' | 'src_address' | 'dst_address'>): number {
  const exactness = (prefix: number, port: number | null): number => 2 * prefix + (port ? 1 : 0);
  const own = exactness(rule.dst_prefix, rule.dst_port);
  const remote = exactness(rule.src_prefix, rule.src_port);
  return PRIORITY.rule + 2 * (own * EXACTNESSES + remote) + (rule.protocol === 'ip' ? 0 : 1);
}

const PROTOCOLS = { tcp: IP_PROTOCOL.tcp, udp: IP_PROTOCOL.udp, icmp: IP_PROTOCOL.icmp } as const;

function matchOf(rule: Rule, way: Way): Match {
  const remote = { address: rule.src_address, prefix: rule.src_prefix };
  const own = { address: rule.dst_address, prefix: rule.dst_prefix };
  if (rule.protocol === 'arp') {
    return { eth_type: ETHERTYPE.arp, ...subnet(way.arpRemote, remote), ...subnet(way.arpOwn, own) };
  }
  return {
    eth_type: ETHERTYPE.ipv4,
    ...subnet(way.remote, remote),
    ...subnet(way.own, own),
    ...(rule.protocol === 'ip' ? {} : { ip_proto: PROTOCOLS[rule.protocol] }),
  };
}

/** Port 0 is any. */
function portsOf({ protocol, src_port, dst_port }: Rule, direction: Direction): Match | undefined {
  if (protocol !== 'tcp' && protocol !== 'udp') return undefined;
  if (!src_port && !dst_port) return undefined;
  const [from, to] = direction === 'ingress' ? [src_port, dst_port] : [dst_port, src_port];
  return { ...(from ? { [`${protocol}_src`]: from } : {}), ...(to ? { [`${protocol}_dst`]: to } : {}) };
}
