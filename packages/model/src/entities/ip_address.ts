import { declare } from '../declaration.ts';

export const ip_address = declare({
  name: 'ip_address',
  table: 'ip_addresses',
  doc: 'An IP address in use: unique in its network.',
  fields: {
    network_id: { type: 'reference', to: 'network', required: true, doc: 'The network.' },
    ipv4_address: { type: 'ipv4', required: true, doc: 'The address.' },
  },
  unique: [['network_id', 'ipv4_address']],
  api: [],
});
