import { declare } from '../declaration.ts';

export const interface_network = declare({
  name: 'interface_network',
  table: 'interface_networks',
  doc: 'The interface takes part in the network: by a lease, or because it was said to.',
  fields: {
    interface_id: { type: 'reference', to: 'interface', required: true, doc: 'The interface.' },
    network_id: { type: 'reference', to: 'network', required: true, doc: 'The network.' },
    static: {
      type: 'boolean',
      default: false,
      mutable: true,
      doc: 'True: it takes part without a lease too.',
    },
  },
  unique: [['interface_id', 'network_id']],
  api: [
    {
      kind: 'relation',
      path: 'networks',
      parent: 'interface_id',
      other: 'network_id',
      list: 'rows',
      changes: 'set',
    },
  ],
});
