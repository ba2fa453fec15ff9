import { BROADCAST_MAC, ETHERTYPE } from '@vnet/packet';
import type { Action } from '@vnet/openflow';
import { UNTAGGED } from '../../pipeline/match-values.ts';
import { PRIORITY } from '../../pipeline/priorities.ts';
import { REGISTERS, load, on } from '../../pipeline/registers.ts';
import { TABLES } from '../../pipeline/tables.ts';
import { hostAddresses, ownDatapath, transportTo, tunnelPort } from '../bindings.ts';
import { domainOfKey, linkOf, type Domain } from '../domain.ts';
import { activeVlansOf, otherEdgesOf, type EdgeVlan } from './bindings.ts';
import { ordinal, type Emit, type View } from '../emit.ts';
import { copyTo } from '../flood.ts';
import { throughTunnel } from '../peer.ts';
import { learns } from '../promiscuous.ts';

/**
 * What a domain has at edges, by its key. Whom nobody knows may stand behind an edge: packets to unknown MACs, and requests
 * for unknown addresses, go to the VLANs here and to the hosts that carry the others.
 */
export function edgesOf(view: View, emit: Emit, key: number): void {
  const domain = domainOfKey(key);
  emit.each('edge_host', domain.kind === 'network' ? 'network_id' : 'segment_id', domain.id, 'edgeHost');
  const here = activeVlansOf(view, domain);
  const others = otherEdgesOf(view, domain);
  if (domain.kind === 'network') searches(view, emit, domain, here, others);
  else if (learns(view, domain.id)) return unlearntToVlans(emit, key, here);
  unknownMacs(view, emit, key, here, others);
}

function toVlans(vlans: readonly EdgeVlan[]): readonly Action[] {
  return vlans.flatMap(({ end }) => [
    load(REGISTERS.DESTINATION, end),
    { type: 'resubmit', table: TABLES.INTERFACE_INGRESS.id },
  ]);
}

/** A machine that is there and has been silent for long. What comes from another host goes to the VLANs of this one only. */
function unknownMacs(view: View, emit: Emit, key: number, here: readonly EdgeVlan[], others: readonly number[]): void {
  const flow = { table: 'L2', feature: 'edge' } as const;
  const match = { metadata: key };
  if (here.length > 0) emit.flow({ ...flow, priority: PRIORITY.counter, match, actions: toVlans(here) });
  const copies = others.flatMap((datapathId) => tunnelledTo(view, emit, datapathId));
  if (copies.length === 0) return;
  emit.flow({
    ...flow,
    priority: PRIORITY.counter + 1,
    match: { ...match, ...on([REGISTERS.REMOTE, 0]) },
    actions: [...toVlans(here), ...copies],
  });
}

/** PEER of what goes to an edge host through the tunnel, whatever else is between the two hosts. */
const BY_TUNNEL = 0x40000000;

/**
 * Never as it is over the physical network: there a MAC alone says which network a frame is in, and one that is not known here
 * may be another tenant's.
 */
function tunnelledTo(view: View, emit: Emit, datapathId: number): readonly Action[] {
  const address = hostAddresses(view, datapathId)[0]?.address;
  const port = tunnelPort(view);
  if (address === undefined || port === undefined) return [];
  emit.output('tunnelEnd', datapathId, { address, port });
  emit.flow({
    table: 'PEER',
    priority: PRIORITY.base,
    feature: 'edge',
    match: on([REGISTERS.PEER, BY_TUNNEL + datapathId]),
    actions: throughTunnel(address),
    goto: 'TUNNEL_MTU',
  });
  return [load(REGISTERS.PEER, BY_TUNNEL + datapathId), { type: 'resubmit', table: TABLES.PEER.id }];
}

/** In a segment with promiscuous interfaces it is first looked up what has been learnt behind those. */
function unlearntToVlans(emit: Emit, key: number, vlans: readonly EdgeVlan[]): void {
  for (const vlan of vlans) {
    emit.flowPart({
      table: 'LEARNED_WAY',
      priority: PRIORITY.counter,
      feature: 'segment',
      match: { metadata: key, ...on([REGISTERS.FOUND, 0]) },
      order: ordinal(vlan.end),
      actions: toVlans([vlan]),
    });
  }
}

/**
 * ARP for an address that nobody in the model has: counted, and asked at edges only. Who asks another host puts that host's
 * MAC for the network where a request has nothing to say, as the MAC asked for (RFC 826): so it is told from what is for
 * everyone there.
 */
function searches(view: View, emit: Emit, domain: Domain, here: readonly EdgeVlan[], others: readonly number[]): void {
  const metadata = domain.key;
  const copies = searchesElsewhere(view, domain, others);
  emit.flow({
    table: 'ARP',
    priority: PRIORITY.counter,
    feature: 'network',
    match: { metadata, eth_type: ETHERTYPE.arp, arp_op: 1, eth_dst: BROADCAST_MAC },
    ...(here.length + copies.length > 0 ? { goto: 'SEARCH' } : {}),
  });
  const search = { table: 'SEARCH', feature: 'edge' } as const;
  if (copies.length > 0) {
    emit.flow({
      ...search,
      priority: PRIORITY.specific,
      match: { metadata, eth_type: ETHERTYPE.arp, ...on([REGISTERS.REMOTE, 0]) },
      actions: [...toVlans(here), ...copies],
    });
  }
  if (here.length === 0) return;
  emit.flow({ ...search, priority: PRIORITY.base, match: { metadata }, actions: toVlans(here) });
  arrivals(view, emit, domain);
}

/** Copies through tunnels come first: those to neighbours rewrite the destination. */
function searchesElsewhere(view: View, domain: Domain, others: readonly number[]): readonly Action[] {
  const copies = others.flatMap((datapathId) => {
    const mac = linkOf(view, domain, datapathId)?.mac_address;
    const way = transportTo(view, datapathId);
    const copy = mac !== undefined && way ? copyTo(view, way, mac) : undefined;
    return copy ? [{ ...copy, actions: [setTarget(mac!), ...copy.actions] }] : [];
  });
  return [true, false].flatMap((tunnelled) =>
    copies.filter((copy) => copy.tunnelled === tunnelled).flatMap(({ actions }) => actions),
  );
}

function setTarget(mac: number): Action {
  return { type: 'set_field', field: 'arp_tha', value: mac };
}

/** What other hosts search here. */
function arrivals(view: View, emit: Emit, domain: Domain): void {
  const own = ownDatapath(view);
  const mac = own && linkOf(view, domain, own.id)?.mac_address;
  if (mac === undefined) return;
  const arrival = { priority: PRIORITY.specific, feature: 'edge', metadata: domain.key, goto: 'SEARCH' } as const;
  const match = { eth_type: ETHERTYPE.arp, arp_tha: mac };
  emit.flow({ ...arrival, table: 'TUNNEL', match: { tunnel_id: domain.key, ...match }, actions: [setTarget(0)] });
  emit.flow({
    ...arrival,
    table: 'UPLINK',
    match: { eth_dst: mac, vlan_vid: UNTAGGED, ...match },
    actions: [{ type: 'set_field', field: 'eth_dst', value: BROADCAST_MAC }, setTarget(0)],
  });
}
