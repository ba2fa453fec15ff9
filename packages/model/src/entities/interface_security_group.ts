import { declare } from '../declaration.ts';

export const interface_security_group = declare({
  name: 'interface_security_group',
  table: 'interface_security_groups',
  doc: 'An interface in a security group.',
  fields: {
    interface_id: { type: 'reference', to: 'interface', required: true, doc: 'The interface.' },
    security_group_id: { type: 'reference', to: 'security_group', required: true, doc: 'The group.' },
  },
  unique: [['interface_id', 'security_group_id']],
  scopes: {
    own: [{ scope: 'group', column: 'security_group_id' }],
    lends: ['interface_id'],
    follows: ['interface_id'],
  },
  api: [
    {
      kind: 'relation',
      path: 'interfaces',
      parent: 'security_group_id',
      other: 'interface_id',
      list: 'others',
      added: 'members',
      removed: 'members',
    },
    {
      kind: 'relation',
      path: 'security_groups',
      parent: 'interface_id',
      other: 'security_group_id',
      list: 'others',
      added: 'other',
      removed: 'uuid if any',
    },
  ],
});
