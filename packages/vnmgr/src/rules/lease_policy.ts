/** Lease policies: addresses from ranges, put into containers that group them and keep their time. */
import { type Row, VnetError } from '@vnet/model';
import { freeAddress } from './address_allocation.ts';
import type { Edit, Made, RequestRule } from './rule.ts';

export interface WantedLease {
  readonly uuid?: string | undefined;
  /** Only containers with this label get the lease. */
  readonly label: string | null;
  readonly interface_id?: number;
}

interface Place {
  readonly network_id: number;
  readonly ipv4_address: number;
}

/** The first base network with a free address. @throws {VnetError} ArgumentError */
async function findPlace(edit: Edit, policy: Row<'lease_policy'>): Promise<Place> {
  const bases = await edit.tx.all('lease_policy_base_network', { lease_policy_id: policy.id });
  for (const base of bases) {
    const network = await edit.tx.get('network', base.network_id);
    const group = await edit.tx.get('ip_range_group', base.ip_range_group_id);
    if (network === undefined || group === undefined) continue;
    const address = await freeAddress(edit.tx, network, group);
    if (address !== undefined) return { network_id: network.id, ipv4_address: address };
  }
  const why =
    bases.length === 0
      ? `${policy.uuid} has no network; add one with its ranges`
      : `Run out of dynamic IP addresses in the ranges of ${policy.uuid}; add a range or delete leases`;
  throw new VnetError('ArgumentError', why);
}

async function fillContainers(edit: Edit, policy: Row<'lease_policy'>, lease: Row<'ip_lease'>, label: string | null) {
  const where = { lease_policy_id: policy.id };
  const containers = await edit.tx.all('lease_policy_ip_lease_container', where);
  await edit.insertAll(
    'ip_lease_container_ip_lease',
    containers
      .filter((link) => label === null || link.label === label)
      .map(({ ip_lease_container_id }) => ({ ip_lease_container_id, ip_lease_id: lease.id })),
  );
  const retentions = await edit.tx.all('lease_policy_ip_retention_container', where);
  await edit.insertAll(
    'ip_retention',
    retentions.map(({ ip_retention_container_id }) => ({
      ip_retention_container_id,
      ip_lease_id: lease.id,
      leased_at: edit.tx.now,
    })),
  );
}

/** @throws {VnetError} ArgumentError when the policy has no network, its ranges are used up, the interface has no MAC lease */
export async function leaseFromPolicy(
  edit: Edit,
  policy: Row<'lease_policy'>,
  { uuid, label, interface_id }: WantedLease,
): Promise<Row<'ip_lease'>> {
  const place = await findPlace(edit, policy);
  const lease = await edit.insert('ip_lease', {
    ...place,
    ...(uuid === undefined ? {} : { uuid }),
    ...(interface_id === undefined ? {} : { interface_id }),
  });
  await fillContainers(edit, policy, lease, label);
  return lease;
}

type MadeBaseInterface = Made<'lease_policy_base_interface'>;

async function leaseEach(edit: Edit, made: readonly MadeBaseInterface[]): Promise<void> {
  for (const { row } of made) {
    const policy = await edit.tx.get('lease_policy', row.lease_policy_id);
    if (policy?.timing !== 'immediate') continue;
    await leaseFromPolicy(edit, policy, { label: row.label, interface_id: row.interface_id });
  }
}

/** Those whose interface has no address in a network of the policy. */
async function withoutLease(edit: Edit, made: readonly MadeBaseInterface[]): Promise<MadeBaseInterface[]> {
  const policies = made.map(({ row }) => row.lease_policy_id);
  const bases = await edit.tx.allIn('lease_policy_base_network', 'lease_policy_id', policies);
  const interfaces = made.map(({ row }) => row.interface_id);
  const leases = await edit.tx.allIn('ip_lease', 'interface_id', interfaces);
  return made.filter(({ row }) => {
    const networks = bases.filter((base) => base.lease_policy_id === row.lease_policy_id);
    const own = leases.filter((lease) => lease.interface_id === row.interface_id);
    return !own.some((lease) => networks.some((base) => base.network_id === lease.network_id));
  });
}

/** An interface that is added to a policy of timing immediate gets its address at once. */
export const leasePolicyInterfaceRequests: RequestRule<'lease_policy_base_interface'> = {
  created: leaseEach,
  declared: async (edit, made) => await leaseEach(edit, await withoutLease(edit, made)),
};
