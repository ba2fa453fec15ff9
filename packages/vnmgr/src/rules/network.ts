import { VnetError, formatIpv4, ipv4Network } from '@vnet/model';
import type { Completion, RequestRule, Revision } from './rule.ts';
import { joinTopology } from './topology.ts';

/** The host part of the address is cleared, the DNS domain is the id part of the uuid when there is none. */
export const completeNetwork: Completion<'network'> = (_edit, draft) => {
  const { ipv4_network: address = 0, ipv4_prefix: prefix = 24, domain_name: domain, uuid = '' } = draft;
  return Promise.resolve({
    ...draft,
    ipv4_network: ipv4Network(address, prefix),
    domain_name: domain ?? uuid.slice(uuid.indexOf('-') + 1),
  });
};

/** A subnet can be changed as long as all addresses in use stay in it. */
export const reviseNetwork: Revision<'network'> = async (edit, row, patch) => {
  if (patch.ipv4_network === undefined && patch.ipv4_prefix === undefined) return patch;
  const prefix = patch.ipv4_prefix ?? row.ipv4_prefix;
  const base = ipv4Network(patch.ipv4_network ?? row.ipv4_network, prefix);
  const outside = await edit.tx.select((db) =>
    db('ip_leases')
      .where({ network_id: row.id })
      .whereNot('ipv4_address', 0)
      .whereNotBetween('ipv4_address', [base, base + 2 ** (32 - prefix) - 1])
      .limit(1),
  );
  const [lease] = outside as { uuid: string; ipv4_address: number }[];
  if (lease !== undefined) {
    const text = `${formatIpv4(lease.ipv4_address)} of ${lease.uuid}`;
    throw new VnetError('ArgumentError', `ipv4_network: ${text} would not be in ${formatIpv4(base)}/${prefix}`);
  }
  return { ...patch, ipv4_network: base };
};

export const networkRequests: RequestRule<'network'> = joinTopology('topology_network', 'network_id');
