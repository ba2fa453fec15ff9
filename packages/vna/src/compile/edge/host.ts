import type { Match } from '@vnet/openflow';
import { ETHERTYPE } from '@vnet/packet';
import { UNTAGGED } from '../../pipeline/match-values.ts';
import { PRIORITY } from '../../pipeline/priorities.ts';
import { REASON, REGISTERS, load, on } from '../../pipeline/registers.ts';
import { ownDatapath, uplinkPort } from '../bindings.ts';
import { domainOfKey, networkDomain, segmentDomain } from '../domain.ts';
import { activeVlansOf, edgeVlanOf, type EdgeVlan } from './bindings.ts';
import { ownAddressInArp } from './machine.ts';
import type { Emit, View } from '../emit.ts';
import { LEARNING, STRAYS_METER } from '../learning-limits.ts';
import { learns } from '../promiscuous.ts';

/** A machine that an edge of any host has seen: packets to it go to that host. */
export function edgeHost(view: View, emit: Emit, id: number): void {
  const far = farMachine(view, emit, id);
  if (!far) return;
  emit.flow({
    table: 'L2',
    priority: PRIORITY.base,
    feature: 'edge',
    match: { metadata: far.key, eth_dst: far.mac, ...on([REGISTERS.REMOTE, 0]) },
    actions: [load(REGISTERS.PEER, far.datapathId)],
    goto: 'PEER',
  });
  strays(view, emit, far, on([REGISTERS.REMOTE, 0]));
}

/**
 * In a segment with promiscuous interfaces, a machine of a VLAN may turn up behind one of those: the agent hears of it, since
 * as long as the machine is known in the VLAN nothing is learnt.
 */
function strays(view: View, emit: Emit, { key, mac }: { key: number; mac: number }, from: Match = {}): void {
  const { kind, id } = domainOfKey(key);
  if (kind !== 'segment' || !learns(view, id) || isLeased(view, mac)) return;
  emit.flow({
    table: 'LEARN',
    priority: PRIORITY.specific,
    feature: 'edge',
    match: { metadata: key, ...from, eth_src: mac },
    actions: [load(REGISTERS.REASON, REASON.edge)],
    goto: 'PUNT',
  });
}

/** A machine of a domain that is behind the edge of another host. */
export interface FarMachine {
  readonly key: number;
  readonly mac: number;
  readonly datapathId: number;
}

/**
 * A machine that an edge has seen, as the manager tells it. This host hears whether it is the one, or has become it.
 * @returns undefined when the machine is not behind another host's edge
 */
export function farMachine(view: View, emit: Emit, id: number): FarMachine | undefined {
  const row = view.get('edge_host', id);
  const own = ownDatapath(view);
  if (!row || !own) return undefined;
  const { mac_address: mac, network_id, segment_id, datapath_id, refused, ipv4_address } = row;
  const domain = network_id !== null ? networkDomain(network_id) : segmentDomain(segment_id!);
  const here = activeVlansOf(view, domain).find(({ vlan }) => vlan === row.vlan_id);
  emit.output('edgeClaim', mac, {
    mac,
    ipv4_address,
    own: datapath_id === own.id,
    place: `${row.vlan_id} of ${view.get('datapath', datapath_id)?.uuid ?? 'another host'}`,
    vlan: row.vlan_id,
    key: domain.key,
    vlan_translation_id: here?.id ?? null,
    refused,
  });
  const isElsewhere = datapath_id !== own.id && refused === null && !here && !isLeased(view, mac);
  return isElsewhere ? { key: domain.key, mac, datapathId: datapath_id } : undefined;
}

/** A machine that this host has seen: by its MAC. */
export function edgeSeen(view: View, emit: Emit, mac: number): void {
  const seen = seenMachine(view, emit, mac);
  if (!seen) return;
  const { edge, address, refused } = seen;
  const source = { ...on([REGISTERS.SOURCE, edge.end]), eth_src: mac };
  if (refused) {
    emit.flow({ table: 'EDGE_SOURCE', priority: PRIORITY.base, feature: 'edge', match: source });
    return;
  }
  if (!edge.active) return;
  known(view, emit, edge, mac);
  if (edge.domain.kind === 'segment') {
    emit.flow({ table: 'EDGE_SOURCE', priority: PRIORITY.base, feature: 'edge', match: source, goto: 'L2' });
    strays(view, emit, { key: edge.domain.key, mac });
    straysOfPeers(emit);
  } else addressed(emit, edge, source, address);
}

/** What comes from other hosts has no port with a meter of its own. */
function straysOfPeers(emit: Emit): void {
  emit.output('meter', STRAYS_METER, { id: STRAYS_METER, ...LEARNING });
  emit.flow({
    table: 'PUNT',
    priority: PRIORITY.specific,
    feature: 'edge',
    match: on([REGISTERS.SOURCE, 0], [REGISTERS.REASON, REASON.edge]),
    meter: STRAYS_METER,
    actions: [{ type: 'controller', maxLen: 0xffff }],
  });
}

/** A machine that this host has seen behind one of its VLANs. */
export interface SeenMachine {
  readonly edge: EdgeVlan;
  readonly address: number | null;
  /** It is not let in. */
  readonly refused: boolean;
}

/** By its MAC; undefined when it is declared there, and when the VLAN is gone or mapped to something else now. */
export function seenMachine(view: View, emit: Emit, mac: number): SeenMachine | undefined {
  const row = view.get('edge_seen', mac);
  const edge = edgeVlanOf(view, row?.vlan_translation_id ?? 0);
  if (!row || edge?.domain.key !== row.key || isDeclaredHere(view, mac, edge)) return undefined;
  const { ipv4_address: address, refused, seen } = row;
  emit.output('localMachine', mac, {
    mac_address: mac,
    ipv4_address: address,
    vlan_translation_id: edge.id,
    port_name: edge.portName,
    seen,
  });
  return { edge, address, refused: refused !== null || isLeased(view, mac) };
}

/** The ways to it: from this host, and from neighbours, which send frames to it as they are. */
function known(view: View, emit: Emit, { end, domain }: EdgeVlan, mac: number): void {
  const uplink = uplinkPort(view);
  if (uplink !== undefined) emit.output('announcement', `mac ${mac}`, { mac, port: uplink });
  emit.flow({
    table: 'UPLINK',
    priority: PRIORITY.specific,
    feature: 'edge',
    match: { eth_dst: mac, vlan_vid: UNTAGGED },
    metadata: domain.key,
    goto: 'L2',
  });
  emit.flow({
    table: 'L2',
    priority: PRIORITY.base,
    feature: 'edge',
    match: { metadata: domain.key, eth_dst: mac },
    actions: [load(REGISTERS.DESTINATION, end)],
    goto: 'INTERFACE_INGRESS',
  });
}

/** In a network IPv4 and ARP pass; ARP with another address than the known one goes by the agent, which notes it. */
function addressed(
  emit: Emit,
  edge: EdgeVlan,
  source: Readonly<Record<string, unknown>>,
  address: number | null,
): void {
  const from = { table: 'EDGE_SOURCE', priority: PRIORITY.base, feature: 'edge' } as const;
  emit.flow({ ...from, match: { ...source, eth_type: ETHERTYPE.ipv4 }, goto: 'L2' });
  // Anything else of a machine that is known is no news.
  emit.flow({ ...from, priority: PRIORITY.any - 1, match: source });
  const arp = { ...source, eth_type: ETHERTYPE.arp };
  emit.flow({
    ...from,
    priority: PRIORITY.any,
    match: arp,
    actions: [load(REGISTERS.REASON, REASON.edge)],
    goto: 'PUNT',
  });
  emit.flow({ ...from, match: { ...arp, arp_spa: 0 }, goto: 'ARP' });
  if (address === null) return;
  emit.flow({ ...from, match: { ...arp, arp_spa: address }, goto: 'ARP' });
  ownAddressInArp(emit, edge, address);
}

/** Whether the MAC is somebody's in the part of the model that this host sees. */
export function isLeased(view: View, mac: number): boolean {
  return view.find('mac_lease', 'mac_address', mac).length > 0;
}

/** A machine that is declared behind the edge port is not discovered there. */
export function isDeclaredHere(view: View, mac: number, { ofport }: EdgeVlan): boolean {
  return view
    .find('mac_lease', 'mac_address', mac)
    .some((lease) => view.get('bound', lease.interface_id)?.ofport === ofport);
}
