import { declare } from '../declaration.ts';

export const filter = declare({
  name: 'filter',
  table: 'filters',
  prefix: 'fil',
  doc: 'What may pass an interface that has enable_filtering.',
  fields: {
    mode: {
      type: 'choice',
      values: ['static'],
      required: true,
      mutable: true,
      doc: 'static: by the rules of the filter.',
    },
    interface_id: {
      type: 'reference',
      to: 'interface',
      required: true,
      mutable: true,
      expand: 'uuid',
      shown: 'never',
      doc: 'The interface.',
    },
    ingress_passthrough: {
      type: 'boolean',
      default: false,
      mutable: true,
      doc: 'What no rule is about may come in to the interface.',
    },
    egress_passthrough: {
      type: 'boolean',
      default: false,
      mutable: true,
      doc: 'What no rule is about may go out from the interface.',
    },
  },
  scopes: { follows: ['interface_id'] },
  api: [{ kind: 'resource', path: 'filters' }],
});
