import { declare } from '../declaration.ts';

export const topology_datapath = declare({
  name: 'topology_datapath',
  table: 'topology_datapaths',
  doc: 'A datapath on an underlay, with the host interface by which it is there.',
  fields: {
    topology_id: { type: 'reference', to: 'topology', required: true, doc: 'The underlay.' },
    datapath_id: { type: 'reference', to: 'datapath', required: true, doc: 'The datapath.' },
    interface_id: { type: 'reference', to: 'interface', required: true, doc: 'Host interface of the datapath.' },
    ip_lease_id: {
      type: 'reference',
      to: 'ip_lease',
      shown: 'last',
      doc: "Address that peers send to; the host interface's first lease when not given.",
    },
  },
  unique: [['topology_id', 'datapath_id']],
  api: [{ kind: 'relation', path: 'datapaths', parent: 'topology_id', other: 'datapath_id', list: 'rows' }],
});
