import { declare } from '../declaration.ts';
import { interfaceModes } from './interface.ts';

export const interface_port = declare({
  name: 'interface_port',
  table: 'interface_ports',
  doc: 'Where the port of an interface may show up: on which datapath, under which name.',
  fields: {
    interface_id: { type: 'reference', to: 'interface', required: true, doc: 'The interface.' },
    datapath_id: { type: 'reference', to: 'datapath', nullable: true, doc: 'Only on this datapath.' },
    port_name: { type: 'string', nullable: true, doc: 'Name of the port in the bridge, or of the bond.' },
    singular: { type: 'boolean', nullable: true, doc: 'The interface is in one place at a time: true or not given.' },
    interface_mode: { type: 'choice', values: interfaceModes, internal: true, doc: "Copy of the interface's mode." },
  },
  unique: [
    ['interface_id', 'datapath_id'],
    ['port_name', 'datapath_id', 'singular'],
  ],
  scopes: {
    own: [
      { scope: 'port', column: 'port_name' },
      { scope: 'datapath', column: 'datapath_id' },
    ],
    lends: ['interface_id'],
    follows: ['interface_id'],
  },
  api: [{ kind: 'child', path: 'ports', parent: 'interface_id' }],
});
