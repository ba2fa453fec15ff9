import { declare } from '../declaration.ts';

export const mac_range = declare({
  name: 'mac_range',
  table: 'mac_ranges',
  prefix: 'mr',
  doc: 'A range of MAC addresses, both ends included.',
  fields: {
    mac_range_group_id: { type: 'reference', to: 'mac_range_group', required: true, doc: 'The group.' },
    begin_mac_address: { type: 'mac', required: true, doc: 'First address.' },
    end_mac_address: { type: 'mac', required: true, doc: 'Last address.' },
  },
  api: [{ kind: 'child', path: 'mac_ranges', parent: 'mac_range_group_id' }],
});
