import { declare } from '../declaration.ts';
import { datapathLinkFields } from './datapath_link.ts';

export const datapath_segment = declare({
  name: 'datapath_segment',
  table: 'datapath_segments',
  doc: 'How a datapath takes part in a segment: by which host interface, and with which MAC towards its peers.',
  fields: {
    datapath_id: { type: 'reference', to: 'datapath', required: true, doc: 'The datapath.' },
    segment_id: { type: 'reference', to: 'segment', required: true, doc: 'The segment.' },
    ...datapathLinkFields,
  },
  unique: [['datapath_id', 'segment_id'], ['mac_address_id']],
  scopes: {
    own: [
      { scope: 'segment', column: 'segment_id' },
      { scope: 'datapath', column: 'datapath_id' },
    ],
    lends: ['interface_id', 'datapath_id'],
  },
  api: [{ kind: 'relation', path: 'segments', parent: 'datapath_id', other: 'segment_id', list: 'others' }],
});
