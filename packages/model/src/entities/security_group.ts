import { declare } from '../declaration.ts';

export const security_group = declare({
  name: 'security_group',
  table: 'security_groups',
  prefix: 'sg',
  doc: 'Rules for what may come in to the interfaces of the group.',
  bare: true,
  fields: {
    display_name: { type: 'string', required: true, mutable: true, doc: 'Name shown to people.' },
    rules: {
      type: 'string',
      default: '',
      mutable: true,
      multiline: true,
      maxLength: 65_536,
      doc: 'protocol:port:source, one on each line: tcp:22:10.0.0.0/8, icmp:-1:0.0.0.0/0, udp:53:sg-other.',
    },
    trust_members: {
      type: 'boolean',
      default: true,
      mutable: true,
      shown: 'last',
      doc: 'Members accept everything from each other, whatever the rules say.',
    },
    description: { type: 'string', nullable: true, mutable: true, doc: 'What the group is for.' },
  },
  scopes: {
    own: [
      { scope: 'group', column: 'id' },
      { scope: 'group', column: 'uuid' },
    ],
  },
  api: [{ kind: 'resource', path: 'security_groups' }],
});
