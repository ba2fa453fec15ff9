/** What the endpoints about the whole model answer. */
import { declarationOf, entityNames, LINK_STATES, type ModelEndpoint } from '@vnet/model';
import { pageOf } from './answers.ts';
import { documentSchemas } from './model_document.ts';
import { IPV4_TEXT, MAC_TEXT, replyRef, uuidSchema } from './rows.ts';
import { arrayOf, each, mapOf, maybe, objectOf, orNull, refTo, type Schema } from './schema.ts';

const TEXT: Schema = { type: 'string' };
const NUMBER: Schema = { type: 'integer' };
const BOOLEAN: Schema = { type: 'boolean' };

/** Values of a field before and after. */
const CHANGED_FIELDS = mapOf(
  { type: 'array', minItems: 2, maxItems: 2 },
  'By name of the field: [old value, new value].',
);
const OPERATION: Schema = { type: 'string', enum: ['create', 'update', 'delete'] };

const treeInterface = objectOf(
  each({
    uuid: uuidSchema('interface'),
    display_name: orNull(TEXT),
    mode: TEXT,
    mac_address: orNull(MAC_TEXT),
    ipv4_addresses: arrayOf(IPV4_TEXT),
    datapath_uuid: orNull(uuidSchema('datapath')),
    port_name: orNull(TEXT),
    active: { ...BOOLEAN, description: 'A datapath says that its port is there; of a host: its agent is connected.' },
  }),
);

const interfaces = arrayOf(refTo('TreeInterface'));

const edgePlace = { vlan_id: NUMBER, datapath_uuid: orNull(uuidSchema('datapath')) };

const edges = {
  vlans: arrayOf(
    objectOf(
      each({
        uuid: uuidSchema('vlan_translation'),
        ...edgePlace,
        interface_uuid: orNull(uuidSchema('interface')),
        port_name: orNull(TEXT),
        active: { ...BOOLEAN, description: 'This edge carries the VLAN now.' },
      }),
    ),
  ),
  legacy_machines: {
    ...arrayOf(
      objectOf(
        each({
          mac_address: MAC_TEXT,
          ipv4_address: orNull(IPV4_TEXT),
          ...edgePlace,
          port_name: TEXT,
          refused: orNull(TEXT),
        }),
      ),
    ),
    description: 'Discovered ones; declared ones are interfaces.',
  },
};

const tree = objectOf(
  each({
    networks: arrayOf(
      objectOf(
        each({
          uuid: uuidSchema('network'),
          display_name: TEXT,
          mode: orNull(TEXT),
          ipv4_network: IPV4_TEXT,
          ipv4_prefix: NUMBER,
          mtu: NUMBER,
          interfaces,
          ...edges,
        }),
      ),
    ),
    segments: arrayOf(objectOf(each({ uuid: uuidSchema('segment'), mode: TEXT, interfaces, ...edges }))),
    unattached: { ...interfaces, description: 'Interfaces that are in no network and no segment.' },
  }),
);

const history = pageOf(
  objectOf(
    each({
      revision: NUMBER,
      time: TEXT,
      who: TEXT,
      request_id: TEXT,
      changes: arrayOf(
        objectOf(each({ operation: OPERATION, entity: TEXT, uuid: orNull(TEXT), name: TEXT, fields: CHANGED_FIELDS })),
      ),
    }),
  ),
);

const warning = objectOf({
  ...each({ message: TEXT, details: { type: 'object' } }),
  level: maybe({ ...TEXT, description: 'warn unless it says error.' }),
});

const agents = pageOf(
  objectOf({
    ...each({
      node_id: TEXT,
      datapath_uuid: { ...orNull(uuidSchema('datapath')), description: 'null: no datapath is for this agent.' },
      dpid: TEXT,
      connected: BOOLEAN,
      connected_at: orNull(TEXT),
      revision: { ...orNull(NUMBER), description: 'What the switch has.' },
      sent_revision: { ...orNull(NUMBER), description: 'What was sent to the agent.' },
    }),
    bridge: maybe(TEXT),
    flows: maybe(NUMBER),
    interfaces: maybe({ ...NUMBER, description: 'Interfaces that live there.' }),
    networks: maybe({ ...NUMBER, description: 'Networks in use there.' }),
    warnings: maybe(arrayOf(warning)),
  }),
);

const bond = objectOf(
  each({
    kind: { type: 'string', enum: ['uplink', 'trunk'] },
    name: { ...TEXT, description: 'That of the OVS bond; of ports that are no bond, their names with + between them.' },
    mode: { type: 'string', enum: ['all links', 'one link at a time'] },
    lacp: { ...BOOLEAN, description: 'LACP is spoken.' },
    fallback: {
      ...orNull({ type: 'string', enum: ['active-backup', 'none'] }),
      description: 'What is done without an LACP partner; null without LACP.',
    },
    links: arrayOf(objectOf(each({ name: TEXT, state: { type: 'string', enum: LINK_STATES }, in_use: BOOLEAN }))),
  }),
);

const datapathAgent = objectOf(
  each({
    connected: BOOLEAN,
    since: {
      ...orNull(TEXT),
      description: 'Of what `connected` says; null: never connected since the manager was started.',
    },
    bonds: {
      ...orNull(arrayOf(bond)),
      description: 'Uplinks and trunks of several links, as they are now; null: the agent does not say.',
    },
  }),
  'The agent of a datapath, asked for this reply.',
);

const direction: Schema = { type: 'string', enum: ['ingress', 'egress'] };
const counters = { direction, packets: NUMBER, bytes: NUMBER };

const stats = objectOf(
  each({
    uuid: uuidSchema('security_group'),
    rules: arrayOf(
      objectOf(
        each({
          rule: { ...TEXT, description: 'As written; open: all out without egress rules; members: all among members.' },
          line: orNull(NUMBER),
          connections: NUMBER,
          ...counters,
        }),
      ),
    ),
    denied: arrayOf(objectOf(each({ interface_uuid: uuidSchema('interface'), ...counters }))),
    hosts: arrayOf(objectOf(each({ node_id: TEXT, answered: BOOLEAN }))),
  }),
);

const why = objectOf(
  each({
    from_uuid: uuidSchema('interface'),
    to_uuid: uuidSchema('interface'),
    packet: TEXT,
    allowed: BOOLEAN,
    reason: TEXT,
    hosts: arrayOf(
      objectOf(
        each({
          node_id: TEXT,
          datapath_uuid: uuidSchema('datapath'),
          outcome: { type: 'string', enum: ['delivered', 'sent', 'punted', 'dropped'] },
          table: TEXT,
          purpose: TEXT,
          reasons: arrayOf(TEXT),
          path: arrayOf(TEXT),
        }),
      ),
    ),
  }),
);

const plan = objectOf(
  each({
    applied: { ...BOOLEAN, description: 'False: it was a dry run.' },
    plan: arrayOf(refTo('PlannedChange')),
    unchanged: NUMBER,
  }),
);

const plannedChange = objectOf({
  ...each({ operation: OPERATION, section: TEXT, uuid: TEXT, fields: CHANGED_FIELDS }),
  other: maybe({ ...TEXT, description: 'Of rows within others: the other uuid, or what tells the row apart.' }),
});

const named = entityNames.filter((entity) => declarationOf(entity).prefix !== undefined);

const found: Schema = {
  oneOf: named.map((entity) => objectOf(each({ entity: { type: 'string', const: entity }, object: replyRef(entity) }))),
};

const answers: Readonly<Record<string, Schema>> = {
  find: found,
  tree,
  agents,
  'security_groups.stats': stats,
  why,
  history,
  export: refTo('Document'),
  apply: plan,
};

export function modelAnswer({ name }: ModelEndpoint): Schema {
  const answer = answers[name];
  if (answer === undefined) throw new Error(`the reply of ${name} is not described`);
  return answer;
}

export const modelSchemas: Readonly<Record<string, Schema>> = {
  ...documentSchemas,
  PlannedChange: plannedChange,
  TreeInterface: treeInterface,
  DatapathAgent: datapathAgent,
};
