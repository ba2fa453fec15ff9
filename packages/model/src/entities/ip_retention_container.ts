import { declare } from '../declaration.ts';

export const ip_retention_container = declare({
  name: 'ip_retention_container',
  table: 'ip_retention_containers',
  prefix: 'irc',
  doc: 'How long the leases of a policy last, and how long their addresses stay reserved after that.',
  fields: {
    lease_time: {
      type: 'integer',
      min: 0,
      max: 4_000_000_000,
      nullable: true,
      mutable: true,
      doc: 'Seconds after which a lease is taken from its interface; never when not given.',
    },
    grace_time: {
      type: 'integer',
      min: 0,
      max: 4_000_000_000,
      nullable: true,
      mutable: true,
      doc: 'Seconds after the release until the address is free again; never when not given.',
    },
  },
  api: [{ kind: 'resource', path: 'ip_retention_containers' }],
});
