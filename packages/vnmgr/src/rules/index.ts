/** All rules, by where they apply. */
import type { EntityName } from '@vnet/model';
import { completeDatapathNetwork, hostAddresses } from './datapath_network.ts';
import { placesFallBack } from './facts.ts';
import { completeInterfacePort, interfaceRequests } from './interface.ts';
import { completeIpLease, ipLeasesFollowMacLease } from './leases.ts';
import { completeMacRange } from './mac_range.ts';
import { networkMtu } from './mtu.ts';
import { completeNetwork, networkRequests } from './network.ts';
import type { Completion, Reaction, RequestRule } from './rule.ts';
import {
  completeTopologyDatapath,
  completeTopologyLayer,
  completeTopologyMacRangeGroup,
  topologyProducts,
} from './topology.ts';

export const completions: { readonly [E in EntityName]?: Completion<E> } = {
  network: completeNetwork,
  interface_port: completeInterfacePort,
  ip_lease: completeIpLease,
  mac_range: completeMacRange,
  datapath_network: completeDatapathNetwork,
  topology_datapath: completeTopologyDatapath,
  topology_mac_range_group: completeTopologyMacRangeGroup,
  topology_layer: completeTopologyLayer,
};

export const requestRules: { readonly [E in EntityName]?: RequestRule<E> } = {
  network: networkRequests,
  interface: interfaceRequests,
};

/** In this order in each round. */
export const reactions: readonly Reaction[] = [
  placesFallBack,
  ipLeasesFollowMacLease,
  hostAddresses,
  topologyProducts,
  networkMtu,
];
