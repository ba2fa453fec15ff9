import { declare } from '../declaration.ts';

export const translation_static_address = declare({
  name: 'translation_static_address',
  table: 'translation_static_addresses',
  doc: 'An address that stands for another: ingress is what the outside sees, egress what it becomes inside.',
  fields: {
    translation_id: { type: 'reference', to: 'translation', required: true, doc: 'The translation.' },
    route_link_id: {
      type: 'reference',
      to: 'route_link',
      nullable: true,
      expand: 'uuid',
      doc: 'Route link that the translated packets go by.',
    },
    ingress_ipv4_address: { type: 'ipv4', required: true, text: true, doc: 'Address that the outside sees.' },
    egress_ipv4_address: { type: 'ipv4', required: true, text: true, doc: 'Address that it becomes.' },
    ingress_port_number: { type: 'integer', min: 1, max: 65535, nullable: true, doc: 'Port that the outside sees.' },
    egress_port_number: { type: 'integer', min: 1, max: 65535, nullable: true, doc: 'Port that it becomes.' },
    ingress_network_id: {
      type: 'reference',
      to: 'network',
      nullable: true,
      expand: 'uuid',
      shown: 'never',
      doc: 'Network of the ingress address.',
    },
    egress_network_id: {
      type: 'reference',
      to: 'network',
      nullable: true,
      expand: 'uuid',
      shown: 'never',
      doc: 'Network of the egress address.',
    },
  },
  scopes: { follows: ['translation_id'] },
  api: [
    {
      kind: 'child',
      path: 'static_address',
      parent: 'translation_id',
      key: ['ingress_ipv4_address', 'egress_ipv4_address', 'ingress_port_number', 'egress_port_number'],
      removed: 'parent',
    },
  ],
});
