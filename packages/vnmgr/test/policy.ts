import type { TestModel } from './model.ts';

export interface Policy {
  /** First and last address of each range. */
  readonly ranges: readonly (readonly [begin: string, end: string])[];
  readonly allocation_type?: string;
  readonly ipv4_prefix?: number;
  readonly interfaces?: number;
}

/** nw-1 (10.1.0.0), lp-1 that takes addresses from the ranges of iprg-1, and interfaces if-1, if-2 … with a MAC lease. */
export async function makePolicy(model: TestModel, policy: Policy): Promise<void> {
  const { ranges, allocation_type = 'incremental', ipv4_prefix = 24, interfaces = 3 } = policy;
  await model.ok('networks.create', { uuid: 'nw-1', mode: 'virtual', ipv4_network: '10.1.0.0', ipv4_prefix });
  await model.ok('ip_range_groups.create', { uuid: 'iprg-1', allocation_type });
  for (const [begin_ipv4_address, end_ipv4_address] of ranges) {
    await model.ok('ip_range_groups.ip_ranges.create', { uuid: 'iprg-1', begin_ipv4_address, end_ipv4_address });
  }
  await model.ok('lease_policies.create', { uuid: 'lp-1' });
  await model.ok('lease_policies.networks.create', {
    uuid: 'lp-1',
    network_uuid: 'nw-1',
    ip_range_group_uuid: 'iprg-1',
  });
  for (let i = 1; i <= interfaces; i++) {
    const mac_address = `02:00:00:00:${hex(i >> 8)}:${hex(i & 255)}`;
    await model.ok('interfaces.create', { uuid: `if-${i}`, mode: 'vif', mac_address });
  }
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
