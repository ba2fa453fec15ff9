import { ETHERTYPE, IP_PROTOCOL } from '@vnet/packet';
import type { Match } from '@vnet/openflow';
import type { Tables } from '../state/tables.ts';
import { uplinkPort } from './bindings.ts';
import type { Emit, View } from './emit.ts';

type IpLease = Tables['ip_lease'];

/** A MAC of this host, and what it has addresses in. */
export interface OwnMac {
  readonly mac: number;
  readonly interfaceId: number;
  /** In networks; those on its own segment are names only, as the segment carries everything there. */
  readonly leases: readonly IpLease[];
  readonly networks: ReadonlySet<number>;
  readonly segmentId: number | null;
}

/** A packet that is of a network. */
export interface InNetwork {
  readonly network: number;
  readonly match: Match;
}

/** One MAC of a port; undefined when it is in no network and no segment. */
export function ownMac(
  view: View,
  emit: Emit,
  face: Tables['interface'],
  lease: Tables['mac_lease'],
): OwnMac | undefined {
  const { mac_address: mac, segment_id: segmentId } = lease;
  const all = view.find('ip_lease', 'mac_lease_id', lease.id);
  if (all.length === 0 && segmentId === null) return undefined;

  const uplink = uplinkPort(view);
  if (uplink !== undefined) emit.output('announcement', `mac ${mac}`, { mac, port: uplink });
  for (const network of new Set(all.map((each) => each.network_id))) {
    emit.output('scope', `network/${network}`, true);
    emit.output('localNetwork', network, true);
  }
  const leases = all.filter((each) => !isOnSegment(view, each.network_id, segmentId));
  const networks = new Set(leases.map((each) => each.network_id));
  for (const network of networks) warnOfPhysical(view, emit, face, network);
  return { mac, interfaceId: lease.interface_id, leases, networks, segmentId };
}

/** MAC2MAC: the destination MAC names the network; where one MAC is in several networks, its addresses do. */
export function fromNeighbours({ leases, networks, segmentId }: Omit<OwnMac, 'mac' | 'interfaceId'>): InNetwork[] {
  const [only] = networks;
  if (networks.size === 1 && only !== undefined && segmentId === null) return [{ network: only, match: {} }];
  return leases.flatMap(({ network_id: network, ipv4_address: address }) => [
    { network, match: { eth_type: ETHERTYPE.ipv4, ipv4_dst: address } },
    { network, match: { eth_type: ETHERTYPE.arp, arp_tpa: address } },
  ]);
}

/** Anti-spoofing: what a machine with this MAC and these addresses may send. */
export function ownPackets(mac: number, leases: readonly IpLease[]): InNetwork[] {
  const [first] = leases;
  if (!first) return [];
  return [
    ...leases.flatMap(({ network_id: network, ipv4_address: address }) => [
      { network, match: { eth_type: ETHERTYPE.ipv4, ipv4_src: address } },
      { network, match: { eth_type: ETHERTYPE.arp, arp_sha: mac, arp_spa: address } },
    ]),
    // A machine without an address yet: ARP probes (RFC 5227) and DHCP.
    { network: first.network_id, match: { eth_type: ETHERTYPE.arp, arp_sha: mac, arp_spa: 0 } },
    { network: first.network_id, match: DHCP_REQUEST },
  ];
}

const DHCP_REQUEST: Match = {
  eth_type: ETHERTYPE.ipv4,
  ipv4_src: 0,
  ipv4_dst: 0xffffffff,
  ip_proto: IP_PROTOCOL.udp,
  udp_src: 68,
  udp_dst: 67,
};

/** What machines of a network on their own segment send is carried by the segment. */
function isOnSegment(view: View, networkId: number, segmentId: number | null): boolean {
  return segmentId !== null && view.get('network', networkId)?.segment_id === segmentId;
}

/** Machines of virtual networks reach physical ones through a router, not by standing in them. */
function warnOfPhysical(view: View, emit: Emit, face: Tables['interface'], networkId: number): void {
  const network = view.get('network', networkId);
  if (network?.mode !== 'physical') return;
  emit.output('warning', `physical ${face.uuid}`, {
    message: 'a vif has an address in a physical network: it reaches only other interfaces of the model there',
    details: { interface: face.uuid, network: network.uuid, remedy: 'put the address into a virtual network' },
  });
}
