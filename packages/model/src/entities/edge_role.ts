import { declare } from '../declaration.ts';

export const edge_role = declare({
  name: 'edge_role',
  table: 'edge_roles',
  doc: 'Which edge carries a VLAN of a network or segment: one at a time, so that two trunks make no loop.',
  fields: {
    vlan_id: { type: 'integer', internal: true, doc: 'VLAN id of the tag.' },
    network_id: {
      type: 'reference',
      to: 'network',
      nullable: true,
      internal: true,
      expand: 'uuid',
      doc: 'The network.',
    },
    segment_id: {
      type: 'reference',
      to: 'segment',
      nullable: true,
      internal: true,
      expand: 'uuid',
      doc: 'The segment.',
    },
    datapath_id: { type: 'reference', to: 'datapath', internal: true, expand: 'uuid', doc: 'The edge host.' },
    vlan_translation_id: {
      type: 'reference',
      to: 'vlan_translation',
      internal: true,
      expand: 'uuid',
      doc: 'The mapping at the edge port that carries it.',
    },
    epoch: { type: 'integer', internal: true, doc: 'Counts how often the role changed hands.' },
    alone: {
      type: 'boolean',
      internal: true,
      doc: 'The holder knows of no other edge for the VLAN, and goes on while it reaches no manager.',
    },
  },
  unique: [
    ['network_id', 'vlan_id'],
    ['segment_id', 'vlan_id'],
  ],
  scopes: {
    own: [
      { scope: 'network', column: 'network_id' },
      { scope: 'segment', column: 'segment_id' },
    ],
  },
  api: [{ kind: 'resource', path: 'edge_roles', readOnly: true, command: ['edge', 'roles'] }],
});
