/** How datapaths take part in networks, segments and route links: the same rules for the three kinds. */
import type { EntityName, Row } from '@vnet/model';
import { datapathMac } from './mac_allocation.ts';
import type { Completion, Departure, Edit, Reaction, RequestRule } from './rule.ts';
import { changesOf } from './rule.ts';

/** Row of a datapath for something, what a topology has as its member, and what says that it is needed there. */
export const DATAPATH_LINKS = [
  { link: 'datapath_network', member: 'topology_network', active: 'active_network', column: 'network_id' },
  { link: 'datapath_segment', member: 'topology_segment', active: 'active_segment', column: 'segment_id' },
  { link: 'datapath_route_link', member: 'topology_route_link', active: 'active_route_link', column: 'route_link_id' },
] as const satisfies readonly { link: EntityName; member: EntityName; active: EntityName; column: string }[];

export type DatapathLink = (typeof DATAPATH_LINKS)[number];
export type LinkEntity = DatapathLink['link'];

/** Rows that stand for a host by the address of its interface. */
const BY_ADDRESS = [...DATAPATH_LINKS.map(({ link }) => link), 'topology_datapath'] as const;

/** The first IP lease of a host interface: the address that peers send to. */
async function firstLease(edit: Edit, interfaceId: number, except?: number): Promise<Row<'ip_lease'> | undefined> {
  const leases = await edit.tx.all('ip_lease', { interface_id: interfaceId }, { limit: 2, offset: 0 });
  return leases.find(({ id }) => id !== except);
}

export const completeDatapathLink: Completion<LinkEntity> = async (edit, draft) => ({
  ...draft,
  mac_address: draft.mac_address ?? (await datapathMac(edit)),
  ip_lease_id: draft.ip_lease_id ?? (await firstLease(edit, draft.interface_id ?? 0))?.id ?? null,
});

/** What topologies imply comes and goes with them. */
export const datapathLinkRequests: RequestRule<LinkEntity> = { implied: (row) => row.topology_id !== null };

/** Rows follow the leases of their host interface: one that had none gets the first one. */
export const hostAddresses: Reaction = {
  on: ['ip_lease'],
  run: async (edit, changes) => {
    const moved = changesOf('ip_lease', changes).filter(
      ({ before, after }) => after !== null && before?.interface_id !== after.interface_id,
    );
    for (const { id, before } of moved) {
      if (before?.interface_id != null) await leaveLease(edit, id, before.interface_id);
    }
    const gained = moved.flatMap(({ after }) => (after?.interface_id == null ? [] : [after]));
    for (const { link } of DATAPATH_LINKS) {
      const interfaces = gained.map((lease) => lease.interface_id);
      for (const row of await edit.tx.allIn(link, 'interface_id', interfaces)) {
        if (row.ip_lease_id !== null) continue;
        const lease = gained.find((each) => each.interface_id === row.interface_id);
        await edit.update(link, row, { ip_lease_id: lease!.id });
      }
    }
  },
};

/** The rows that stand for a host by this lease, each with the entity that it is of. */
async function rowsBy(edit: Edit, leaseId: number, interfaceId: number) {
  const found: { readonly entity: (typeof BY_ADDRESS)[number]; readonly row: Row }[] = [];
  for (const entity of BY_ADDRESS) {
    const rows = await edit.tx.all(entity, { ip_lease_id: leaseId, interface_id: interfaceId });
    found.push(...rows.map((row) => ({ entity, row })));
  }
  return found;
}

/**
 * A lease that is taken from its host interface leaves its rows to another lease of the interface. Without one, the host
 * leaves its topologies, and rows made by hand wait for a lease.
 */
async function leaveLease(edit: Edit, leaseId: number, interfaceId: number): Promise<void> {
  const other = await firstLease(edit, interfaceId, leaseId);
  for (const { entity, row } of await rowsBy(edit, leaseId, interfaceId)) {
    if (other !== undefined) await edit.update<EntityName>(entity, row, { ip_lease_id: other.id });
    else if (entity === 'topology_datapath') await edit.remove<EntityName>(entity, [row]);
    else await edit.update<EntityName>(entity, row, { ip_lease_id: null });
  }
}

/** A lease that is deleted leaves its rows to another lease of the interface; without one they go with it. */
export const leaveDeletedLeases: Departure<'ip_lease'> = async (edit, leases) => {
  for (const { id, interface_id } of leases) {
    const other = interface_id === null ? undefined : await firstLease(edit, interface_id, id);
    if (interface_id === null || other === undefined) continue;
    for (const { entity, row } of await rowsBy(edit, id, interface_id)) {
      await edit.update<EntityName>(entity, row, { ip_lease_id: other.id });
    }
  }
};
