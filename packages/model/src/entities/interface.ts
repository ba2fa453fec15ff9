import { declare } from '../declaration.ts';

export const interfaceModes = [
  'host',
  'internal',
  'patch',
  'promiscuous',
  'remote',
  'simulated',
  'vif',
  'edge',
] as const;

export const interface_ = declare({
  name: 'interface',
  table: 'interfaces',
  prefix: 'if',
  doc: 'Something with MAC and IP addresses: the port of a virtual machine, an uplink of a host, a simulated service.',
  fields: {
    mode: { type: 'choice', values: interfaceModes, required: true, doc: 'What kind of interface it is.' },
    display_name: { type: 'string', nullable: true, mutable: true, doc: 'Name shown to people.' },
    enable_routing: { type: 'boolean', default: false, mutable: true, doc: 'The interface routes between networks.' },
    enable_route_translation: {
      type: 'boolean',
      default: false,
      mutable: true,
      doc: 'Address translation applies to routed packets.',
    },
    enable_filtering: {
      type: 'boolean',
      default: false,
      mutable: true,
      shown: 'last',
      doc: 'Filters apply to the interface; without one, nothing passes.',
    },
    enable_legacy_filtering: {
      type: 'boolean',
      default: false,
      internal: true,
      shown: 'last',
      doc: 'Kept for old clients: what ingress_filtering_enabled was made with.',
    },
    ingress_filtering_enabled: {
      type: 'boolean',
      nullable: true,
      mutable: true,
      shown: 'last',
      doc: 'Security groups apply: true (without a group nothing comes in), false, or as soon as a group is attached.',
    },
    iface_id: {
      type: 'string',
      nullable: true,
      mutable: true,
      shown: 'last',
      doc: 'Matches external_ids:iface-id of an OVS port (the UUID that libvirt sets).',
    },
    log: {
      type: 'boolean',
      default: false,
      mutable: true,
      shown: 'last',
      doc: 'The agent logs samples of what filters and security groups deny to and from the interface.',
    },
    netns: {
      type: 'string',
      nullable: true,
      mutable: true,
      shown: 'last',
      doc: 'Internal: network namespace of the host that the device is in; it has to exist. Without one, the host itself.',
    },
  },
  params: {
    owner_datapath_uuid: {
      type: 'reference',
      to: 'datapath',
      mutable: true,
      nullable: true,
      doc: 'Datapath that the port is on; without it the port may show up on any.',
    },
    segment_uuid: { type: 'reference', to: 'segment', doc: "Segment of mac_address; the network's when there is one." },
    network_uuid: { type: 'reference', to: 'network', doc: 'Network of ipv4_address.' },
    ipv4_address: { type: 'ipv4', doc: 'First IP lease.' },
    mac_address: { type: 'mac', doc: 'First MAC lease.' },
    mac_range_group_uuid: { type: 'reference', to: 'mac_range_group', doc: 'Takes the first MAC lease from here.' },
    port_name: { type: 'string', nullable: true, doc: 'Name of the port in the bridge, or of the bond.' },
  },
  unique: [['iface_id']],
  scopes: {
    own: [
      { scope: 'interface', column: 'uuid' },
      { scope: 'iface_id', column: 'iface_id' },
    ],
  },
  api: [
    {
      kind: 'resource',
      path: 'interfaces',
      actions: {
        rename: {
          doc: 'Gives the interface another uuid.',
          params: { new_uuid: { type: 'string', required: true, doc: 'The new uuid, if-….' } },
        },
      },
    },
  ],
});
