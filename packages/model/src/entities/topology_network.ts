import { declare } from '../declaration.ts';

export const topology_network = declare({
  name: 'topology_network',
  table: 'topology_networks',
  doc: 'A network in a topology.',
  fields: {
    topology_id: { type: 'reference', to: 'topology', required: true, doc: 'The topology.' },
    network_id: { type: 'reference', to: 'network', required: true, doc: 'The network.' },
  },
  unique: [['topology_id', 'network_id']],
  api: [{ kind: 'relation', path: 'networks', parent: 'topology_id', other: 'network_id', list: 'rows' }],
});
