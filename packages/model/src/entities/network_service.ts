import { declare } from '../declaration.ts';

export const network_service = declare({
  name: 'network_service',
  table: 'network_services',
  prefix: 'ns',
  doc: 'A service that the agents give by themselves on a simulated interface.',
  fields: {
    display_name: { type: 'string', nullable: true, mutable: true, doc: 'Name shown to people.' },
    mode: {
      type: 'choice',
      values: ['dhcp', 'dns', 'router'],
      required: true,
      aliases: ['type'],
      doc: 'Which service it is.',
    },
    interface_id: {
      type: 'reference',
      to: 'interface',
      nullable: true,
      mutable: true,
      expand: 'row',
      doc: 'Interface that has the service.',
    },
    incoming_port: { type: 'integer', min: 0, max: 65535, nullable: true, mutable: true, doc: 'Port it listens on.' },
    outgoing_port: { type: 'integer', min: 0, max: 65535, nullable: true, mutable: true, doc: 'Port it answers to.' },
  },
  scopes: { follows: ['interface_id'] },
  api: [{ kind: 'resource', path: 'network_services' }],
});
