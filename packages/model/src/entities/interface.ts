import { declare } from '../declaration.ts';

export const interfaceModes = ['host', 'internal', 'patch', 'promiscuous', 'remote', 'simulated', 'vif'] as const;

export const interface_ = declare({
  name: 'interface',
  table: 'interfaces',
  prefix: 'if',
  doc: 'Something with MAC and IP addresses: the port of a virtual machine, an uplink of a host, a simulated service.',
  fields: {
    mode: { type: 'choice', values: interfaceModes, required: true, doc: 'What kind of interface it is.' },
    display_name: { type: 'string', nullable: true, mutable: true, doc: 'Name shown to people.' },
    iface_id: {
      type: 'string',
      nullable: true,
      mutable: true,
      doc: 'Matches external_ids:iface-id of an OVS port (the UUID that libvirt sets).',
    },
    enable_routing: { type: 'boolean', default: false, mutable: true, doc: 'The interface routes between networks.' },
    enable_route_translation: {
      type: 'boolean',
      default: false,
      mutable: true,
      doc: 'Address translation applies to routed packets.',
    },
    enable_filtering: { type: 'boolean', default: false, mutable: true, doc: 'Filters apply to the interface.' },
    enable_legacy_filtering: { type: 'boolean', default: false, internal: true, doc: 'Kept for old clients.' },
  },
  params: {
    owner_datapath_uuid: {
      type: 'reference',
      to: 'datapath',
      mutable: true,
      nullable: true,
      doc: 'Datapath that the port is on; without it the port may show up on any.',
    },
    network_uuid: { type: 'reference', to: 'network', doc: 'Network of ipv4_address.' },
    ipv4_address: { type: 'ipv4', doc: 'First IP lease.' },
    mac_address: { type: 'mac', doc: 'First MAC lease.' },
    mac_range_group_uuid: { type: 'reference', to: 'mac_range_group', doc: 'Takes the first MAC lease from here.' },
    port_name: { type: 'string', nullable: true, doc: 'Name of the port in the bridge.' },
  },
  unique: [['iface_id']],
  scopes: {
    own: [
      { scope: 'interface', column: 'uuid' },
      { scope: 'iface_id', column: 'iface_id' },
    ],
  },
  api: [{ kind: 'resource', path: 'interfaces' }],
});
