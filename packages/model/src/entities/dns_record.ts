import { declare } from '../declaration.ts';

export const dns_record = declare({
  name: 'dns_record',
  table: 'dns_records',
  prefix: 'dnsr',
  doc: 'A name and its address.',
  fields: {
    dns_service_id: { type: 'reference', to: 'dns_service', required: true, doc: 'The DNS service.' },
    name: {
      type: 'string',
      required: true,
      doc: 'The name, within the domain of the network or whole with a dot at its end.',
    },
    ipv4_address: { type: 'ipv4', required: true, doc: 'The address.' },
    ttl: {
      type: 'integer',
      min: 0,
      max: 2_147_483_647,
      nullable: true,
      doc: 'How long others may keep it, in seconds.',
    },
  },
  scopes: { follows: ['dns_service_id'] },
  api: [{ kind: 'child', path: 'dns_records', parent: 'dns_service_id' }],
});
