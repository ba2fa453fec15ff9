import { expect, it } from 'vitest';
import { AddressOwners } from './address-owners.ts';

it('says when an address has moved to another MAC, also when it was away meanwhile', () => {
  const owners = new AddressOwners();
  const notes = [
    [1, 0xa],
    [1, 0xa],
    [2, 0xb],
    [1, 0xc],
  ] as const;
  expect(notes.map(([network, mac]) => owners.note({ network, address: 0x0a000001, mac }))).toEqual([
    false,
    false,
    false,
    true,
  ]);
});
