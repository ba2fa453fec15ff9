import { declare } from '../declaration.ts';

export const mac_address = declare({
  name: 'mac_address',
  table: 'mac_addresses',
  prefix: 'mac',
  doc: 'A MAC address in use, by a lease or by a datapath in a network: unique in the whole model.',
  fields: { mac_address: { type: 'mac', required: true, doc: 'The address.' } },
  unique: [['mac_address']],
  api: [],
});
