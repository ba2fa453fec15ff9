import { declare } from '../declaration.ts';

export const dns_service = declare({
  name: 'dns_service',
  table: 'dns_services',
  prefix: 'dnss',
  doc: 'Names that a DNS service answers for, and whom it asks for others.',
  fields: {
    network_service_id: {
      type: 'reference',
      to: 'network_service',
      required: true,
      expand: 'row',
      doc: 'Network service of mode dns.',
    },
    public_dns: {
      type: 'string',
      nullable: true,
      mutable: true,
      doc: 'IPv4 addresses of DNS servers for all other names, separated by commas.',
    },
  },
  unique: [['network_service_id']],
  scopes: { follows: ['network_service_id'] },
  api: [{ kind: 'resource', path: 'dns_services' }],
});
