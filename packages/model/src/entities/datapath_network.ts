import { declare } from '../declaration.ts';
import { datapathLinkFields } from './datapath_link.ts';

export const datapath_network = declare({
  name: 'datapath_network',
  table: 'datapath_networks',
  doc: 'How a datapath takes part in a network: by which host interface, and with which MAC towards its peers.',
  fields: {
    datapath_id: { type: 'reference', to: 'datapath', required: true, doc: 'The datapath.' },
    network_id: { type: 'reference', to: 'network', required: true, doc: 'The network.' },
    ...datapathLinkFields,
  },
  unique: [['datapath_id', 'network_id'], ['mac_address_id']],
  scopes: {
    own: [
      { scope: 'network', column: 'network_id' },
      { scope: 'datapath', column: 'datapath_id' },
    ],
    lends: ['interface_id', 'datapath_id'],
  },
  api: [{ kind: 'relation', path: 'networks', parent: 'datapath_id', other: 'network_id', list: 'others' }],
});
