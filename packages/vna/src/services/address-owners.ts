import type { RowPut } from '@vnet/model';
import type { View } from '../compile/emit.ts';

export interface Owner {
  readonly network: number;
  readonly address: number;
  readonly mac: number;
}

/** Whose an address is by a row that has come from the manager: of an interface, or of a legacy machine. */
export function ownerBy(view: View, { entity, row: { id } }: RowPut): Owner | undefined {
  if (entity === 'ip_lease') {
    const lease = view.get('ip_lease', id);
    const mac = view.get('mac_lease', lease?.mac_lease_id)?.mac_address;
    return lease && mac !== undefined ? { network: lease.network_id, address: lease.ipv4_address, mac } : undefined;
  }
  const host = entity === 'edge_host' ? view.get('edge_host', id) : undefined;
  if (!host || host.network_id === null || host.ipv4_address === null || host.refused !== null) return undefined;
  return { network: host.network_id, address: host.ipv4_address, mac: host.mac_address };
}

/** Which MAC each address of each network last had. Kept when an address goes: it may come back with another. */
export class AddressOwners {
  readonly #macs = new Map<number, Map<number, number>>();

  /** Notes an address; returns whether it has moved to another MAC, so that the local members of the network must hear of it. */
  note({ network, address, mac }: Owner): boolean {
    let macs = this.#macs.get(network);
    if (!macs) this.#macs.set(network, (macs = new Map<number, number>()));
    const before = macs.get(address);
    macs.set(address, mac);
    return before !== undefined && before !== mac;
  }
}
