import { declare } from '../declaration.ts';

export const active_network = declare({
  name: 'active_network',
  table: 'active_networks',
  doc: 'A datapath has ports in the network.',
  fields: {
    network_id: { type: 'reference', to: 'network', internal: true, doc: 'The network.' },
    datapath_id: { type: 'reference', to: 'datapath', internal: true, doc: 'The datapath.' },
  },
  unique: [['network_id', 'datapath_id']],
  scopes: {
    own: [
      { scope: 'network', column: 'network_id' },
      { scope: 'datapath', column: 'datapath_id' },
    ],
  },
  api: [],
});
