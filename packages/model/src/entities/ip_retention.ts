import { declare } from '../declaration.ts';

export const ip_retention = declare({
  name: 'ip_retention',
  table: 'ip_retentions',
  doc: 'A lease whose time a retention container keeps.',
  fields: {
    ip_lease_id: { type: 'reference', to: 'ip_lease', internal: true, doc: 'The IP lease.' },
    ip_retention_container_id: {
      type: 'reference',
      to: 'ip_retention_container',
      required: true,
      internal: true,
      doc: 'The container.',
    },
    leased_at: { type: 'time', nullable: true, internal: true, doc: 'When the lease was made.' },
    released_at: { type: 'time', nullable: true, internal: true, doc: 'When the lease was taken away.' },
  },
  unique: [['ip_lease_id', 'ip_retention_container_id']],
  api: [{ kind: 'child', path: 'ip_retentions', parent: 'ip_retention_container_id', readOnly: true }],
});
