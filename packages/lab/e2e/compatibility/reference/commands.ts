/**
 * The commands of OpenVNet's vnctl with their options, copied by hand from its sources. `name!` is an option that the
 * command line requires.
 */

function standard(group: string, add: string, modify: string): Record<string, string> {
  return {
    [`${group} add`]: `uuid ${add}`,
    [`${group} modify`]: modify,
    [`${group} show`]: 'limit offset',
    [`${group} del`]: '',
  };
}

function relation(name: string, add = ''): Record<string, string> {
  return { [`${name} add`]: add, [`${name} show`]: 'limit offset', [`${name} del`]: '' };
}

const LINK = 'mac_address interface_uuid!';
const RULE = 'protocol! src_address dst_address src_port dst_port action';
const PAIR =
  'ingress_ipv4_address! egress_ipv4_address! ingress_port_number egress_port_number route_link_uuid ' +
  'ingress_network_uuid egress_network_uuid';
const PORT = 'datapath_uuid port_name singular';
const INTERFACE_FLAGS = 'enable_routing enable_route_translation owner_datapath_uuid enable_filtering';

/** Those of the last version, 140 with `batch`. */
export const COMMANDS: Readonly<Record<string, string>> = {
  ...standard(
    'datapaths',
    'display_name dpid! node_id! enable_ovs_learn_action',
    'display_name dpid node_id enable_ovs_learn_action',
  ),
  ...relation('datapaths networks', LINK),
  ...relation('datapaths segments', LINK),
  ...relation('datapaths route_links', LINK),
  ...standard('dns_services', 'public_dns network_service_uuid!', 'public_dns'),
  ...relation('dns_services dns_records', 'uuid name! ipv4_address!'),
  ...standard(
    'filters',
    'interface_uuid! mode! egress_passthrough ingress_passthrough',
    'egress_passthrough ingress_passthrough',
  ),
  'filters static add': RULE,
  'filters static del': RULE,
  'filters static show': 'limit offset',
  ...standard(
    'interfaces',
    `${INTERFACE_FLAGS} segment_uuid network_uuid mac_address ipv4_address port_name mode`,
    INTERFACE_FLAGS,
  ),
  'interfaces rename': 'new_uuid! uuid',
  ...relation('interfaces ports', PORT),
  'interfaces networks show': 'limit offset',
  'interfaces networks modify': 'static',
  'interfaces segments show': 'limit offset',
  'interfaces segments modify': 'static',
  'interfaces route_links show': 'limit offset',
  'interfaces route_links modify': 'static',
  ...standard(
    'ip_leases',
    'ipv4_address! network_uuid! interface_uuid mac_lease_uuid enable_routing',
    'enable_routing',
  ),
  'ip_leases attach': 'interface_uuid mac_lease_uuid',
  'ip_leases release': '',
  ...standard('ip_lease_containers', '', ''),
  'ip_lease_containers ip_leases': '',
  ...standard('ip_range_groups', 'allocation_type', 'allocation_type'),
  ...relation('ip_range_groups ip_ranges', 'begin_ipv4_address end_ipv4_address'),
  ...standard('ip_retention_containers', 'lease_time grace_time', 'lease_time grace_time'),
  'ip_retention_containers ip_retentions': '',
  ...standard('lease_policies', 'timing mode', 'timing'),
  ...relation('lease_policies networks', 'ip_range_group_uuid!'),
  ...relation('lease_policies ip_lease_containers'),
  ...relation('lease_policies ip_retention_containers'),
  ...relation('lease_policies interfaces'),
  ...standard(
    'mac_leases',
    'interface_uuid! mac_address! segment_uuid',
    'uuid interface_uuid mac_address segment_uuid',
  ),
  ...standard('mac_range_groups', 'allocation_type', 'allocation_type'),
  ...relation('mac_range_groups mac_ranges', 'begin_mac_address end_mac_address'),
  ...standard(
    'networks',
    'mode network_mode ipv4_network! ipv4_prefix segment_uuid topology_uuid display_name domain_name',
    'display_name domain_name',
  ),
  ...standard(
    'network_services',
    'display_name interface_uuid incoming_port outgoing_port type mode',
    'display_name interface_uuid incoming_port outgoing_port',
  ),
  ...standard(
    'routes',
    'interface_uuid route_link_uuid! network_uuid! ipv4_network ipv4_prefix ingress egress',
    'interface_uuid route_link_uuid network_uuid ipv4_network ipv4_prefix ingress egress',
  ),
  ...standard('route_links', 'topology_uuid mac_address', 'mac_address'),
  'segments add': 'uuid topology_uuid mode!',
  'segments show': 'limit offset',
  'segments del': '',
  ...standard('topologies', 'mode', 'mode'),
  ...relation('topologies datapaths', 'interface_uuid! ip_lease_uuid'),
  ...relation('topologies underlays'),
  ...relation('topologies mac_range_groups'),
  ...relation('topologies networks'),
  ...relation('topologies segments'),
  ...relation('topologies route_links'),
  ...standard('translations', 'interface_uuid! mode! passthrough', 'interface_uuid mode passthrough'),
  'translations static_address add': PAIR,
  'translations static_address del': PAIR,
  'translations static_address show': 'limit offset',
  batch: '',
};

const GROUP = 'display_name description rules';
const VLAN = 'translation_uuid mac_address vlan_id network_uuid';

/** Those that only 0.9 had, 14. */
export const FORMER_COMMANDS: Readonly<Record<string, string>> = {
  ...standard('security_groups', GROUP, `uuid ${GROUP}`),
  ...relation('security_groups interfaces'),
  ...relation('interfaces security_groups'),
  ...standard('vlan_translations', VLAN, `uuid ${VLAN}`),
};
