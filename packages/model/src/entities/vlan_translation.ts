import { declare } from '../declaration.ts';

export const vlan_translation = declare({
  name: 'vlan_translation',
  table: 'vlan_translations',
  prefix: 'vt',
  doc: 'A VLAN behind an edge interface, and the network that its machines are in.',
  bare: true,
  fields: {
    translation_id: {
      type: 'reference',
      to: 'translation',
      required: true,
      mutable: true,
      expand: 'uuid',
      doc: 'Translation of mode vnet_edge.',
    },
    mac_address: { type: 'mac', nullable: true, mutable: true, text: true, doc: 'Kept for old clients: not used.' },
    vlan_id: { type: 'integer', min: 1, max: 4094, nullable: true, mutable: true, doc: 'VLAN id of the tag.' },
    network_id: {
      type: 'reference',
      to: 'network',
      nullable: true,
      mutable: true,
      expand: 'uuid',
      doc: 'The network; this or a segment.',
    },
    segment_id: {
      type: 'reference',
      to: 'segment',
      nullable: true,
      mutable: true,
      expand: 'uuid',
      doc: 'The segment; this or a network.',
    },
  },
  unique: [['translation_id', 'vlan_id']],
  scopes: {
    own: [
      { scope: 'network', column: 'network_id' },
      { scope: 'segment', column: 'segment_id' },
    ],
    follows: ['translation_id'],
  },
  api: [{ kind: 'resource', path: 'vlan_translations' }],
});
