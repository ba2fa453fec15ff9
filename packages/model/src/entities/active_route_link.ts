import { declare } from '../declaration.ts';

export const active_route_link = declare({
  name: 'active_route_link',
  table: 'active_route_links',
  doc: 'A datapath has ports in the route link.',
  fields: {
    route_link_id: { type: 'reference', to: 'route_link', internal: true, doc: 'The route link.' },
    datapath_id: { type: 'reference', to: 'datapath', internal: true, doc: 'The datapath.' },
  },
  unique: [['route_link_id', 'datapath_id']],
  scopes: {
    own: [
      { scope: 'route_link', column: 'route_link_id' },
      { scope: 'datapath', column: 'datapath_id' },
    ],
  },
  api: [],
});
