import { declare } from '../declaration.ts';

export const topology_route_link = declare({
  name: 'topology_route_link',
  table: 'topology_route_links',
  doc: 'A route link in a topology.',
  fields: {
    topology_id: { type: 'reference', to: 'topology', required: true, doc: 'The topology.' },
    route_link_id: { type: 'reference', to: 'route_link', required: true, doc: 'The route link.' },
  },
  unique: [['topology_id', 'route_link_id']],
  api: [{ kind: 'relation', path: 'route_links', parent: 'topology_id', other: 'route_link_id', list: 'rows' }],
});
