/** What is deleted with what, as in OpenVNet. */
import { HOST, INTERFACE, INTERFACE_B, MAC_LEASE, NETWORK, ROUTE_LINK, SEGMENT } from './given.ts';
import { ALLOCATING } from './cases/policies.ts';
import type { RequestLine } from './client.ts';

export interface Cascade {
  readonly given: readonly RequestLine[];
  /** Path. */
  readonly deleted: string;
  /** Lists that have items before and none afterwards. */
  readonly gone: readonly string[];
  /** Rows that stay, or lists that go on having items. */
  readonly stay?: readonly string[];
}

const UNDERLAY = ['POST /topologies?uuid=topo-u&mode=simple_underlay', ...HOST] as const;
const ON_UNDERLAY = 'POST /topologies/topo-u/datapaths/dp-a?interface_uuid=if-host';
const LEASED = [
  NETWORK,
  INTERFACE,
  MAC_LEASE,
  'POST /ip_leases?uuid=il-a&network_uuid=nw-a&ipv4_address=10.1.0.5&interface_uuid=if-a',
];
const ROUTE = 'POST /routes?uuid=r-a&interface_uuid=if-a&network_uuid=nw-a&route_link_uuid=rl-a&ipv4_network=10.1.0.0';
const OVERLAY = 'POST /topologies?uuid=topo-o&mode=simple_overlay';
const DNS = [
  'POST /network_services?uuid=ns-a&mode=dns&interface_uuid=if-a',
  'POST /dns_services?uuid=dnss-a&network_service_uuid=ns-a',
  'POST /dns_services/dnss-a/dns_records?uuid=dnsr-a&name=www&ipv4_address=10.1.0.1',
];
const NAT = [
  'POST /translations?uuid=tr-a&mode=static_address&interface_uuid=if-a',
  'POST /translations/tr-a/static_address?ingress_ipv4_address=10.1.0.5&egress_ipv4_address=10.2.0.5&route_link_uuid=rl-a',
];
const VLAN = [
  'POST /translations?uuid=tr-e&mode=vnet_edge&interface_uuid=if-b',
  'POST /vlan_translations?uuid=vt-a&translation_uuid=tr-e&network_uuid=nw-a',
];
const POLICY = [
  'POST /ip_lease_containers?uuid=ilc-a',
  'POST /ip_retention_containers?uuid=irc-a&lease_time=1000',
  'POST /lease_policies/lp-a/ip_lease_containers/ilc-a',
  'POST /lease_policies/lp-a/ip_retention_containers/irc-a',
  'POST /lease_policies/lp-a/ip_leases?ip_lease_uuid=il-p',
];

export const CASCADES: Readonly<Record<string, Cascade>> = {
  'a network': {
    given: [
      ...LEASED,
      INTERFACE_B,
      ROUTE_LINK,
      ROUTE,
      ...HOST,
      OVERLAY,
      ...ALLOCATING.slice(1),
      ...VLAN,
      'POST /datapaths/dp-a/networks/nw-a?interface_uuid=if-host',
      'POST /topologies/topo-o/networks/nw-a',
    ],
    deleted: '/networks/nw-a',
    gone: [
      '/interfaces/if-a/networks',
      '/datapaths/dp-a/networks',
      '/topologies/topo-o/networks',
      '/lease_policies/lp-a/networks',
      '/routes',
      '/vlan_translations',
    ],
    stay: ['/interfaces/if-a', '/mac_leases/ml-a', '/route_links/rl-a', '/lease_policies/lp-a'],
  },
  'a segment': {
    given: [
      SEGMENT,
      INTERFACE,
      'POST /networks?uuid=nw-s&ipv4_network=10.3.0.0&segment_uuid=seg-a',
      'POST /mac_leases?uuid=ml-s&interface_uuid=if-a&segment_uuid=seg-a&mac_address=02:00:00:00:03:01',
      OVERLAY,
      ...HOST.slice(0, 1),
      'POST /interfaces?uuid=if-host&mode=host&owner_datapath_uuid=dp-a&port_name=eth0',
      'POST /datapaths/dp-a/segments/seg-a?interface_uuid=if-host',
      'POST /topologies/topo-o/segments/seg-a',
    ],
    deleted: '/segments/seg-a',
    gone: [
      '/networks',
      '/mac_leases',
      '/datapaths/dp-a/segments',
      '/topologies/topo-o/segments',
      '/interfaces/if-a/segments',
    ],
    stay: ['/interfaces/if-a'],
  },
  'an interface': {
    given: [
      ...LEASED,
      ROUTE_LINK,
      ROUTE,
      ...DNS,
      ...NAT,
      'POST /filters?uuid=fil-a&mode=static&interface_uuid=if-a',
      'POST /security_groups?uuid=sg-a&display_name=a',
      'POST /security_groups/sg-a/interfaces/if-a',
      ...ALLOCATING.slice(1),
      'POST /lease_policies/lp-a/interfaces/if-a',
    ],
    deleted: '/interfaces/if-a',
    gone: [
      '/mac_leases',
      '/ip_leases',
      '/routes',
      '/network_services',
      '/dns_services',
      '/filters',
      '/translations',
      '/security_groups/sg-a/interfaces',
      '/lease_policies/lp-a/interfaces',
    ],
    stay: ['/networks/nw-a', '/route_links/rl-a', '/security_groups/sg-a'],
  },
  'the host interface of a datapath': {
    given: [
      ...UNDERLAY,
      NETWORK,
      ROUTE_LINK,
      ON_UNDERLAY,
      'POST /datapaths/dp-a/networks/nw-a?interface_uuid=if-host',
      'POST /datapaths/dp-a/route_links/rl-a?interface_uuid=if-host',
    ],
    deleted: '/interfaces/if-host',
    gone: ['/datapaths/dp-a/networks', '/datapaths/dp-a/route_links', '/topologies/topo-u/datapaths'],
    stay: ['/datapaths/dp-a', '/networks/nw-a'],
  },
  'a MAC lease': {
    given: LEASED,
    deleted: '/mac_leases/ml-a',
    gone: ['/ip_leases', '/interfaces/if-a/networks'],
    stay: ['/interfaces/if-a'],
  },
  'an IP lease': {
    given: [...ALLOCATING, ...POLICY],
    deleted: '/ip_leases/il-p',
    gone: ['/ip_lease_containers/ilc-a/ip_leases', '/ip_retention_containers/irc-a/ip_retentions'],
    stay: ['/networks/nw-a'],
  },
  'a datapath': {
    given: [
      ...UNDERLAY,
      NETWORK,
      SEGMENT,
      ROUTE_LINK,
      ON_UNDERLAY,
      'POST /datapaths/dp-a/networks/nw-a?interface_uuid=if-host',
      'POST /datapaths/dp-a/segments/seg-a?interface_uuid=if-host',
      'POST /datapaths/dp-a/route_links/rl-a?interface_uuid=if-host',
    ],
    deleted: '/datapaths/dp-a',
    gone: ['/topologies/topo-u/datapaths', '/interfaces/if-host/ports'],
    stay: ['/interfaces/if-host', '/networks/nw-a', '/segments/seg-a', '/route_links/rl-a'],
  },
  'a route link': {
    given: [
      ...LEASED,
      ROUTE_LINK,
      ROUTE,
      ...NAT,
      ...HOST,
      OVERLAY,
      'POST /datapaths/dp-a/route_links/rl-a?interface_uuid=if-host',
      'POST /topologies/topo-o/route_links/rl-a',
    ],
    deleted: '/route_links/rl-a',
    gone: [
      '/routes',
      '/datapaths/dp-a/route_links',
      '/translations/tr-a/static_address',
      '/topologies/topo-o/route_links',
      '/interfaces/if-a/route_links',
    ],
    stay: ['/translations/tr-a', '/networks/nw-a'],
  },
  'a network service': { given: [INTERFACE, ...DNS], deleted: '/network_services/ns-a', gone: ['/dns_services'] },
  'a translation of VLANs': {
    given: [NETWORK, INTERFACE_B, ...VLAN],
    deleted: '/translations/tr-e',
    gone: ['/vlan_translations'],
    stay: ['/networks/nw-a'],
  },
  'a MAC range group': {
    given: [
      'POST /topologies?uuid=topo-u&mode=simple_underlay',
      'POST /mac_range_groups?uuid=mrg-a',
      'POST /topologies/topo-u/mac_range_groups/mrg-a',
    ],
    deleted: '/mac_range_groups/mrg-a',
    gone: ['/topologies/topo-u/mac_range_groups'],
    stay: ['/topologies/topo-u'],
  },
  'a lease policy': {
    given: [...ALLOCATING, ...POLICY],
    deleted: '/lease_policies/lp-a',
    gone: ['/lease_policies'],
    stay: ['/ip_leases/il-p', '/ip_lease_containers/ilc-a/ip_leases', '/ip_range_groups/iprg-a', '/networks/nw-a'],
  },
  'an IP lease container': {
    given: [...ALLOCATING, ...POLICY],
    deleted: '/ip_lease_containers/ilc-a',
    gone: ['/lease_policies/lp-a/ip_lease_containers'],
    stay: ['/ip_leases/il-p'],
  },
  'an IP retention container': {
    given: [...ALLOCATING, ...POLICY],
    deleted: '/ip_retention_containers/irc-a',
    gone: ['/lease_policies/lp-a/ip_retention_containers'],
    stay: ['/ip_leases/il-p'],
  },
  'a topology': {
    given: [...UNDERLAY, OVERLAY, ON_UNDERLAY, 'POST /topologies/topo-o/underlays/topo-u'],
    deleted: '/topologies/topo-u',
    gone: ['/topologies/topo-o/underlays'],
    stay: ['/datapaths/dp-a', '/interfaces/if-host', '/topologies/topo-o'],
  },
  'an IP range group, with whose ranges a policy gives addresses': {
    given: ALLOCATING,
    deleted: '/ip_range_groups/iprg-a',
    gone: ['/lease_policies/lp-a/networks'],
    stay: ['/networks/nw-a', '/lease_policies/lp-a'],
  },
};
