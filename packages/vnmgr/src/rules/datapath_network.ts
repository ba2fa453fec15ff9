import { datapathMac } from './mac_allocation.ts';
import type { Completion, Edit, Reaction } from './rule.ts';
import { changesOf } from './rule.ts';

/** Id of the first IP lease of a host interface: the address that peers send to. */
async function firstLease(edit: Edit, interfaceId: number | null | undefined): Promise<number | null> {
  const lease = await edit.tx.first('ip_lease', { interface_id: interfaceId ?? 0 });
  return lease?.id ?? null;
}

export const completeDatapathNetwork: Completion<'datapath_network'> = async (edit, draft) => ({
  ...draft,
  mac_address: draft.mac_address ?? (await datapathMac(edit)),
  ip_lease_id: draft.ip_lease_id ?? (await firstLease(edit, draft.interface_id)),
});

/**
 * Rows that stand for a host by the address of its interface follow that interface's leases: one that had none gets the
 * first one, and one whose lease is taken away gets another or none. (A lease that is deleted takes its rows along.)
 */
export const hostAddresses: Reaction = {
  on: ['ip_lease'],
  run: async (edit, changes) => {
    for (const { id, before, after } of changesOf('ip_lease', changes)) {
      if (after === null || before?.interface_id === after.interface_id) continue;
      if (before?.interface_id != null) await leaseTaken(edit, id, before.interface_id);
      if (after.interface_id === null) continue;
      const waiting = { interface_id: after.interface_id, ip_lease_id: null };
      for (const row of await edit.tx.all('datapath_network', waiting)) {
        await edit.update('datapath_network', row, { ip_lease_id: id });
      }
    }
  },
};

async function leaseTaken(edit: Edit, leaseId: number, interfaceId: number): Promise<void> {
  const used = { ip_lease_id: leaseId, interface_id: interfaceId };
  const other = await firstLease(edit, interfaceId);
  for (const row of await edit.tx.all('datapath_network', used)) {
    await edit.update('datapath_network', row, { ip_lease_id: other });
  }
  for (const row of await edit.tx.all('topology_datapath', used)) {
    if (other === null) await edit.remove('topology_datapath', [row]);
    else await edit.update('topology_datapath', row, { ip_lease_id: other });
  }
}
