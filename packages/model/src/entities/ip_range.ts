import { declare } from '../declaration.ts';

export const ip_range = declare({
  name: 'ip_range',
  table: 'ip_ranges',
  prefix: 'ipr',
  doc: 'A range of IP addresses, both ends included.',
  fields: {
    ip_range_group_id: { type: 'reference', to: 'ip_range_group', required: true, doc: 'The group.' },
    begin_ipv4_address: { type: 'ipv4', required: true, doc: 'First address.' },
    end_ipv4_address: { type: 'ipv4', required: true, doc: 'Last address.' },
  },
  api: [{ kind: 'child', path: 'ip_ranges', parent: 'ip_range_group_id' }],
});
