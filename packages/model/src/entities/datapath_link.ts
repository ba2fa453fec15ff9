/** What a datapath needs to take part in a network, a segment or a route link. */
export const datapathLinkFields = {
  interface_id: { type: 'reference', to: 'interface', required: true, doc: 'Host interface of the datapath.' },
  mac_address_id: { type: 'reference', to: 'mac_address', internal: true, owned: true, doc: 'The address row.' },
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
    shown: 'last',
    doc: 'Topology that made the row.',
  },
  topology_layer_id: {
    type: 'reference',
    to: 'topology_layer',
    nullable: true,
    internal: true,
    shown: 'last',
    doc: 'Layer that it follows from.',
  },
  topology_mac_range_group_id: {
    type: 'reference',
    to: 'topology_mac_range_group',
    nullable: true,
    internal: true,
    shown: 'last',
    doc: 'Group that its MAC is from.',
  },
  mac_address: {
    type: 'mac',
    shown: 'joined',
    doc: 'MAC towards the peers; taken from the datapath MAC group otherwise.',
  },
} as const;
