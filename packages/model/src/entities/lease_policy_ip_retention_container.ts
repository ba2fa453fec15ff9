import { declare } from '../declaration.ts';

export const lease_policy_ip_retention_container = declare({
  name: 'lease_policy_ip_retention_container',
  table: 'lease_policy_ip_retention_containers',
  doc: 'A lease policy puts its leases into the IP retention container.',
  fields: {
    lease_policy_id: { type: 'reference', to: 'lease_policy', required: true, doc: 'The lease policy.' },
    ip_retention_container_id: {
      type: 'reference',
      to: 'ip_retention_container',
      required: true,
      doc: 'The container.',
    },
  },
  unique: [['lease_policy_id', 'ip_retention_container_id']],
  api: [
    {
      kind: 'relation',
      path: 'ip_retention_containers',
      parent: 'lease_policy_id',
      other: 'ip_retention_container_id',
      list: 'others',
      added: 'other',
      removed: 'other',
      strict: true,
    },
  ],
});
