import { declare } from '../declaration.ts';

export const edge_host = declare({
  name: 'edge_host',
  table: 'edge_hosts',
  doc: 'A legacy machine that nobody declared, as an edge host has seen it in a VLAN behind one of its edge ports.',
  fields: {
    vlan_id: { type: 'integer', internal: true, doc: 'VLAN id of its tag.' },
    mac_address: { type: 'mac', internal: true, text: true, doc: 'Its MAC address.' },
    ipv4_address: {
      type: 'ipv4',
      nullable: true,
      internal: true,
      text: true,
      doc: 'The address it said last that it has.',
    },
    network_id: {
      type: 'reference',
      to: 'network',
      nullable: true,
      internal: true,
      expand: 'uuid',
      doc: 'Its network.',
    },
    segment_id: {
      type: 'reference',
      to: 'segment',
      nullable: true,
      internal: true,
      expand: 'uuid',
      doc: 'Its segment.',
    },
    datapath_id: { type: 'reference', to: 'datapath', internal: true, expand: 'uuid', doc: 'The edge host.' },
    port_name: { type: 'string', internal: true, doc: 'Name of the edge port.' },
    refused: {
      type: 'string',
      nullable: true,
      internal: true,
      doc: 'Why its frames are dropped: whose MAC address it uses.',
    },
    seen_at: { type: 'time', internal: true, doc: 'When the edge host last said that it is there.' },
  },
  unique: [['mac_address']],
  scopes: {
    own: [
      { scope: 'network', column: 'network_id' },
      { scope: 'segment', column: 'segment_id' },
    ],
    lends: ['datapath_id'],
  },
  api: [{ kind: 'resource', path: 'edge_hosts', readOnly: true, command: ['edge', 'hosts'] }],
});
