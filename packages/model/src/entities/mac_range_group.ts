import { declare } from '../declaration.ts';

export const mac_range_group = declare({
  name: 'mac_range_group',
  table: 'mac_range_groups',
  prefix: 'mrg',
  doc: 'Ranges that MAC addresses are taken from.',
  fields: {
    allocation_type: { type: 'string', default: 'random', mutable: true, doc: 'How addresses are chosen: random.' },
  },
  api: [{ kind: 'resource', path: 'mac_range_groups' }],
});
