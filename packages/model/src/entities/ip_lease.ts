import { declare } from '../declaration.ts';

export const ip_lease = declare({
  name: 'ip_lease',
  table: 'ip_leases',
  prefix: 'il',
  doc: 'An IP address of an interface, bound to one of its MAC leases.',
  fields: {
    interface_id: {
      type: 'reference',
      to: 'interface',
      nullable: true,
      mutable: true,
      doc: 'The interface; its first MAC lease is used when no mac_lease_uuid is given.',
    },
    mac_lease_id: { type: 'reference', to: 'mac_lease', nullable: true, mutable: true, doc: 'The MAC lease.' },
    ip_address_id: { type: 'reference', to: 'ip_address', internal: true, owned: true, doc: 'The address row.' },
    enable_routing: {
      type: 'boolean',
      default: false,
      mutable: true,
      doc: 'Packets to other networks may go through it.',
    },
    network_id: {
      type: 'reference',
      to: 'network',
      required: true,
      mutable: true,
      shown: 'joined',
      doc: 'The network.',
    },
    ipv4_address: { type: 'ipv4', required: true, mutable: true, shown: 'joined', doc: 'The IPv4 address.' },
  },
  unique: [['ip_address_id']],
  scopes: {
    own: [{ scope: 'network', column: 'network_id' }],
    lends: ['interface_id'],
    follows: ['interface_id'],
  },
  api: [
    {
      kind: 'resource',
      path: 'ip_leases',
      actions: {
        attach: {
          doc: 'Gives a lease that no interface has to an interface.',
          params: {
            interface_uuid: { type: 'reference', to: 'interface', doc: 'The interface; its first MAC lease is used.' },
            mac_lease_uuid: { type: 'reference', to: 'mac_lease', doc: 'The MAC lease.' },
          },
        },
        release: { doc: 'Takes the lease from its interface; the address stays reserved.', params: {} },
      },
    },
  ],
});
