import { ipv4Network } from '@vnet/model';
import type { Completion, RequestRule } from './rule.ts';

/** The host part of the address is cleared, the DNS domain is the id part of the uuid when there is none. */
export const completeNetwork: Completion<'network'> = (_edit, draft) => {
  const { ipv4_network: address = 0, ipv4_prefix: prefix = 24, domain_name: domain, uuid = '' } = draft;
  return Promise.resolve({
    ...draft,
    ipv4_network: ipv4Network(address, prefix),
    domain_name: domain ?? uuid.slice(uuid.indexOf('-') + 1),
  });
};

export const networkRequests: RequestRule<'network'> = {
  prepare: (draft, { network_mode: mode }) =>
    mode == null ? draft : { ...draft, mode: mode as NonNullable<typeof draft.mode> },

  created: async (edit, { id }, { topology_id: topology }) => {
    if (typeof topology === 'number') {
      await edit.insert('topology_network', { topology_id: topology, network_id: id });
    }
  },
};
