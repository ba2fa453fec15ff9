import type { TestModel } from './model.ts';

/** One of everything, each with the uuid `<prefix>-1`; `if-host` is the host interface of dp-1. */
const REQUESTS: readonly (readonly [endpoint: string, params: Readonly<Record<string, unknown>>])[] = [
  ['datapaths.create', { uuid: 'dp-1', display_name: 'one', node_id: 'hv1', dpid: '0x1' }],
  ['segments.create', { uuid: 'seg-1', mode: 'virtual' }],
  ['networks.create', { uuid: 'nw-phy', mode: 'physical', ipv4_network: '172.16.0.0' }],
  ['networks.create', { uuid: 'nw-1', mode: 'virtual', ipv4_network: '10.1.0.0' }],
  [
    'interfaces.create',
    {
      uuid: 'if-host',
      mode: 'host',
      owner_datapath_uuid: 'dp-1',
      port_name: 'eth0',
      network_uuid: 'nw-phy',
      ipv4_address: '172.16.0.1',
      mac_address: '02:00:00:00:00:01',
    },
  ],
  ['interfaces.create', { uuid: 'if-1', mode: 'vif', port_name: 'vm1' }],
  [
    'mac_leases.create',
    { uuid: 'ml-1', interface_uuid: 'if-1', mac_address: '02:00:00:00:01:01', segment_uuid: 'seg-1' },
  ],
  ['ip_leases.create', { uuid: 'il-1', mac_lease_uuid: 'ml-1', network_uuid: 'nw-1', ipv4_address: '10.1.0.1' }],
  ['interfaces.ports.create', { uuid: 'if-1', datapath_uuid: 'dp-1', port_name: 'vm1b' }],
  ['interfaces.segments.update', { uuid: 'if-1', segment_uuid: 'seg-1', static: true }],
  ['route_links.create', { uuid: 'rl-1' }],
  [
    'routes.create',
    { uuid: 'r-1', interface_uuid: 'if-1', network_uuid: 'nw-1', route_link_uuid: 'rl-1', ipv4_network: '10.1.0.0' },
  ],
  ['network_services.create', { uuid: 'ns-1', mode: 'dns', interface_uuid: 'if-1' }],
  ['dns_services.create', { uuid: 'dnss-1', network_service_uuid: 'ns-1', public_dns: '8.8.8.8' }],
  ['dns_services.dns_records.create', { uuid: 'dnss-1', own_uuid: 'dnsr-1', name: 'www', ipv4_address: '10.1.0.1' }],
  ['filters.create', { uuid: 'fil-1', interface_uuid: 'if-1', mode: 'static' }],
  ['filters.static.create', { uuid: 'fil-1', protocol: 'tcp', dst_port: 22, action: 'pass' }],
  ['translations.create', { uuid: 'tr-1', interface_uuid: 'if-1', mode: 'static_address' }],
  [
    'translations.static_address.create',
    { uuid: 'tr-1', ingress_ipv4_address: '192.0.2.1', egress_ipv4_address: '10.1.0.1', route_link_uuid: 'rl-1' },
  ],
  ['interfaces.create', { uuid: 'if-edge', mode: 'edge', owner_datapath_uuid: 'dp-1', port_name: 'trunk' }],
  ['translations.create', { uuid: 'tr-edge', interface_uuid: 'if-edge', mode: 'vnet_edge' }],
  ['vlan_translations.create', { uuid: 'vt-1', translation_uuid: 'tr-edge', network_uuid: 'nw-1', vlan_id: 100 }],
  ['security_groups.create', { uuid: 'sg-1', display_name: 'web', rules: 'tcp:22:0.0.0.0/0\nicmp:-1:0.0.0.0/0' }],
  ['security_groups.interfaces.create', { uuid: 'sg-1', interface_uuid: 'if-1' }],
  ['ip_range_groups.create', { uuid: 'iprg-1' }],
  [
    'ip_range_groups.ip_ranges.create',
    { uuid: 'iprg-1', own_uuid: 'ipr-1', begin_ipv4_address: '10.1.0.100', end_ipv4_address: '10.1.0.200' },
  ],
  ['ip_lease_containers.create', { uuid: 'ilc-1' }],
  ['ip_retention_containers.create', { uuid: 'irc-1', lease_time: 1000, grace_time: 1000 }],
  ['lease_policies.create', { uuid: 'lp-1' }],
  ['lease_policies.networks.create', { uuid: 'lp-1', network_uuid: 'nw-1', ip_range_group_uuid: 'iprg-1' }],
  ['lease_policies.ip_lease_containers.create', { uuid: 'lp-1', ip_lease_container_uuid: 'ilc-1', label: 'a' }],
  ['lease_policies.ip_retention_containers.create', { uuid: 'lp-1', ip_retention_container_uuid: 'irc-1' }],
  ['lease_policies.interfaces.create', { uuid: 'lp-1', interface_uuid: 'if-1', label: 'a' }],
  ['mac_range_groups.create', { uuid: 'mrg-1' }],
  [
    'mac_range_groups.mac_ranges.create',
    {
      uuid: 'mrg-1',
      own_uuid: 'mr-1',
      begin_mac_address: '02:00:00:01:00:00',
      end_mac_address: '02:00:00:01:ff:ff',
    },
  ],
  ['topologies.create', { uuid: 'topo-1', mode: 'simple_overlay' }],
  ['topologies.create', { uuid: 'topo-under', mode: 'simple_underlay' }],
  ['topologies.underlays.create', { uuid: 'topo-1', underlay_uuid: 'topo-under' }],
  ['topologies.datapaths.create', { uuid: 'topo-under', datapath_uuid: 'dp-1', interface_uuid: 'if-host' }],
  ['topologies.mac_range_groups.create', { uuid: 'topo-under', mac_range_group_uuid: 'mrg-1' }],
  ['topologies.networks.create', { uuid: 'topo-1', network_uuid: 'nw-1' }],
  ['topologies.segments.create', { uuid: 'topo-1', segment_uuid: 'seg-1' }],
  ['topologies.route_links.create', { uuid: 'topo-1', route_link_uuid: 'rl-1' }],
  ['datapaths.networks.create', { uuid: 'dp-1', network_uuid: 'nw-1', interface_uuid: 'if-host' }],
  ['datapaths.segments.create', { uuid: 'dp-1', segment_uuid: 'seg-1', interface_uuid: 'if-host' }],
  ['datapaths.route_links.create', { uuid: 'dp-1', route_link_uuid: 'rl-1', interface_uuid: 'if-host' }],
];

export async function makeWholeModel(model: TestModel): Promise<void> {
  for (const [endpoint, { own_uuid: own, ...params }] of REQUESTS) {
    // A child with a uuid has it under the name that its parent has in the path.
    await model.ok(endpoint, params, own === undefined ? {} : { params: { ...params, uuid: own } });
  }
}
