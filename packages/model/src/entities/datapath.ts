import { declare } from '../declaration.ts';

export const datapath = declare({
  name: 'datapath',
  table: 'datapaths',
  prefix: 'dp',
  doc: 'One Open vSwitch bridge, run by one agent.',
  fields: {
    display_name: { type: 'string', required: true, mutable: true, doc: 'Name shown to people.' },
    dpid: {
      type: 'dpid',
      required: true,
      mutable: true,
      doc: 'Datapath id of the bridge, up to 16 hexadecimal digits.',
    },
    node_id: { type: 'string', required: true, mutable: true, doc: 'Id of the agent that runs it (vna --node-id).' },
    enable_ovs_learn_action: {
      type: 'boolean',
      default: true,
      mutable: true,
      shown: 'last',
      doc: 'False: the switch speaks plain OpenFlow 1.3, without the extensions of Open vSwitch; what it does not do is refused.',
    },
  },
  unique: [['dpid']],
  scopes: {
    own: [
      { scope: 'dpid', column: 'dpid' },
      { scope: 'node', column: 'node_id' },
      { scope: 'datapath', column: 'id' },
    ],
  },
  api: [
    {
      kind: 'resource',
      path: 'datapaths',
      shownWith: 'whether its agent is connected, and how it uses uplinks and trunks of several links',
    },
  ],
});
