/** All entities. A new one is a file beside this one, a line here and a migration. */
import type { Declaration } from '../declaration.ts';
import { active_interface } from './active_interface.ts';
import { active_network } from './active_network.ts';
import { datapath } from './datapath.ts';
import { datapath_network } from './datapath_network.ts';
import { interface_ } from './interface.ts';
import { interface_port } from './interface_port.ts';
import { ip_address } from './ip_address.ts';
import { ip_lease } from './ip_lease.ts';
import { mac_address } from './mac_address.ts';
import { mac_lease } from './mac_lease.ts';
import { mac_range } from './mac_range.ts';
import { mac_range_group } from './mac_range_group.ts';
import { network } from './network.ts';
import { topology } from './topology.ts';
import { topology_datapath } from './topology_datapath.ts';
import { topology_layer } from './topology_layer.ts';
import { topology_mac_range_group } from './topology_mac_range_group.ts';
import { topology_network } from './topology_network.ts';

export const entities = {
  datapath,
  network,
  interface: interface_,
  interface_port,
  mac_address,
  mac_lease,
  ip_address,
  ip_lease,
  mac_range_group,
  mac_range,
  topology,
  topology_datapath,
  topology_network,
  topology_mac_range_group,
  topology_layer,
  datapath_network,
  active_interface,
  active_network,
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
