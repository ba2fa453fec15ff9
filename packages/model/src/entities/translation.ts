import { declare } from '../declaration.ts';

export const translation = declare({
  name: 'translation',
  table: 'translations',
  prefix: 'tr',
  doc: 'Changes addresses (static_address) or VLAN tags (vnet_edge) of what passes an interface.',
  fields: {
    mode: {
      type: 'choice',
      values: ['static_address', 'vnet_edge'],
      required: true,
      mutable: true,
      doc: 'What is translated.',
    },
    interface_id: {
      type: 'reference',
      to: 'interface',
      required: true,
      mutable: true,
      expand: 'uuid',
      doc: 'The interface.',
    },
    passthrough: {
      type: 'boolean',
      default: false,
      mutable: true,
      doc: 'What no entry is about passes as it is.',
    },
  },
  scopes: {
    own: [{ scope: 'translation', column: 'id' }],
    lends: ['interface_id'],
    follows: ['interface_id'],
  },
  api: [{ kind: 'resource', path: 'translations' }],
});
