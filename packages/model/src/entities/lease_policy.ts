import { declare } from '../declaration.ts';

export const lease_policy = declare({
  name: 'lease_policy',
  table: 'lease_policies',
  prefix: 'lp',
  doc: 'Gives interfaces IP addresses from ranges of a network.',
  fields: {
    mode: { type: 'choice', values: ['simple'], default: 'simple', mutable: true, doc: 'Always simple.' },
    timing: {
      type: 'choice',
      values: ['immediate', 'dhcp'],
      default: 'immediate',
      mutable: true,
      doc: 'When an interface gets its address: as soon as it is added, or when it asks by DHCP.',
    },
  },
  api: [
    {
      kind: 'resource',
      path: 'lease_policies',
      actions: {
        ip_leases: {
          doc: 'Takes an address from the ranges, for no interface yet.',
          method: 'POST',
          params: {
            ip_lease_uuid: { type: 'string', doc: 'Own uuid of the IP lease, il-…; made up when not given.' },
            label: { type: 'string', doc: 'Put the lease into the containers with this label only.' },
          },
        },
      },
    },
  ],
});
