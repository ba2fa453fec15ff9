/** Which MAC each address of each network last had. Kept when an address goes: it may come back with another. */
export class AddressOwners {
  readonly #macs = new Map<number, Map<number, number>>();

  /** Notes an address; returns whether it has moved to another MAC, so that the local members of the network must hear of it. */
  note(network: number, address: number, mac: number): boolean {
    let macs = this.#macs.get(network);
    if (!macs) this.#macs.set(network, (macs = new Map<number, number>()));
    const before = macs.get(address);
    macs.set(address, mac);
    return before !== undefined && before !== mac;
  }
}
