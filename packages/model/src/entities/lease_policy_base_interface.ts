import { declare } from '../declaration.ts';

export const lease_policy_base_interface = declare({
  name: 'lease_policy_base_interface',
  table: 'lease_policy_base_interfaces',
  doc: 'An interface that a lease policy gives an address to.',
  fields: {
    lease_policy_id: { type: 'reference', to: 'lease_policy', required: true, doc: 'The lease policy.' },
    interface_id: { type: 'reference', to: 'interface', required: true, doc: 'The interface.' },
    label: {
      type: 'string',
      nullable: true,
      doc: 'Put the lease into the IP lease containers with this label only.',
    },
  },
  api: [
    {
      kind: 'relation',
      path: 'interfaces',
      parent: 'lease_policy_id',
      other: 'interface_id',
      list: 'others',
      added: 'parent',
      removed: 'parent',
    },
  ],
});
