import { declare } from '../declaration.ts';
import { datapathLinkFields } from './datapath_link.ts';

export const datapath_route_link = declare({
  name: 'datapath_route_link',
  table: 'datapath_route_links',
  doc: 'How a datapath takes part in a route link: by which host interface, and with which MAC towards its peers.',
  fields: {
    datapath_id: { type: 'reference', to: 'datapath', required: true, doc: 'The datapath.' },
    route_link_id: { type: 'reference', to: 'route_link', required: true, doc: 'The route link.' },
    ...datapathLinkFields,
  },
  unique: [['datapath_id', 'route_link_id'], ['mac_address_id']],
  scopes: {
    own: [
      { scope: 'route_link', column: 'route_link_id' },
      { scope: 'datapath', column: 'datapath_id' },
    ],
    lends: ['interface_id', 'datapath_id'],
  },
  api: [{ kind: 'relation', path: 'route_links', parent: 'datapath_id', other: 'route_link_id', list: 'others' }],
});
