import { declare } from '../declaration.ts';

export const route = declare({
  name: 'route',
  table: 'routes',
  prefix: 'r',
  doc: 'A subnet that is reached by an interface, for the packets of a route link.',
  fields: {
    route_link_id: { type: 'reference', to: 'route_link', required: true, mutable: true, doc: 'The route link.' },
    network_id: { type: 'reference', to: 'network', required: true, mutable: true, doc: 'Network of the interface.' },
    interface_id: { type: 'reference', to: 'interface', required: true, mutable: true, doc: 'The routing interface.' },
    mode: { type: 'choice', values: ['gateway'], default: 'gateway', internal: true, doc: 'Always gateway.' },
    ipv4_network: {
      type: 'ipv4',
      required: true,
      mutable: true,
      text: true,
      doc: 'Any address of the subnet; the host part is cleared.',
    },
    ipv4_prefix: { type: 'integer', min: 0, max: 32, default: 24, mutable: true, doc: 'Length of its prefix in bits.' },
    ingress: { type: 'boolean', default: true, mutable: true, doc: 'Packets from the subnet may come in.' },
    egress: { type: 'boolean', default: true, mutable: true, doc: 'Packets to the subnet may go out.' },
  },
  scopes: {
    own: [
      { scope: 'network', column: 'network_id' },
      { scope: 'route_link', column: 'route_link_id' },
    ],
    lends: ['interface_id', 'route_link_id'],
    follows: ['interface_id'],
  },
  api: [{ kind: 'resource', path: 'routes' }],
});
