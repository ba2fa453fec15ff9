/**
 * The endpoints of OpenVNet with the parameters that they take, copied by hand from its sources: what VNet is measured
 * against, whatever VNet itself declares.
 */

/**
 * Parameters of one endpoint, separated by blanks: `name:form`, `name!` when it is required. Forms: `nw-` a uuid (of the
 * object that is made, for `uuid`), `a|b` one of these, `1..32` an integer within, `int`, `bool`, `ip`, `mac`; none: a text.
 */
export type ReferenceParams = string;

export interface ReferenceSection {
  readonly title: string;
  readonly rows: Readonly<Record<string, ReferenceParams>>;
}

/** What every resource with a uuid has: the list, one, and its end. */
function standard(path: string): Record<string, ReferenceParams> {
  return { [`GET ${path}`]: 'limit offset', [`GET ${path}/:uuid`]: '', [`DELETE ${path}/:uuid`]: '' };
}

function relation(path: string, other: string, params = ''): Record<string, ReferenceParams> {
  return { [`POST ${path}/:${other}`]: params, [`GET ${path}`]: 'limit offset', [`DELETE ${path}/:${other}`]: '' };
}

const NETWORK_MODE = 'internal|physical|virtual';
const INTERFACE_MODE = 'host|internal|patch|promiscuous|remote|simulated|vif';
const DATAPATH_LINK = 'interface_uuid!:if- mac_address:mac';
const STATIC_ADDRESS =
  'ingress_ipv4_address!:ip egress_ipv4_address!:ip ingress_port_number:1..65536 egress_port_number:1..65536 ' +
  'ingress_network_uuid:nw- egress_network_uuid:nw-';
const FILTER_STATIC = 'protocol!:tcp|udp|icmp|arp|ip src_address:ip dst_address:ip src_port:0..65535 dst_port:0..65535';

/** Those of the last version, 152 with `/browse`. */
export const ENDPOINTS: readonly ReferenceSection[] = [
  {
    title: 'Networks',
    rows: {
      'POST /networks':
        `uuid:nw- display_name domain_name segment_uuid:seg- topology_uuid:topo- mode:${NETWORK_MODE} ` +
        `network_mode:${NETWORK_MODE} ipv4_network!:ip ipv4_prefix:1..32`,
      'PUT /networks/:uuid': 'display_name domain_name',
      ...standard('/networks'),
    },
  },
  {
    title: 'Segments',
    rows: { 'POST /segments': 'uuid:seg- topology_uuid:topo- mode!:physical|virtual', ...standard('/segments') },
  },
  {
    title: 'Interfaces',
    rows: {
      'POST /interfaces':
        'uuid:if- owner_datapath_uuid:dp- enable_filtering:bool display_name enable_routing:bool ' +
        `enable_route_translation:bool network_uuid:nw- segment_uuid:seg- mode!:${INTERFACE_MODE} ipv4_address:ip ` +
        'mac_address:mac mac_range_group_uuid:mrg- port_name',
      'PUT /interfaces/:uuid':
        'owner_datapath_uuid:dp- enable_filtering:bool display_name enable_routing:bool enable_route_translation:bool',
      ...standard('/interfaces'),
      'POST /interfaces/:uuid/ports': 'datapath_uuid:dp- port_name singular:bool',
      'GET /interfaces/:uuid/ports': 'limit offset',
      'DELETE /interfaces/:uuid/ports': 'datapath_uuid:dp- port_name singular:bool',
      'PUT /interfaces/:uuid/networks/:network_uuid': 'static:bool',
      'PUT /interfaces/:uuid/segments/:segment_uuid': 'static:bool',
      'PUT /interfaces/:uuid/route_links/:route_link_uuid': 'static:bool',
      'GET /interfaces/:uuid/segments': 'limit offset',
    },
  },
  {
    title: 'MAC leases',
    rows: {
      'POST /mac_leases': 'uuid:ml- interface_uuid!:if- segment_uuid:seg- mac_address!:mac',
      'PUT /mac_leases/:uuid': 'interface_uuid:if-',
      ...standard('/mac_leases'),
    },
  },
  {
    title: 'IP leases',
    rows: {
      'POST /ip_leases':
        'uuid:il- enable_routing:bool network_uuid!:nw- ipv4_address!:ip mac_lease_uuid:ml- interface_uuid:if-',
      'PUT /ip_leases/:uuid': 'enable_routing:bool',
      'PUT /ip_leases/:uuid/attach': 'interface_uuid:if- mac_lease_uuid:ml-',
      'PUT /ip_leases/:uuid/release': '',
      ...standard('/ip_leases'),
    },
  },
  {
    title: 'Datapaths',
    rows: {
      'POST /datapaths': 'uuid:dp- display_name! enable_ovs_learn_action:bool node_id! dpid!:dpid',
      'PUT /datapaths/:uuid': 'display_name enable_ovs_learn_action:bool',
      ...standard('/datapaths'),
      ...relation('/datapaths/:uuid/networks', 'network_uuid', DATAPATH_LINK),
      ...relation('/datapaths/:uuid/segments', 'segment_uuid', DATAPATH_LINK),
      ...relation('/datapaths/:uuid/route_links', 'route_link_uuid', DATAPATH_LINK),
    },
  },
  {
    title: 'Routes and route links',
    rows: {
      'POST /routes':
        'uuid:r- interface_uuid!:if- network_uuid!:nw- route_link_uuid!:rl- ipv4_network!:ip ipv4_prefix:0..32 ' +
        'ingress:bool egress:bool',
      ...standard('/routes'),
      'POST /route_links': 'uuid:rl- topology_uuid:topo- mac_address:mac',
      ...standard('/route_links'),
    },
  },
  {
    title: 'Network services',
    rows: {
      'POST /network_services':
        'uuid:ns- display_name interface_uuid:if- incoming_port:int outgoing_port:int mode!:dhcp|dns|router',
      'PUT /network_services/:uuid': 'display_name',
      ...standard('/network_services'),
    },
  },
  {
    title: 'DNS services',
    rows: {
      'POST /dns_services': 'uuid:dnss- public_dns network_service_uuid!:ns-',
      'PUT /dns_services/:uuid': 'public_dns',
      ...standard('/dns_services'),
      'POST /dns_services/:uuid/dns_records': 'uuid:dnsr- name! ipv4_address:ip',
      'GET /dns_services/:uuid/dns_records': 'limit offset',
      'DELETE /dns_services/:uuid/dns_records/:dns_record_uuid': '',
    },
  },
  {
    title: 'Filters',
    rows: {
      'POST /filters': 'uuid:fil- egress_passthrough:bool ingress_passthrough:bool interface_uuid!:if- mode!:static',
      'PUT /filters/:uuid': 'egress_passthrough:bool ingress_passthrough:bool',
      ...standard('/filters'),
      'POST /filters/:uuid/static': `${FILTER_STATIC} action!`,
      'DELETE /filters/:uuid/static': FILTER_STATIC,
      'GET /filters/:uuid/static': 'limit offset',
    },
  },
  {
    title: 'Translations',
    rows: {
      'POST /translations': 'uuid:tr- interface_uuid!:if- mode!:static_address passthrough:bool',
      ...standard('/translations'),
      'POST /translations/:uuid/static_address': `${STATIC_ADDRESS} route_link_uuid:rl-`,
      'DELETE /translations/:uuid/static_address': STATIC_ADDRESS,
    },
  },
  {
    title: 'Lease policies',
    rows: {
      'POST /lease_policies': 'uuid:lp- timing:immediate|dhcp mode:simple',
      'PUT /lease_policies/:uuid': 'timing:immediate|dhcp',
      ...standard('/lease_policies'),
      ...relation('/lease_policies/:uuid/networks', 'network_uuid', 'ip_range_group_uuid!:iprg-'),
      ...relation('/lease_policies/:uuid/interfaces', 'interface_uuid', 'label'),
      ...relation('/lease_policies/:uuid/ip_lease_containers', 'ip_lease_container_uuid'),
      ...relation('/lease_policies/:uuid/ip_retention_containers', 'ip_retention_container_uuid'),
      'POST /lease_policies/:uuid/ip_leases': 'ip_lease_uuid label',
    },
  },
  {
    title: 'IP range groups',
    rows: {
      'POST /ip_range_groups': 'uuid:iprg- allocation_type:incremental|decremental|random',
      'PUT /ip_range_groups/:uuid': 'allocation_type:incremental|decremental|random',
      ...standard('/ip_range_groups'),
      'POST /ip_range_groups/:uuid/ip_ranges': 'uuid:ipr- begin_ipv4_address:ip end_ipv4_address:ip',
      'GET /ip_range_groups/:uuid/ip_ranges': 'limit offset',
      'DELETE /ip_range_groups/:uuid/ip_ranges/:ip_range_uuid': '',
    },
  },
  {
    title: 'MAC range groups',
    rows: {
      'POST /mac_range_groups': 'uuid:mrg- allocation_type',
      'PUT /mac_range_groups/:uuid': 'allocation_type',
      ...standard('/mac_range_groups'),
      'POST /mac_range_groups/:uuid/mac_ranges': 'uuid:mr- begin_mac_address:mac end_mac_address:mac',
      'GET /mac_range_groups/:uuid/mac_ranges': 'limit offset',
      'DELETE /mac_range_groups/:uuid/mac_ranges/:mac_range_uuid': '',
    },
  },
  {
    title: 'IP lease containers and IP retention containers',
    rows: {
      'POST /ip_lease_containers': 'uuid:ilc-',
      'PUT /ip_lease_containers/:uuid': '',
      ...standard('/ip_lease_containers'),
      'GET /ip_lease_containers/:uuid/ip_leases': 'limit offset',
      'POST /ip_retention_containers': 'uuid:irc- lease_time:int grace_time:int',
      'PUT /ip_retention_containers/:uuid': 'lease_time:int grace_time:int',
      ...standard('/ip_retention_containers'),
      'GET /ip_retention_containers/:uuid/ip_retentions': 'limit offset',
    },
  },
  {
    title: 'Topologies',
    rows: {
      'POST /topologies': 'uuid:topo- mode!:simple_overlay|simple_underlay',
      'PUT /topologies/:uuid': '',
      ...standard('/topologies'),
      ...relation('/topologies/:uuid/networks', 'network_uuid'),
      ...relation('/topologies/:uuid/segments', 'segment_uuid'),
      ...relation('/topologies/:uuid/route_links', 'route_link_uuid'),
      ...relation('/topologies/:uuid/mac_range_groups', 'mac_range_group_uuid'),
      ...relation('/topologies/:uuid/datapaths', 'datapath_uuid', 'interface_uuid!:if- ip_lease_uuid:il-'),
      ...relation('/topologies/:uuid/underlays', 'underlay_uuid'),
    },
  },
  { title: 'The list of endpoints', rows: { 'GET /browse': 'format:html|json|yaml|yml' } },
];

/** Those that 0.9 had and the last version has not, and those that only its clients called. */
export const FORMER_ENDPOINTS: readonly ReferenceSection[] = [
  {
    title: 'Security groups (0.9)',
    rows: {
      'POST /security_groups': 'uuid:sg- display_name! description rules',
      'PUT /security_groups/:uuid': 'display_name description rules',
      ...standard('/security_groups'),
      ...relation('/security_groups/:uuid/interfaces', 'interface_uuid'),
      ...relation('/interfaces/:uuid/security_groups', 'security_group_uuid'),
    },
  },
  {
    title: 'VLAN translations (0.9)',
    rows: {
      'POST /vlan_translations': 'uuid:vt- translation_uuid!:tr- network_uuid!:nw- mac_address:mac vlan_id:int',
      'PUT /vlan_translations/:uuid': 'translation_uuid:tr- network_uuid:nw- mac_address:mac vlan_id:int',
      ...standard('/vlan_translations'),
    },
  },
  { title: 'Rename (0.9)', rows: { 'PUT /interfaces/:uuid/rename': 'new_uuid!' } },
  {
    title: 'Changes that 0.9 allowed',
    rows: {
      'PUT /networks/:uuid (0.9)': `display_name ipv4_network:ip ipv4_prefix:1..32 network_mode:${NETWORK_MODE}`,
      'PUT /interfaces/:uuid (0.9)': 'ingress_filtering_enabled:bool',
      'PUT /network_services/:uuid (0.9)': 'display_name interface_uuid:if- incoming_port:int outgoing_port:int',
      'PUT /datapaths/:uuid (0.9)': 'node_id dpid:dpid',
      'PUT /mac_leases/:uuid (0.9)': 'mac_address:mac',
      'PUT /ip_leases/:uuid (0.9)': 'network_uuid:nw- mac_lease_uuid:ml- ipv4_address:ip',
      'PUT /routes/:uuid (0.9)':
        'interface_uuid:if- network_uuid:nw- route_link_uuid:rl- ipv4_network:ip ipv4_prefix:0..32 ingress:bool egress:bool',
      'PUT /route_links/:uuid (0.9)': 'mac_address:mac',
      'PUT /translations/:uuid (0.9)': 'interface_uuid:if- mode:static_address|vnet_edge passthrough:bool',
      'PUT /filters/:uuid (0.9)': 'interface_uuid:if- mode:static',
    },
  },
  {
    title: 'Names that 0.9 had',
    rows: {
      'POST /networks (0.9)': `network_mode:${NETWORK_MODE} editable:bool`,
      'POST /interfaces (0.9)': 'ingress_filtering_enabled:bool mode:edge',
      'POST /network_services (0.9)': 'type:dhcp|dns|router',
      'POST /datapaths (0.9)': 'is_connected:bool',
      'POST /translations (0.9)': 'mode:vnet_edge',
    },
  },
  {
    title: 'Paths that the clients call and the server did not have',
    rows: {
      'GET /interfaces/:uuid/networks': 'limit offset',
      'GET /interfaces/:uuid/route_links': 'limit offset',
      'GET /translations/:uuid/static_address': 'limit offset',
    },
  },
];
