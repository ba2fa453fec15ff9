import { declare } from '../declaration.ts';

export const topology_layer = declare({
  name: 'topology_layer',
  table: 'topology_layers',
  doc: 'An overlay on an underlay.',
  fields: {
    overlay_id: { type: 'reference', to: 'topology', required: true, doc: 'The overlay.' },
    underlay_id: { type: 'reference', to: 'topology', required: true, doc: 'The underlay.' },
  },
  unique: [['overlay_id', 'underlay_id']],
  api: [{ kind: 'relation', path: 'underlays', parent: 'overlay_id', other: 'underlay_id', list: 'others' }],
});
