import { declare } from '../declaration.ts';

export const route_link = declare({
  name: 'route_link',
  table: 'route_links',
  prefix: 'rl',
  doc: 'What joins routes: packets that come in by one of them leave by another.',
  fields: {
    mac_address_id: { type: 'reference', to: 'mac_address', internal: true, owned: true, doc: 'The address row.' },
    mac_address: {
      type: 'mac',
      mutable: true,
      shown: 'joined',
      text: true,
      doc: 'MAC of the route link; taken from the datapath MAC group otherwise.',
    },
  },
  params: { topology_uuid: { type: 'reference', to: 'topology', doc: 'Topology to add the route link to.' } },
  unique: [['mac_address_id']],
  scopes: { own: [{ scope: 'route_link', column: 'id' }] },
  api: [{ kind: 'resource', path: 'route_links' }],
});
