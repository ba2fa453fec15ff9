import { type Row, VnetError, formatIpv4, ipv4Network } from '@vnet/model';
import type { Completion, Edit, Reaction, Revision } from './rule.ts';
import { changesOf } from './rule.ts';

/** @throws {VnetError} ArgumentError when the address is in another subnet; 0.0.0.0 stands for none and always passes */
export function checkInSubnet(address: number, network: Row<'network'>): void {
  const { ipv4_network: base, ipv4_prefix: prefix } = network;
  if (address === 0 || ipv4Network(address, prefix) === base) return;
  throw new VnetError(
    'ArgumentError',
    `IP Address ${formatIpv4(address)} not in subnet ${formatIpv4(base)}/${prefix} of ${network.uuid}.`,
  );
}

export interface Attachment {
  readonly interface_id: number | null;
  readonly mac_lease_id: number | null;
}

/**
 * The interface and MAC lease that an IP lease is bound to, from either of them: an interface's first MAC lease, or the
 * interface of the MAC lease.
 *
 * @throws {VnetError} ArgumentError when the interface has no MAC lease, or both are given and do not belong together
 */
export async function attachment(edit: Edit, wanted: Partial<Attachment>): Promise<Attachment> {
  const { interface_id: interfaceId = null, mac_lease_id: macLeaseId = null } = wanted;
  if (interfaceId === null && macLeaseId === null) return { interface_id: null, mac_lease_id: null };
  const lease =
    macLeaseId === null
      ? await edit.tx.first('mac_lease', { interface_id: interfaceId })
      : await edit.tx.get('mac_lease', macLeaseId);
  if (lease === undefined) {
    const owner = await edit.tx.get('interface', interfaceId);
    throw new VnetError(
      'ArgumentError',
      `interface_uuid: ${owner?.uuid} has no MAC lease that the address could be bound to; make one first`,
    );
  }
  if (interfaceId !== null && lease.interface_id !== interfaceId) {
    throw new VnetError('ArgumentError', `mac_lease_uuid: ${lease.uuid} belongs to another interface`);
  }
  return { interface_id: lease.interface_id, mac_lease_id: lease.id };
}

export const completeIpLease: Completion<'ip_lease'> = async (edit, draft) => {
  const network = await edit.tx.get('network', draft.network_id ?? null);
  if (network !== undefined) checkInSubnet(draft.ipv4_address ?? 0, network);
  return { ...draft, ...(await attachment(edit, draft)) };
};

/** A lease that gets another address, network or holder is checked like a new one. */
export const reviseIpLease: Revision<'ip_lease'> = async (edit, row, patch) => {
  const { network_id, ipv4_address } = { ...row, ...patch };
  const network = await edit.tx.get('network', network_id);
  if (network !== undefined) checkInSubnet(ipv4_address, network);
  const { interface_id, mac_lease_id } = patch;
  if (interface_id === undefined && mac_lease_id === undefined) return patch;
  // One without the other says the whole: a lease is where its MAC lease is.
  return {
    ...patch,
    ...(await attachment(edit, { interface_id: interface_id ?? null, mac_lease_id: mac_lease_id ?? null })),
  };
};

/** @throws {VnetError} ArgumentError when it is attached already, or neither interface nor MAC lease is given */
export async function attachIpLease(
  edit: Edit,
  lease: Row<'ip_lease'>,
  wanted: Partial<Attachment>,
): Promise<Row<'ip_lease'>> {
  if (lease.interface_id !== null) throw new VnetError('ArgumentError', `Already attached: ${lease.uuid}`);
  const found = await attachment(edit, wanted);
  if (found.interface_id === null) {
    throw new VnetError('ArgumentError', 'Need valid interface or mac lease: give interface_uuid or mac_lease_uuid');
  }
  return await edit.update('ip_lease', lease, found);
}

/** @throws {VnetError} ArgumentError when nobody has it */
export async function releaseIpLease(edit: Edit, lease: Row<'ip_lease'>): Promise<Row<'ip_lease'>> {
  if (lease.interface_id === null) throw new VnetError('ArgumentError', `Not attached: ${lease.uuid}`);
  return await edit.update('ip_lease', lease, { interface_id: null, mac_lease_id: null });
}

/** A MAC lease that moves to another interface takes its IP leases along. */
export const ipLeasesFollowMacLease: Reaction = {
  on: ['mac_lease'],
  run: async (edit, changes) => {
    for (const { before, after } of changesOf('mac_lease', changes)) {
      if (before === null || after === null || before.interface_id === after.interface_id) continue;
      for (const lease of await edit.tx.all('ip_lease', { mac_lease_id: after.id })) {
        await edit.update('ip_lease', lease, { interface_id: after.interface_id });
      }
    }
  },
};

/** A MAC lease in no segment is in that of the network it gets its first address in, if that network is on one. */
export const macLeasesJoinSegments: Reaction = {
  on: ['ip_lease', 'mac_lease'],
  run: async (edit, changes) => {
    const touched = [
      ...changesOf('ip_lease', changes).flatMap(({ after }) => after?.mac_lease_id ?? []),
      ...changesOf('mac_lease', changes).flatMap(({ after }) => after?.id ?? []),
    ];
    const macLeases = await edit.tx.byIds('mac_lease', [...new Set(touched)]);
    const homeless = [...macLeases.values()].filter(({ segment_id }) => segment_id === null);
    const leases = await edit.tx.allIn(
      'ip_lease',
      'mac_lease_id',
      homeless.map(({ id }) => id),
    );
    const networks = await edit.tx.byIds('network', [...new Set(leases.map(({ network_id }) => network_id))]);
    for (const macLease of homeless) {
      const segments = leases
        .filter(({ mac_lease_id }) => mac_lease_id === macLease.id)
        .flatMap(({ network_id }) => networks.get(network_id)?.segment_id ?? []);
      if (segments[0] !== undefined) await edit.update('mac_lease', macLease, { segment_id: segments[0] });
    }
  },
};
