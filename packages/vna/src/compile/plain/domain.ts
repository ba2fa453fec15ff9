import type { Action, Match } from '@vnet/openflow';
import { BROADCAST_MAC, ETHERTYPE } from '@vnet/packet';
import { GROUP_MAC, IPV4_MULTICAST, IPV6_MULTICAST, UNTAGGED } from '../../pipeline/match-values.ts';
import { inMetadata, metadataBits } from '../../pipeline/plain-metadata.ts';
import type { Flow } from '../../pipeline/flow.ts';
import { PRIORITY } from '../../pipeline/priorities.ts';
import { ownDatapath, uplinkPort } from '../bindings.ts';
import { domainOfKey, linkOf, type Domain } from '../domain.ts';
import { ordinal, type Emit, type View } from '../emit.ts';
import { useDomain } from '../membership.ts';
import { learns } from '../promiscuous.ts';
import { learnFromPeers } from './learning.ts';
import { toAgent } from './to-agent.ts';

/** A network or segment that is in use on this host, by its key. */
export function plainDomain(view: View, emit: Emit, key: number): void {
  const domain = domainOfKey(key);
  const { kind, id } = domain;
  if (!view.get(kind, id)) return;
  if (kind === 'network') {
    emit.each('ip_lease', 'network_id', id, 'plainEndpoint');
    emit.each('datapath_network', 'network_id', id, 'plainMember');
  } else {
    emit.each('mac_lease', 'segment_id', id, 'plainStation');
    emit.each('datapath_segment', 'segment_id', id, 'plainSegmentMember');
  }
  floodPart(emit, domain, '', []);
  fromPeers(view, emit, domain);
  emit.need('plainEdges', key);
  if (isLearning(view, domain)) learnFromPeers(view, emit, key);
}

/** An interface of this host is in a domain, and gets its copies of what is for all. */
export function joinFlood(emit: Emit, domain: Domain, interfaceId: number, output: readonly Action[]): void {
  useDomain(emit, domain);
  emit.need('plainDomain', domain.key);
  floodPart(emit, domain, ordinal(interfaceId), output);
}

/** The copies for local interfaces; those for VLANs and peers follow in the next tables. */
function floodPart(emit: Emit, { key }: Domain, order: string, actions: readonly Action[]): void {
  emit.flowPart({
    table: 'WAY',
    priority: PRIORITY.base,
    feature: 'flood',
    match: { ...inMetadata({ network: key }), eth_dst: GROUP_MAC },
    order,
    actions,
    goto: 'VLANS',
  });
}

/** Whether there may be machines in a domain that no one has declared, behind promiscuous ports. */
function isLearning(view: View, { kind, id }: Domain): boolean {
  return kind === 'segment' && learns(view, id);
}

/** What comes from a neighbour goes on here: where unknown machines may stand, it is seen who sends it. */
export function entryOf(view: View, domain: Domain): 'SENDER' | 'WAY' {
  return isLearning(view, domain) ? 'SENDER' : 'WAY';
}

/** What comes from a neighbour as it is, and is known by `match` to be of a domain. */
export function arrival(view: View, domain: Domain, match: Match, priority: number): Flow {
  return {
    table: 'PORTS',
    priority,
    feature: domain.kind,
    match: { vlan_vid: UNTAGGED, ...match },
    metadata: metadataBits({ network: domain.key, source: 0, remote: true }),
    goto: entryOf(view, domain),
  };
}

/**
 * MAC2MAC floods: the MAC of this datapath for the domain names the domain, and is replaced by what it was: all, or a group
 * of IP. Which MAC a group has cannot be computed in this switch: the agent teaches it group by group.
 */
function fromPeers(view: View, emit: Emit, domain: Domain): void {
  const own = ownDatapath(view);
  const mac = own && linkOf(view, domain, own.id)?.mac_address;
  const uplink = uplinkPort(view);
  if (mac === undefined || uplink === undefined) return;
  emit.output('announcement', `mac ${mac}`, { mac, port: uplink });
  const toUs = { in_port: uplink, eth_dst: mac };
  emit.flow({
    ...arrival(view, domain, toUs, PRIORITY.base + 1),
    actions: [{ type: 'set_field', field: 'eth_dst', value: BROADCAST_MAC }],
  });
  for (const group of GROUPS[domain.kind]) {
    emit.flow({
      ...toAgent(view, emit, 'uplink'),
      table: 'PORTS',
      priority: PRIORITY.specific,
      feature: domain.kind,
      match: { ...toUs, vlan_vid: UNTAGGED, ...group },
    });
  }
  emit.output('floodMac', mac, { mac, port: uplink, key: domain.key, goto: entryOf(view, domain) });
}

const IPV4_GROUPS: Match = { eth_type: ETHERTYPE.ipv4, ipv4_dst: IPV4_MULTICAST };
const IPV6_GROUPS: Match = { eth_type: ETHERTYPE.ipv6, ipv6_dst: IPV6_MULTICAST };

/** Only IPv4 and ARP pass in a network. */
const GROUPS = { network: [IPV4_GROUPS], segment: [IPV4_GROUPS, IPV6_GROUPS] } as const;
