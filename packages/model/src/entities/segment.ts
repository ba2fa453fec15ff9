import { declare } from '../declaration.ts';

export const segment = declare({
  name: 'segment',
  table: 'segments',
  prefix: 'seg',
  doc: 'A network by MAC address alone: whatever its machines send, IP or not, stays among them.',
  fields: {
    mode: {
      type: 'choice',
      values: ['physical', 'virtual'],
      required: true,
      mutable: true,
      doc: 'Of a tenant (virtual), or a physical one.',
    },
  },
  params: { topology_uuid: { type: 'reference', to: 'topology', doc: 'Topology to add the segment to.' } },
  scopes: { own: [{ scope: 'segment', column: 'id' }] },
  api: [{ kind: 'resource', path: 'segments' }],
});
