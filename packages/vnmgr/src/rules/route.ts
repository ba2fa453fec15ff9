import { ipv4Network } from '@vnet/model';
import type { Completion, Revision } from './rule.ts';

/** The host part of the address is cleared. */
export const completeRoute: Completion<'route'> = (_edit, draft) => {
  const { ipv4_network: address = 0, ipv4_prefix: prefix = 24 } = draft;
  return Promise.resolve({ ...draft, ipv4_network: ipv4Network(address, prefix) });
};

export const reviseRoute: Revision<'route'> = (_edit, row, patch) => {
  const { ipv4_network: address, ipv4_prefix: prefix } = { ...row, ...patch };
  return Promise.resolve({ ...patch, ipv4_network: ipv4Network(address, prefix) });
};
