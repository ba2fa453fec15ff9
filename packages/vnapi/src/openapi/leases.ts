/** Replies that OpenVNet made by hand: what `packages/vnmgr/src/replies/{leases,routes}.ts` make. */
import { declarationOf, type EntityName } from '@vnet/model';
import { IPV4_TEXT, MAC_TEXT, declaredProperties, rowProperties, rowRef, uuidSchema } from './rows.ts';
import { always, arrayOf, maybe, objectOf, orNull, refTo, type Properties, type Schema } from './schema.ts';

const ID: Schema = { type: 'integer', minimum: 1 };

/** An IP lease as it stands in an interface, and as attach and release answer it. */
const bareIpLease: Properties = {
  ...rowProperties('ip_lease'),
  network_id: always(ID),
  ipv4_address: always(IPV4_TEXT),
  ip_address: always(objectOf({ ...rowProperties('ip_address'), network: always(rowRef('network')) })),
  interface_uuid: maybe({ ...uuidSchema('interface'), description: 'Absent while nobody has the lease.' }),
  mac_lease_uuid: maybe({ ...uuidSchema('mac_lease'), description: 'Absent while nobody has the lease.' }),
  network_uuid: always(uuidSchema('network')),
};

const macLeaseOfInterface: Properties = {
  ...rowProperties('mac_lease'),
  mac_address: always(MAC_TEXT),
  segment_id: always(orNull(ID)),
  ip_leases: always(arrayOf(refTo('BareIpLease'))),
  interface_uuid: always(uuidSchema('interface')),
};

const interfaceReply: Properties = {
  ...rowProperties('interface'),
  mac_leases: always(arrayOf(refTo('InterfaceMacLease'))),
  mac_address: maybe({ ...MAC_TEXT, description: 'Of the first MAC lease; absent when there is none.' }),
  ip_leases: maybe({ ...arrayOf(refTo('BareIpLease')), description: 'Those of the last MAC lease, for old clients.' }),
  network_uuid: maybe({ ...uuidSchema('network'), description: 'Of the first IP lease; absent when there is none.' }),
  ipv4_address: maybe({ ...IPV4_TEXT, description: 'Of the first IP lease; absent when there is none.' }),
};

const ipLeaseReply: Properties = {
  ...bareIpLease,
  mac_lease: always(orNull(rowRef('mac_lease'))),
  interface: always(orNull(rowRef('interface'))),
};

/** Routes have uuids only, no ids. */
function routeReply(): Properties {
  const { uuid, mode, ipv4_network, ipv4_prefix, ingress, egress, created_at, updated_at } =
    declaredProperties('route');
  return {
    uuid: uuid!,
    route_link_uuid: always(uuidSchema('route_link')),
    network_uuid: always(uuidSchema('network')),
    interface_uuid: always(uuidSchema('interface')),
    ...({ mode, ipv4_network, ipv4_prefix, ingress, egress, created_at, updated_at } as Properties),
  };
}

const handMade: Partial<Readonly<Record<EntityName, Properties>>> = {
  interface: interfaceReply,
  ip_lease: ipLeaseReply,
  route: routeReply(),
};

/** The entity as it is answered itself. */
export function replyProperties(entity: EntityName): Properties {
  return handMade[entity] ?? declaredProperties(entity);
}

/** Parts of replies that are no entity by themselves. */
export const leaseSchemas: Readonly<Record<string, Schema>> = {
  BareIpLease: objectOf(bareIpLease, declarationOf('ip_lease').doc),
  InterfaceMacLease: objectOf(macLeaseOfInterface, 'A MAC lease of an interface, with its IP leases.'),
};
