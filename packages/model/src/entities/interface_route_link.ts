import { declare } from '../declaration.ts';

export const interface_route_link = declare({
  name: 'interface_route_link',
  table: 'interface_route_links',
  doc: 'The interface takes part in the route link: by a route, or because it was said to.',
  fields: {
    interface_id: { type: 'reference', to: 'interface', required: true, doc: 'The interface.' },
    route_link_id: { type: 'reference', to: 'route_link', required: true, doc: 'The route link.' },
    static: {
      type: 'boolean',
      default: false,
      mutable: true,
      doc: 'True: it takes part without a route too.',
    },
  },
  unique: [['interface_id', 'route_link_id']],
  api: [
    {
      kind: 'relation',
      path: 'route_links',
      parent: 'interface_id',
      other: 'route_link_id',
      list: 'rows',
      changes: 'set',
    },
  ],
});
