import { declare } from '../declaration.ts';

export const topology = declare({
  name: 'topology',
  table: 'topologies',
  prefix: 'topo',
  doc: 'An underlay (a physical network and the hosts on it) or an overlay (the virtual networks carried over it).',
  fields: {
    mode: {
      type: 'choice',
      values: ['simple_overlay', 'simple_underlay'],
      required: true,
      doc: 'Overlay or underlay.',
    },
  },
  api: [{ kind: 'resource', path: 'topologies' }],
});
