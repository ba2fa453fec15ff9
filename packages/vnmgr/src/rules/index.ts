/** All rules, by where they apply. */
import type { EntityName } from '@vnet/model';
import { associations } from './associations.ts';
import { completeDatapathLink, datapathLinkRequests, hostAddresses, leaveDeletedLeases } from './datapath_links.ts';
import { completeDnsService, reviseDnsService } from './dns_service.ts';
import { edgeHostsGiveWay, edgeHostsLeave, edgesBegin } from './edge_hosts.ts';
import { placesFallBack } from './facts.ts';
import { filterStaticRequests } from './filter_static.ts';
import { completeInterfacePort, edgesHaveTrunks, interfaceRequests, leaveEdgePorts } from './interface.ts';
import { completeIpRange } from './ip_range.ts';
import { ipRetention, retentionFollowsLease } from './ip_retention.ts';
import { leasePolicyInterfaceRequests } from './lease_policy.ts';
import { completeIpLease, ipLeasesFollowMacLease, macLeasesJoinSegments, reviseIpLease } from './leases.ts';
import { legsCanBeMade } from './leg.ts';
import { completeMacRange } from './mac_range.ts';
import { networkMtu } from './mtu.ts';
import { completeNetwork, networkRequests, reviseNetwork } from './network.ts';
import { completeRoute, reviseRoute } from './route.ts';
import { completeRouteLink, routeLinkRequests } from './route_link.ts';
import type { BackgroundRule, Completion, Departure, Reaction, RequestRule, Revision } from './rule.ts';
import { completeSecurityGroup, peerGroups, reviseSecurityGroup } from './security_group.ts';
import { segmentRequests } from './segment.ts';
import {
  completeTopologyDatapath,
  completeTopologyLayer,
  completeTopologyMacRangeGroup,
  completeTopologyRouteLink,
  topologyProducts,
} from './topology.ts';
import {
  completeStaticAddress,
  completeVlanTranslation,
  reviseVlanTranslation,
  translationModes,
} from './translation.ts';

export const completions: { readonly [E in EntityName]?: Completion<E> } = {
  network: completeNetwork,
  interface_port: completeInterfacePort,
  ip_lease: completeIpLease,
  route_link: completeRouteLink,
  route: completeRoute,
  dns_service: completeDnsService,
  translation_static_address: completeStaticAddress,
  vlan_translation: completeVlanTranslation,
  security_group: completeSecurityGroup,
  ip_range: completeIpRange,
  mac_range: completeMacRange,
  datapath_network: completeDatapathLink,
  datapath_segment: completeDatapathLink,
  datapath_route_link: completeDatapathLink,
  topology_datapath: completeTopologyDatapath,
  topology_route_link: completeTopologyRouteLink,
  topology_mac_range_group: completeTopologyMacRangeGroup,
  topology_layer: completeTopologyLayer,
};

export const revisions: { readonly [E in EntityName]?: Revision<E> } = {
  network: reviseNetwork,
  ip_lease: reviseIpLease,
  route: reviseRoute,
  dns_service: reviseDnsService,
  vlan_translation: reviseVlanTranslation,
  security_group: reviseSecurityGroup,
};

export const departures: { readonly [E in EntityName]?: Departure<E> } = {
  ip_lease: leaveDeletedLeases,
  interface_port: leaveEdgePorts,
};

export const requestRules: { readonly [E in EntityName]?: RequestRule<E> } = {
  network: networkRequests,
  segment: segmentRequests,
  interface: interfaceRequests,
  route_link: routeLinkRequests,
  filter_static: filterStaticRequests,
  lease_policy_base_interface: leasePolicyInterfaceRequests,
  datapath_network: datapathLinkRequests,
  datapath_segment: datapathLinkRequests,
  datapath_route_link: datapathLinkRequests,
};

/** In this order in each round. */
export const reactions: readonly Reaction[] = [
  placesFallBack,
  ipLeasesFollowMacLease,
  macLeasesJoinSegments,
  retentionFollowsLease,
  translationModes,
  peerGroups,
  edgesHaveTrunks,
  legsCanBeMade,
  associations,
  hostAddresses,
  topologyProducts,
  networkMtu,
  edgeHostsGiveWay,
  edgeHostsLeave,
  edgesBegin,
];

export const backgroundRules: readonly BackgroundRule[] = [ipRetention];
