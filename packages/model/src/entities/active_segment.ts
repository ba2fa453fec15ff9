import { declare } from '../declaration.ts';

export const active_segment = declare({
  name: 'active_segment',
  table: 'active_segments',
  doc: 'A datapath has ports in the segment.',
  fields: {
    segment_id: { type: 'reference', to: 'segment', internal: true, doc: 'The segment.' },
    datapath_id: { type: 'reference', to: 'datapath', internal: true, doc: 'The datapath.' },
  },
  unique: [['segment_id', 'datapath_id']],
  scopes: {
    own: [
      { scope: 'segment', column: 'segment_id' },
      { scope: 'datapath', column: 'datapath_id' },
    ],
  },
  api: [],
});
