import { declare } from '../declaration.ts';

const modes = ['internal', 'physical', 'virtual'] as const;

export const network = declare({
  name: 'network',
  table: 'networks',
  prefix: 'nw',
  doc: 'An IP network: virtual (of a tenant), physical (the underlay) or internal.',
  fields: {
    display_name: { type: 'string', default: '', mutable: true, doc: 'Name shown to people.' },
    ipv4_network: {
      type: 'ipv4',
      required: true,
      mutable: true,
      text: true,
      doc: 'Any address of the network; the host part is cleared.',
    },
    ipv4_prefix: {
      type: 'integer',
      min: 1,
      max: 32,
      default: 24,
      mutable: true,
      doc: 'Length of the network prefix in bits.',
    },
    mode: {
      type: 'choice',
      values: modes,
      nullable: true,
      mutable: true,
      aliases: ['network_mode'],
      doc: 'What the network is.',
    },
    domain_name: { type: 'string', mutable: true, doc: 'DNS domain; the id part of the uuid when not given.' },
    segment_id: {
      type: 'reference',
      to: 'segment',
      nullable: true,
      shown: 'last',
      doc: 'Segment that the network is on.',
    },
    requested_mtu: {
      type: 'integer',
      param: 'mtu',
      min: 68,
      max: 65535,
      nullable: true,
      mutable: true,
      shown: 'never',
      doc: "Physical: the underlay's MTU (1500 when not given). Virtual: a smaller MTU than the hosts could carry.",
    },
    mtu: {
      type: 'integer',
      internal: true,
      default: 1500,
      shown: 'last',
      doc: 'Largest IP packet that reaches every host, in bytes.',
    },
  },
  params: {
    topology_uuid: { type: 'reference', to: 'topology', doc: 'Topology to add the network to.' },
  },
  scopes: { own: [{ scope: 'network', column: 'id' }] },
  api: [{ kind: 'resource', path: 'networks' }],
});
