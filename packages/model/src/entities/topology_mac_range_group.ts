import { declare } from '../declaration.ts';

export const topology_mac_range_group = declare({
  name: 'topology_mac_range_group',
  table: 'topology_mac_range_groups',
  doc: 'Where an underlay takes the MACs of its datapaths from.',
  fields: {
    topology_id: { type: 'reference', to: 'topology', required: true, doc: 'The underlay.' },
    mac_range_group_id: { type: 'reference', to: 'mac_range_group', required: true, doc: 'The group.' },
  },
  unique: [['topology_id', 'mac_range_group_id']],
  api: [
    { kind: 'relation', path: 'mac_range_groups', parent: 'topology_id', other: 'mac_range_group_id', list: 'rows' },
  ],
});
