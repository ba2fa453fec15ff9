/**
 * The objects of OpenVNet's replies: every key in its order, with the form of its value. Copied by hand from its sources.
 *
 * Keys are separated by blanks: `key:form`. Forms: `int`, `text`, `bool`, `ip` and `mac` (addresses as texts), `dpid`, `time`,
 * `null`, `0`, `nw-` (a uuid), `{Name}` an object, `[Name]` a list of objects. `form?` may be null; `key~` may be absent;
 * `+key` is VNet's own.
 */
const TS = 'created_at:time updated_at:time deleted_at:null is_deleted:0';

/** Row between a datapath and another. */
function datapathLink(other: string): string {
  return (
    `id:int datapath_id:int ${other}:int interface_id:int mac_address_id:int ip_lease_id:int? ${TS} topology_id:int? ` +
    'topology_layer_id:int? topology_mac_range_group_id:int? mac_address:int'
  );
}

const NETWORK_ROW = `ipv4_prefix:int mode:text? domain_name:text ${TS} segment_id:int? +mtu:int`;
const INTERFACE_ROW =
  `id:int uuid:if- mode:text display_name:text? enable_routing:bool enable_route_translation:bool ${TS} ` +
  'enable_filtering:bool enable_legacy_filtering:bool +ingress_filtering_enabled:bool? +iface_id:text? ' +
  '+log:bool +netns:text?';
const MAC_LEASE_ROW = `id:int uuid:ml- interface_id:int mac_address_id:int ${TS}`;
const IP_LEASE =
  `id:int uuid:il- interface_id:int? mac_lease_id:int? ip_address_id:int enable_routing:bool ${TS} network_id:int ` +
  'ipv4_address:ip ip_address:{IpAddress} interface_uuid~:if- mac_lease_uuid~:ml- network_uuid:nw-';

export const OBJECTS = {
  Network: `id:int uuid:nw- display_name:text ipv4_network:ip ${NETWORK_ROW}`,
  NetworkRow: `id:int uuid:nw- display_name:text ipv4_network:int ${NETWORK_ROW}`,
  Segment: `id:int uuid:seg- mode:text ${TS}`,
  Topology: `id:int uuid:topo- mode:text ${TS}`,
  Interface: `${INTERFACE_ROW} mac_leases:[InterfaceMacLease] mac_address~:mac ip_leases~:[InterfaceIpLease] network_uuid~:nw- ipv4_address~:ip`,
  InterfaceRow: INTERFACE_ROW,
  InterfaceMacLease: `${MAC_LEASE_ROW} mac_address:mac segment_id:int? ip_leases:[InterfaceIpLease] interface_uuid:if-`,
  InterfaceIpLease: IP_LEASE,
  InterfacePort: `id:int interface_id:int datapath_id:int? port_name:text? singular:bool? interface_mode:text ${TS}`,
  NewInterfacePort: `id:int interface_id:int datapath_id:int? port_name:text? singular:bool? interface_mode:text ${TS} interface_uuid:if- datapath_uuid:dp-?`,
  InterfaceNetwork: `id:int interface_id:int network_id:int static:bool ${TS}`,
  InterfaceSegment: `id:int interface_id:int segment_id:int static:bool ${TS}`,
  InterfaceRouteLink: `id:int interface_id:int route_link_id:int static:bool ${TS}`,
  MacLease: `${MAC_LEASE_ROW} mac_address:mac segment_id:int? interface:{InterfaceRow} interface_uuid:if-`,
  MacLeaseRow: MAC_LEASE_ROW,
  IpAddress: `id:int network_id:int ipv4_address:int ${TS} network:{NetworkRow}`,
  IpLease: `${IP_LEASE} mac_lease:{MacLeaseRow}? interface:{InterfaceRow}?`,
  /** As `attach` and `release` answer. */
  BareIpLease: IP_LEASE,
  Datapath: `id:int uuid:dp- display_name:text dpid:dpid node_id:text ${TS} enable_ovs_learn_action:bool +agent~:{DatapathAgent}`,
  DatapathAgent: '+connected:bool +since:text? +bonds:[BondedLinks]?',
  BondedLinks: '+kind:text +name:text +mode:text +lacp:bool +fallback:text? +links:[Link]',
  Link: '+name:text +state:text +in_use:bool',
  DatapathNetwork: datapathLink('network_id'),
  DatapathSegment: datapathLink('segment_id'),
  DatapathRouteLink: datapathLink('route_link_id'),
  Route:
    'uuid:r- route_link_uuid:rl- network_uuid:nw- interface_uuid:if- mode:text ipv4_network:ip ipv4_prefix:int ingress:bool egress:bool created_at:time updated_at:time',
  RouteLink: `id:int uuid:rl- mac_address_id:int? ${TS} mac_address:mac?`,
  NetworkService: `id:int uuid:ns- display_name:text? mode:text interface_id:int? incoming_port:int? outgoing_port:int? ${TS} interface:{InterfaceRow}? interface_uuid~:if-`,
  NetworkServiceRow: `id:int uuid:ns- display_name:text? mode:text interface_id:int? incoming_port:int? outgoing_port:int? ${TS}`,
  DnsService: `id:int uuid:dnss- network_service_id:int public_dns:text? ${TS} network_service:{NetworkServiceRow} network_service_uuid:ns-`,
  DnsRecord: `id:int uuid:dnsr- dns_service_id:int name:text ipv4_address:int ttl:int? ${TS}`,
  LeasePolicy: `id:int uuid:lp- mode:text timing:text ${TS}`,
  IpRangeGroup: `id:int uuid:iprg- allocation_type:text ${TS}`,
  IpRange: `id:int uuid:ipr- ip_range_group_id:int begin_ipv4_address:int end_ipv4_address:int ${TS}`,
  MacRangeGroup: `id:int uuid:mrg- allocation_type:text ${TS}`,
  MacRange: `id:int uuid:mr- mac_range_group_id:int begin_mac_address:int end_mac_address:int ${TS}`,
  IpLeaseContainer: `id:int uuid:ilc- ${TS}`,
  IpRetentionContainer: `id:int uuid:irc- lease_time:int? grace_time:int? ${TS}`,
  IpRetention: `id:int ip_lease_id:int ip_retention_container_id:int leased_at:time? released_at:time? ${TS}`,
  Filter: `id:int uuid:fil- mode:text ingress_passthrough:bool egress_passthrough:bool ${TS} interface_uuid:if-`,
  FilterStatic:
    'filter_id:int protocol:text action:text src_address:ip dst_address:ip src_prefix:int dst_prefix:int src_port~:int dst_port~:int',
  Translation: `id:int uuid:tr- mode:text interface_id:int passthrough:bool ${TS} interface_uuid:if-`,
  TranslationStaticAddress: `id:int translation_id:int route_link_id:int? ingress_ipv4_address:ip egress_ipv4_address:ip ingress_port_number:int? egress_port_number:int? ${TS} route_link_uuid~:rl- ingress_network_uuid~:nw- egress_network_uuid~:nw- +translation_uuid~:tr-`,
  TopologyDatapath: `id:int topology_id:int datapath_id:int interface_id:int ${TS} ip_lease_id:int`,
  TopologyNetwork: `id:int topology_id:int network_id:int ${TS}`,
  TopologySegment: `id:int topology_id:int segment_id:int ${TS}`,
  TopologyRouteLink: `id:int topology_id:int route_link_id:int ${TS}`,
  TopologyMacRangeGroup: `id:int topology_id:int mac_range_group_id:int ${TS}`,
  TopologyLayer: `id:int overlay_id:int underlay_id:int ${TS}`,
  SecurityGroup: 'uuid:sg- display_name:text rules:text description:text? +trust_members:bool +log:bool',
  VlanTranslation:
    'uuid:vt- translation_id:int mac_address:mac? vlan_id:int? network_id:int? +segment_id:int? translation_uuid:tr- network_uuid~:nw- +segment_uuid~:seg-',
} as const satisfies Readonly<Record<string, string>>;

export type ObjectName = keyof typeof OBJECTS;
