import { declare } from '../declaration.ts';

export const interface_segment = declare({
  name: 'interface_segment',
  table: 'interface_segments',
  doc: 'The interface takes part in the segment: by a lease, or because it was said to.',
  fields: {
    interface_id: { type: 'reference', to: 'interface', required: true, doc: 'The interface.' },
    segment_id: { type: 'reference', to: 'segment', required: true, doc: 'The segment.' },
    static: {
      type: 'boolean',
      default: false,
      mutable: true,
      doc: 'True: it takes part without a lease too.',
    },
  },
  unique: [['interface_id', 'segment_id']],
  scopes: {
    own: [{ scope: 'segment', column: 'segment_id' }],
    lends: ['interface_id'],
    follows: ['interface_id'],
  },
  api: [
    {
      kind: 'relation',
      path: 'segments',
      parent: 'interface_id',
      other: 'segment_id',
      list: 'rows',
      changes: 'set',
    },
  ],
});
