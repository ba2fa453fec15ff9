import { declare } from '../declaration.ts';

export const filter_static = declare({
  name: 'filter_static',
  table: 'filter_statics',
  doc: 'A rule of a filter, as a packet that arrives at the interface has it; mirrored for packets that leave.',
  bare: true,
  fields: {
    filter_id: { type: 'reference', to: 'filter', required: true, doc: 'The filter.' },
    protocol: {
      type: 'choice',
      values: ['tcp', 'udp', 'icmp', 'arp', 'ip'],
      required: true,
      doc: 'Protocol of the packets.',
    },
    action: {
      type: 'choice',
      values: ['pass', 'drop', 'conn'],
      required: true,
      doc: 'What becomes of them; conn: they pass out, and the replies to them in.',
    },
    src_address: { type: 'ipv4', internal: true, text: true, doc: 'Address of the other side.' },
    dst_address: { type: 'ipv4', internal: true, text: true, doc: "Address of the interface's side." },
    src_prefix: { type: 'integer', internal: true, doc: 'Length of its prefix, 0 for any address.' },
    dst_prefix: { type: 'integer', internal: true, doc: 'Length of its prefix, 0 for any address.' },
    src_port: {
      type: 'integer',
      min: 0,
      max: 65535,
      nullable: true,
      shown: 'if any',
      doc: 'Port of the other side; 0 is any.',
    },
    dst_port: {
      type: 'integer',
      min: 0,
      max: 65535,
      nullable: true,
      shown: 'if any',
      doc: "Port of the interface's side; 0 is any.",
    },
  },
  params: {
    src_address: { type: 'ipv4_prefix', doc: 'Address or subnet of the other side; any when not given.' },
    dst_address: { type: 'ipv4_prefix', doc: "Address or subnet of the interface's side; any when not given." },
  },
  unique: [['filter_id', 'src_address', 'dst_address', 'src_prefix', 'dst_prefix', 'src_port', 'dst_port', 'protocol']],
  scopes: { follows: ['filter_id'] },
  api: [
    {
      kind: 'child',
      path: 'static',
      parent: 'filter_id',
      key: ['protocol', 'src_address', 'src_prefix', 'dst_address', 'dst_prefix', 'src_port', 'dst_port'],
    },
  ],
});
