import { gratuitousArp } from '@vnet/packet';
import { NETWORK_FIELD, REGISTERS, load } from '../pipeline/registers.ts';
import { TABLES } from '../pipeline/tables.ts';
import type { PacketOut } from './packet-out.ts';

/** Which MAC each address of each network last had. Kept when an address goes: it may come back with another. */
export class AddressOwners {
  readonly #macs = new Map<number, Map<number, number>>();

  /** Notes an address; returns what the local members of the network must hear when it has moved to another MAC. */
  note(network: number, address: number, mac: number): PacketOut | undefined {
    let macs = this.#macs.get(network);
    if (!macs) this.#macs.set(network, (macs = new Map<number, number>()));
    const before = macs.get(address);
    macs.set(address, mac);
    return before === undefined || before === mac ? undefined : correction(network, address, mac);
  }
}

/** Goes to the local members as if it came from a peer: every host tells its own. */
function correction(network: number, address: number, mac: number): PacketOut {
  return {
    frame: gratuitousArp(mac, address),
    actions: [
      load(REGISTERS.REMOTE, 1),
      { type: 'load', field: NETWORK_FIELD, offset: 0, bits: 32, value: network },
      { type: 'resubmit', table: TABLES.FLOOD_LOCAL.id },
    ],
  };
}
