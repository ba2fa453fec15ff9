import { declare } from '../declaration.ts';

export const ip_range_group = declare({
  name: 'ip_range_group',
  table: 'ip_range_groups',
  prefix: 'iprg',
  doc: 'Ranges that IP addresses are taken from.',
  fields: {
    allocation_type: {
      type: 'choice',
      values: ['incremental', 'decremental', 'random'],
      default: 'incremental',
      mutable: true,
      doc: 'How addresses are chosen.',
    },
  },
  api: [{ kind: 'resource', path: 'ip_range_groups' }],
});
