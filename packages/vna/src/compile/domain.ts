import { BROADCAST_MAC, ETHERTYPE } from '@vnet/packet';
import {
  IPV4_MULTICAST,
  IPV4_MULTICAST_MAC,
  IPV6_MULTICAST,
  IPV6_MULTICAST_MAC,
  UNTAGGED,
} from '../pipeline/match-values.ts';
import type { Feature } from '../pipeline/cookies.ts';
import { PRIORITY } from '../pipeline/priorities.ts';
import { REGISTERS, on } from '../pipeline/registers.ts';
import type { TableName } from '../pipeline/tables.ts';
import { ownDatapath, uplinkPort } from './bindings.ts';
import type { Emit, View } from './emit.ts';
import { tooBigForTunnel } from './underlay.ts';

/** A broadcast domain: a network, whose members are known by MAC and IP address, or a segment, by MAC alone. */
export interface Domain {
  readonly kind: 'network' | 'segment';
  /** Id of the network or segment. */
  readonly id: number;
  /** What `metadata` holds while a packet is in it, and its GRE key. */
  readonly key: number;
}

const SEGMENT_KEYS = 0x80000000;

export function networkDomain(id: number): Domain {
  return { kind: 'network', id, key: id };
}

/** The domain that a key stands for. */
export function domainOfKey(key: number): Domain {
  return key < SEGMENT_KEYS ? networkDomain(key) : segmentDomain(key - SEGMENT_KEYS);
}

export function segmentDomain(id: number): Domain {
  return { kind: 'segment', id, key: (SEGMENT_KEYS | id) >>> 0 };
}

/** The row by which a datapath takes part in a domain, with its MAC towards its peers. */
export function linkOf(view: View, { kind, id }: Domain, datapathId: number): { mac_address: number } | undefined {
  const key = `${id} ${datapathId}`;
  return kind === 'network'
    ? view.find('datapath_network', 'network_id datapath_id', key)[0]
    : view.find('datapath_segment', 'segment_id datapath_id', key)[0];
}

/** Whether a datapath has members of the domain now. */
export function inUse(view: View, { kind, id }: Domain, datapathId: number): boolean {
  const key = `${id} ${datapathId}`;
  const rows =
    kind === 'network'
      ? view.find('active_network', 'network_id datapath_id', key)
      : view.find('active_segment', 'segment_id datapath_id', key);
  return rows.length > 0;
}

/**
 * What every domain in use on this host has: the way in from tunnels and neighbours, and floods.
 * `learns`: there may be machines in it that no one has declared.
 */
export function broadcastDomain(view: View, emit: Emit, domain: Domain, mtu: number | null, learns = false): void {
  const { key, kind: feature } = domain;
  const base = { priority: PRIORITY.base, feature } as const;
  emit.flow({ ...base, table: 'TUNNEL', match: { tunnel_id: key }, metadata: key, goto: learns ? 'LEARN' : 'L2' });
  const tooBig = tooBigForTunnel(view, mtu);
  emit.flow({ ...base, table: 'TUNNEL_MTU', match: { metadata: key }, actions: [tooBig], goto: 'UNDERLAY' });
  emit.flowPart({
    table: 'FLOOD_PEERS',
    priority: PRIORITY.base,
    feature: 'flood',
    match: { metadata: key, ...on([REGISTERS.REMOTE, 0]) },
    order: '',
    actions: [tooBig],
  });
  floodsFromNeighbours(view, emit, domain, learns ? 'LEARN' : 'FLOOD_LOCAL');
  emit.need('edgesOf', domain.key);
}

/** MAC2MAC floods: the MAC of this datapath for the domain names the domain, and is replaced by what it was. */
function floodsFromNeighbours(view: View, emit: Emit, domain: Domain, goto: TableName): void {
  const own = ownDatapath(view);
  const ownRow = own && linkOf(view, domain, own.id);
  if (!ownRow) return;
  const mac = ownRow.mac_address;
  const uplink = uplinkPort(view);
  if (uplink !== undefined) emit.output('announcement', `mac ${mac}`, { mac, port: uplink });
  const feature: Feature = domain.kind;
  emit.flow({
    table: 'UPLINK',
    priority: PRIORITY.base + 1,
    feature,
    match: { eth_dst: mac, vlan_vid: UNTAGGED },
    actions: [{ type: 'set_field', field: 'eth_dst', value: BROADCAST_MAC }],
    metadata: domain.key,
    goto,
  });
  emit.flow({
    table: 'UPLINK',
    priority: PRIORITY.specific,
    feature,
    match: { eth_dst: mac, vlan_vid: UNTAGGED, eth_type: ETHERTYPE.ipv4, ipv4_dst: IPV4_MULTICAST },
    // RFC 1112: 01:00:5e and the low 23 bits of the group's address.
    actions: [
      { type: 'set_field', field: 'eth_dst', value: IPV4_MULTICAST_MAC },
      { type: 'move', from: { field: 'ipv4_dst', offset: 0 }, to: { field: 'eth_dst', offset: 0 }, bits: 23 },
    ],
    metadata: domain.key,
    goto,
  });
  // Only IPv4 and ARP pass in a network.
  if (domain.kind === 'network') return;
  emit.flow({
    table: 'UPLINK',
    priority: PRIORITY.specific,
    feature,
    match: { eth_dst: mac, vlan_vid: UNTAGGED, eth_type: ETHERTYPE.ipv6, ipv6_dst: IPV6_MULTICAST },
    // RFC 2464 §7: 33:33 and the low 32 bits of the group's address.
    actions: [
      { type: 'set_field', field: 'eth_dst', value: IPV6_MULTICAST_MAC },
      { type: 'move', from: { field: 'ipv6_dst', offset: 0 }, to: { field: 'eth_dst', offset: 0 }, bits: 32 },
    ],
    metadata: domain.key,
    goto,
  });
}
