import { declare } from '../declaration.ts';

export const mac_lease = declare({
  name: 'mac_lease',
  table: 'mac_leases',
  prefix: 'ml',
  doc: 'A MAC address of an interface.',
  fields: {
    interface_id: {
      type: 'reference',
      to: 'interface',
      required: true,
      mutable: true,
      expand: 'row',
      doc: 'The interface.',
    },
    mac_address_id: { type: 'reference', to: 'mac_address', internal: true, owned: true, doc: 'The address row.' },
    mac_address: {
      type: 'mac',
      required: true,
      mutable: true,
      shown: 'joined',
      text: true,
      doc: 'The MAC address.',
    },
    segment_id: {
      type: 'reference',
      to: 'segment',
      nullable: true,
      mutable: true,
      shown: 'joined',
      doc: 'Segment that the address is in.',
    },
  },
  unique: [['mac_address_id']],
  scopes: {
    own: [{ scope: 'segment', column: 'segment_id' }],
    lends: ['interface_id'],
    follows: ['interface_id'],
  },
  api: [{ kind: 'resource', path: 'mac_leases' }],
});
