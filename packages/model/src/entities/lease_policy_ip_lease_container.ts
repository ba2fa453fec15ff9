import { declare } from '../declaration.ts';

export const lease_policy_ip_lease_container = declare({
  name: 'lease_policy_ip_lease_container',
  table: 'lease_policy_ip_lease_containers',
  doc: 'A lease policy puts its leases into the IP lease container.',
  fields: {
    lease_policy_id: { type: 'reference', to: 'lease_policy', required: true, doc: 'The lease policy.' },
    ip_lease_container_id: { type: 'reference', to: 'ip_lease_container', required: true, doc: 'The container.' },
    label: { type: 'string', nullable: true, doc: 'Only leases with this label go into the container.' },
  },
  unique: [['lease_policy_id', 'ip_lease_container_id']],
  api: [
    {
      kind: 'relation',
      path: 'ip_lease_containers',
      parent: 'lease_policy_id',
      other: 'ip_lease_container_id',
      list: 'others',
      added: 'other',
      removed: 'other',
      strict: true,
    },
  ],
});
