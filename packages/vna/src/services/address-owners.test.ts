import { gratuitousArp } from '@vnet/packet';
import { expect, it } from 'vitest';
import { AddressOwners } from './address-owners.ts';

it('corrects an address that has moved to another MAC, also when it was away meanwhile', () => {
  const owners = new AddressOwners();
  expect(owners.note({ network: 1, address: 0x0a000001, mac: 0xa })).toBeUndefined();
  expect(owners.note({ network: 1, address: 0x0a000001, mac: 0xa })).toBeUndefined();
  expect(owners.note({ network: 2, address: 0x0a000001, mac: 0xb })).toBeUndefined();
  const correction = owners.note({ network: 1, address: 0x0a000001, mac: 0xc });
  expect(correction?.frame).toEqual(gratuitousArp(0xc, 0x0a000001));
  expect(correction?.actions.at(-1)).toMatchObject({ type: 'resubmit', table: 50 });
});
