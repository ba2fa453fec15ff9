/** All entities. A new one is a file beside this one, a line here and a migration. */
import type { Declaration } from '../declaration.ts';
import { active_interface } from './active_interface.ts';
import { active_network } from './active_network.ts';
import { active_route_link } from './active_route_link.ts';
import { active_segment } from './active_segment.ts';
import { datapath } from './datapath.ts';
import { datapath_network } from './datapath_network.ts';
import { datapath_route_link } from './datapath_route_link.ts';
import { datapath_segment } from './datapath_segment.ts';
import { dns_record } from './dns_record.ts';
import { dns_service } from './dns_service.ts';
import { edge_host } from './edge_host.ts';
import { edge_role } from './edge_role.ts';
import { filter } from './filter.ts';
import { filter_static } from './filter_static.ts';
import { interface_ } from './interface.ts';
import { interface_network } from './interface_network.ts';
import { interface_port } from './interface_port.ts';
import { interface_route_link } from './interface_route_link.ts';
import { interface_security_group } from './interface_security_group.ts';
import { interface_segment } from './interface_segment.ts';
import { ip_address } from './ip_address.ts';
import { ip_lease } from './ip_lease.ts';
import { ip_lease_container } from './ip_lease_container.ts';
import { ip_lease_container_ip_lease } from './ip_lease_container_ip_lease.ts';
import { ip_range } from './ip_range.ts';
import { ip_range_group } from './ip_range_group.ts';
import { ip_retention } from './ip_retention.ts';
import { ip_retention_container } from './ip_retention_container.ts';
import { lease_policy } from './lease_policy.ts';
import { lease_policy_base_interface } from './lease_policy_base_interface.ts';
import { lease_policy_base_network } from './lease_policy_base_network.ts';
import { lease_policy_ip_lease_container } from './lease_policy_ip_lease_container.ts';
import { lease_policy_ip_retention_container } from './lease_policy_ip_retention_container.ts';
import { mac_address } from './mac_address.ts';
import { mac_lease } from './mac_lease.ts';
import { mac_range } from './mac_range.ts';
import { mac_range_group } from './mac_range_group.ts';
import { network } from './network.ts';
import { network_service } from './network_service.ts';
import { route } from './route.ts';
import { route_link } from './route_link.ts';
import { security_group } from './security_group.ts';
import { segment } from './segment.ts';
import { topology } from './topology.ts';
import { topology_datapath } from './topology_datapath.ts';
import { topology_layer } from './topology_layer.ts';
import { topology_mac_range_group } from './topology_mac_range_group.ts';
import { topology_network } from './topology_network.ts';
import { topology_route_link } from './topology_route_link.ts';
import { topology_segment } from './topology_segment.ts';
import { translation } from './translation.ts';
import { translation_static_address } from './translation_static_address.ts';
import { vlan_translation } from './vlan_translation.ts';

/** In an order in which each stands after those that it refers to, as far as there is one. */
export const entities = {
  datapath,
  segment,
  network,
  interface: interface_,
  interface_port,
  mac_address,
  mac_lease,
  ip_address,
  ip_lease,
  route_link,
  route,
  network_service,
  dns_service,
  dns_record,
  filter,
  filter_static,
  translation,
  translation_static_address,
  vlan_translation,
  security_group,
  interface_security_group,
  ip_range_group,
  ip_range,
  ip_lease_container,
  ip_lease_container_ip_lease,
  ip_retention_container,
  ip_retention,
  lease_policy,
  lease_policy_base_network,
  lease_policy_base_interface,
  lease_policy_ip_lease_container,
  lease_policy_ip_retention_container,
  mac_range_group,
  mac_range,
  topology,
  topology_datapath,
  topology_network,
  topology_segment,
  topology_route_link,
  topology_mac_range_group,
  topology_layer,
  interface_network,
  interface_segment,
  interface_route_link,
  datapath_network,
  datapath_segment,
  datapath_route_link,
  active_interface,
  active_network,
  active_segment,
  active_route_link,
  edge_host,
  edge_role,
} as const;

export type EntityName = keyof typeof entities;

export const entityNames = Object.keys(entities) as EntityName[];

/** The declaration, in its general form. */
export function declarationOf(entity: EntityName): Declaration {
  return entities[entity];
}

export function isEntityName(name: string): name is EntityName {
  return Object.hasOwn(entities, name);
}
