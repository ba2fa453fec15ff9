import { declare } from '../declaration.ts';

export const security_group = declare({
  name: 'security_group',
  table: 'security_groups',
  prefix: 'sg',
  doc: 'Rules for what may come in to the interfaces of the group, and go out from them.',
  bare: true,
  fields: {
    display_name: { type: 'string', required: true, mutable: true, doc: 'Name shown to people.' },
    rules: {
      type: 'string',
      default: '',
      mutable: true,
      multiline: true,
      maxLength: 65_536,
      doc: '[egress] protocol:ports:peer, one on each line: tcp:22:10.0.0.0/8, icmp:-1:0.0.0.0/0, egress udp:53:sg-dns.',
    },
    description: { type: 'string', nullable: true, mutable: true, doc: 'What the group is for.' },
    trust_members: {
      type: 'boolean',
      default: true,
      mutable: true,
      doc: 'Members accept everything from each other, whatever the rules say.',
    },
    log: {
      type: 'boolean',
      default: false,
      mutable: true,
      doc: 'The agents log samples of what is denied to and from members.',
    },
  },
  scopes: {
    own: [
      { scope: 'group', column: 'id' },
      { scope: 'group', column: 'uuid' },
    ],
  },
  api: [{ kind: 'resource', path: 'security_groups' }],
});
