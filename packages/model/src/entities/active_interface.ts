import { declare } from '../declaration.ts';

export const active_interface = declare({
  name: 'active_interface',
  table: 'active_interfaces',
  doc: 'A datapath says that a port of it carries the interface.',
  fields: {
    interface_id: { type: 'reference', to: 'interface', internal: true, doc: 'The interface.' },
    datapath_id: { type: 'reference', to: 'datapath', internal: true, doc: 'The datapath.' },
    port_name: { type: 'string', nullable: true, internal: true, doc: 'Name of the port.' },
    port_number: { type: 'integer', nullable: true, internal: true, doc: 'OpenFlow number of the port.' },
    singular: {
      type: 'boolean',
      nullable: true,
      internal: true,
      doc: 'True where the interface lives; null where a port is left over after it moved.',
    },
    claim: { type: 'string', nullable: true, internal: true, doc: 'Changes each time the port is plugged anew.' },
  },
  unique: [
    ['interface_id', 'datapath_id'],
    ['interface_id', 'singular'],
  ],
  scopes: { own: [{ scope: 'datapath', column: 'datapath_id' }], follows: ['interface_id'] },
  api: [],
});
