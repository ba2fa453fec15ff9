import { declare } from '../declaration.ts';

export const ip_lease_container_ip_lease = declare({
  name: 'ip_lease_container_ip_lease',
  table: 'ip_lease_container_ip_leases',
  doc: 'An IP lease in a container.',
  fields: {
    ip_lease_container_id: { type: 'reference', to: 'ip_lease_container', required: true, doc: 'The container.' },
    ip_lease_id: { type: 'reference', to: 'ip_lease', required: true, doc: 'The IP lease.' },
  },
  unique: [['ip_lease_container_id', 'ip_lease_id']],
  api: [
    {
      kind: 'relation',
      path: 'ip_leases',
      parent: 'ip_lease_container_id',
      other: 'ip_lease_id',
      list: 'others',
      changes: 'none',
    },
  ],
});
