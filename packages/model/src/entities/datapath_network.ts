import { declare } from '../declaration.ts';

export const datapath_network = declare({
  name: 'datapath_network',
  table: 'datapath_networks',
  doc: 'How a datapath takes part in a network: by which host interface, and with which MAC towards its peers.',
  fields: {
    datapath_id: { type: 'reference', to: 'datapath', required: true, doc: 'The datapath.' },
    network_id: { type: 'reference', to: 'network', required: true, doc: 'The network.' },
    interface_id: { type: 'reference', to: 'interface', required: true, doc: 'Host interface of the datapath.' },
    mac_address_id: { type: 'reference', to: 'mac_address', internal: true, owned: true, doc: 'The address row.' },
    mac_address: {
      type: 'mac',
      doc: 'MAC of the network on this datapath; taken from the datapath MAC group otherwise.',
    },
    ip_lease_id: {
      type: 'reference',
      to: 'ip_lease',
      nullable: true,
      internal: true,
      doc: 'Address that peers send to.',
    },
    topology_id: {
      type: 'reference',
      to: 'topology',
      nullable: true,
      internal: true,
      doc: 'Topology that made the row.',
    },
    topology_layer_id: {
      type: 'reference',
      to: 'topology_layer',
      nullable: true,
      internal: true,
      doc: 'Layer that it follows from.',
    },
    topology_mac_range_group_id: {
      type: 'reference',
      to: 'topology_mac_range_group',
      nullable: true,
      internal: true,
      doc: 'Group that its MAC is from.',
    },
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
