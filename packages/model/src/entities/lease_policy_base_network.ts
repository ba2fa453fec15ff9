import { declare } from '../declaration.ts';

export const lease_policy_base_network = declare({
  name: 'lease_policy_base_network',
  table: 'lease_policy_base_networks',
  doc: 'A network that a lease policy takes addresses from, and the ranges of it.',
  fields: {
    lease_policy_id: { type: 'reference', to: 'lease_policy', required: true, doc: 'The lease policy.' },
    network_id: { type: 'reference', to: 'network', required: true, doc: 'The network.' },
    ip_range_group_id: { type: 'reference', to: 'ip_range_group', required: true, doc: 'The ranges.' },
  },
  api: [
    {
      kind: 'relation',
      path: 'networks',
      parent: 'lease_policy_id',
      other: 'network_id',
      list: 'others',
      added: 'parent',
      removed: 'parent',
    },
  ],
});
