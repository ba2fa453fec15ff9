import { declare } from '../declaration.ts';

export const topology_segment = declare({
  name: 'topology_segment',
  table: 'topology_segments',
  doc: 'A segment in a topology.',
  fields: {
    topology_id: { type: 'reference', to: 'topology', required: true, doc: 'The topology.' },
    segment_id: { type: 'reference', to: 'segment', required: true, doc: 'The segment.' },
  },
  unique: [['topology_id', 'segment_id']],
  api: [{ kind: 'relation', path: 'segments', parent: 'topology_id', other: 'segment_id', list: 'rows' }],
});
