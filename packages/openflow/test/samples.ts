/** One or more of every action, instruction and message: the types see to it that none is forgotten. */
import type { Action, Instruction, Match, MessageInput, MessageType } from '../src/index.ts';
import { encodeFlowMod, PORT } from '../src/index.ts';

export const ACTIONS: { readonly [T in Action['type']]: readonly Extract<Action, { type: T }>[] } = {
  output: [
    { type: 'output', port: 3 },
    { type: 'output', port: PORT.CONTROLLER, maxLen: 128 },
  ],
  copy_ttl_out: [],
  copy_ttl_in: [],
  set_mpls_ttl: [],
  dec_mpls_ttl: [],
  push_vlan: [{ type: 'push_vlan' }],
  pop_vlan: [{ type: 'pop_vlan' }],
  push_mpls: [],
  pop_mpls: [],
  set_queue: [{ type: 'set_queue', queue: 2 }],
  group: [{ type: 'group', group: 5 }],
  set_ttl: [{ type: 'set_ttl', ttl: 64 }],
  dec_ttl: [{ type: 'dec_ttl' }],
  set_field: [
    { type: 'set_field', field: 'eth_src', value: 0x0200_0000_0001 },
    { type: 'set_field', field: 'reg3', value: 1, mask: 0xff },
    { type: 'set_field', field: 'tunnel_id', value: 5n },
  ],
  push_pbb: [],
  pop_pbb: [],
  pop_queue: [{ type: 'pop_queue' }],
  move: [{ type: 'move', from: { field: 'eth_src', offset: 0 }, to: { field: 'eth_dst', offset: 0 }, bits: 48 }],
  load: [
    { type: 'load', field: 'reg0', offset: 4, bits: 8, value: 0xff },
    { type: 'load', field: 'in_port', offset: 0, bits: 16, value: 0 },
    { type: 'load', field: 'tunnel_id', offset: 0, bits: 64, value: 0x8000_0000_0000_0001n },
  ],
  note: [{ type: 'note', note: Buffer.from([1, 2, 3, 4, 5, 6]) }],
  resubmit: [
    { type: 'resubmit', port: PORT.LOCAL },
    { type: 'resubmit', port: 2, table: 4 },
    { type: 'resubmit', port: PORT.IN_PORT, table: 4 },
  ],
  output_reg: [{ type: 'output_reg', source: { field: 'reg0', offset: 0, bits: 16 }, maxLen: 100 }],
  learn: [
    {
      type: 'learn',
      table: 9,
      cookie: 1n,
      idleTimeout: 60,
      specs: [
        { bits: 48, source: { field: 'eth_src', offset: 0 }, use: 'match', target: { field: 'eth_dst', offset: 0 } },
        { bits: 16, source: { value: 0x800n }, use: 'match', target: { field: 'eth_type', offset: 0 } },
        { bits: 16, source: { field: 'in_port', offset: 0 }, use: 'output' },
        { bits: 32, source: { value: 0x1_0005n }, use: 'load', target: { field: 'reg5', offset: 0 } },
      ],
    },
  ],
  learn2: [
    {
      type: 'learn2',
      table: 9,
      cookie: 1n,
      hardTimeout: 60,
      flags: 2,
      limit: 1024,
      specs: [
        { bits: 48, source: { field: 'eth_src', offset: 0 }, use: 'match', target: { field: 'eth_dst', offset: 0 } },
      ],
    },
  ],
  exit: [{ type: 'exit' }],
  fin_timeout: [{ type: 'fin_timeout', idleTimeout: 5, hardTimeout: 6 }],
  controller: [{ type: 'controller', id: 1, maxLen: 200 }],
  stack_push: [{ type: 'stack_push', field: 'reg0', offset: 0, bits: 32 }],
  stack_pop: [{ type: 'stack_pop', field: 'reg1', offset: 8, bits: 16 }],
  conjunction: [],
  nat: [],
  controller2: [
    { type: 'controller2', id: 1, maxLen: 77, reason: 0, userdata: Buffer.from([1, 2, 3]), pause: true, meter: 3 },
  ],
  ct_clear: [{ type: 'ct_clear' }],
  check_pkt_larger: [{ type: 'check_pkt_larger', length: 1500, field: 'reg0', offset: 3 }],
  ct: [
    {
      type: 'ct',
      flags: 1,
      zone: 5,
      table: 7,
      actions: [
        { type: 'nat', flags: 1, ipv4Min: 0x0102_0304, ipv4Max: 0x0102_0309, portMin: 5, portMax: 10 },
        { type: 'set_field', field: 'ct_mark', value: 1 },
      ],
    },
    { type: 'ct', zone: { field: 'reg2', offset: 0, bits: 16 }, table: 3, actions: [{ type: 'nat' }] },
  ],
  clone: [{ type: 'clone', actions: [{ type: 'output', port: 4 }] }],
  unknown: [],
};

const MPLS: readonly Action[] = [
  { type: 'push_mpls', ethertype: 0x8847 },
  { type: 'set_mpls_ttl', ttl: 5 },
  { type: 'dec_mpls_ttl' },
  { type: 'pop_mpls', ethertype: 0x0800 },
];

/** A match that allows all the actions above. */
export const MATCH: Match = {
  ct_state: { value: 0x21, mask: 0x23 },
  eth_type: 0x0800,
  ip_proto: 6,
  reg1: 5,
  tunnel_id: 7n,
  metadata: { value: 1n, mask: 0xffn },
  in_port: 3,
  vlan_vid: 0x1001,
  eth_src: 0x0200_0000_0001,
  ipv4_src: { value: 0x0a00_0000, mask: 0xff00_0000 },
  tcp_dst: 80,
};

export const INSTRUCTIONS: readonly Instruction[] = [
  { type: 'meter', meter: 1 },
  { type: 'apply_actions', actions: Object.values(ACTIONS).flat() },
  { type: 'clear_actions' },
  { type: 'write_actions', actions: [{ type: 'group', group: 3 }] },
  { type: 'write_metadata', metadata: 4n, mask: 15n },
  { type: 'goto_table', table: 30 },
];

const flowMod = encodeFlowMod({ command: 'add', table: 20, match: MATCH, instructions: INSTRUCTIONS }, 9);
const data = Buffer.alloc(60, 0x11);
const filter = { table: 4, cookie: 5n, cookieMask: 0xffn, match: { in_port: 1 } } as const;
const times = { durationSeconds: 5, durationNanoseconds: 6 } as const;
const counters = { packets: 7n, bytes: 8n } as const;
const port = {
  port: 1,
  mac: 0x0200_0000_0001,
  name: 'vm1',
  config: 0,
  state: 4,
  current: 0,
  advertised: 0,
  supported: 0,
  peer: 0,
  currentSpeed: 10,
  maxSpeed: 20,
} as const;
const config = { flags: 0, missSendLen: 0xffff } as const;
const masks = { packetInMaster: 7, packetInSlave: 0, portStatusMaster: 7, flowRemovedMaster: 15 } as const;
const bands = [{ type: 'drop', rate: 100, burst: 10 }] as const;
const buckets = [{ weight: 1, watchPort: 3, actions: [{ type: 'output', port: 3 }] }] as const;

/** What Open vSwitch should understand. */
export const MESSAGES: { readonly [T in MessageType]: readonly Extract<MessageInput, { type: T }>[] } = {
  hello: [
    { type: 'hello', elements: [{ type: 'version_bitmap', bitmaps: [0x12] }] },
    { type: 'hello', version: 1 },
  ],
  error: [{ type: 'error', errorType: 4, code: 9, data: flowMod.subarray(0, 64) }],
  experimenter_error: [{ type: 'experimenter_error', code: 2313, experimenter: 0x4f4e_4600 }],
  echo_request: [{ type: 'echo_request', data }],
  echo_reply: [{ type: 'echo_reply' }],
  features_request: [{ type: 'features_request' }],
  features_reply: [
    {
      type: 'features_reply',
      datapathId: 0xffn,
      buffers: 0,
      tables: 254,
      auxiliaryId: 0,
      capabilities: 7,
      reserved: 0,
    },
  ],
  get_config_request: [{ type: 'get_config_request' }],
  get_config_reply: [{ type: 'get_config_reply', ...config }],
  set_config: [{ type: 'set_config', ...config }],
  barrier_request: [{ type: 'barrier_request' }],
  barrier_reply: [{ type: 'barrier_reply' }],
  role_request: [{ type: 'role_request', role: 'master', generation: 5n }],
  role_reply: [{ type: 'role_reply', role: 'slave', generation: 5n }],
  get_async_request: [{ type: 'get_async_request' }],
  get_async_reply: [{ type: 'get_async_reply', ...masks }],
  set_async: [{ type: 'set_async', ...masks }],
  nx_set_controller_id: [{ type: 'nx_set_controller_id', id: 4 }],
  nx_ct_flush_zone: [{ type: 'nx_ct_flush_zone', zone: 5 }],
  packet_in: [
    {
      type: 'packet_in',
      totalLength: 60,
      reason: 'no_match',
      table: 3,
      cookie: 1n,
      match: { in_port: 1, reg0: 5 },
      data,
    },
  ],
  flow_removed: [
    {
      type: 'flow_removed',
      cookie: 1n,
      priority: 5,
      reason: 'delete',
      table: 4,
      ...times,
      idleTimeout: 1,
      hardTimeout: 2,
      ...counters,
      match: MATCH,
    },
  ],
  packet_out: [{ type: 'packet_out', actions: [{ type: 'output', port: 1 }, { type: 'pop_vlan' }], data }],
  flow_mod: [
    { type: 'flow_mod', command: 'add', table: 20, match: MATCH, instructions: INSTRUCTIONS },
    { type: 'flow_mod', command: 'delete_strict', table: 1, priority: 3, cookie: 1n, cookieMask: 3n, outPort: 4 },
    {
      type: 'flow_mod',
      command: 'add',
      table: 1,
      match: { eth_type: 0x0800 },
      instructions: [{ type: 'apply_actions', actions: MPLS }],
    },
    {
      type: 'flow_mod',
      command: 'add',
      table: 1,
      instructions: [{ type: 'apply_actions', actions: [{ type: 'conjunction', id: 3, clause: 0, clauses: 2 }] }],
    },
  ],
  flow_stats_request: [{ type: 'flow_stats_request', ...filter }],
  flow_stats_reply: [
    {
      type: 'flow_stats_reply',
      flags: 1,
      flows: [
        { table: 1, priority: 2, cookie: 3n, ...times, ...counters, match: MATCH, instructions: [] },
        { table: 2, priority: 3, match: {}, instructions: INSTRUCTIONS },
      ],
    },
  ],
  aggregate_request: [{ type: 'aggregate_request', ...filter }],
  aggregate_reply: [{ type: 'aggregate_reply', ...counters, flows: 3 }],
  port_status: [{ type: 'port_status', reason: 'modify', port }],
  port_mod: [{ type: 'port_mod', port: 1, mac: 0x0200_0000_0001, config: 1, mask: 1 }],
  table_mod: [{ type: 'table_mod', table: 4, config: 0 }],
  desc_request: [{ type: 'desc_request' }],
  desc_reply: [{ type: 'desc_reply', manufacturer: 'a', hardware: 'b', software: 'c', serial: 'd', datapath: 'e' }],
  table_stats_request: [{ type: 'table_stats_request' }],
  table_stats_reply: [{ type: 'table_stats_reply', tables: [{ table: 1, active: 2, lookups: 3n, matched: 4n }] }],
  port_stats_request: [{ type: 'port_stats_request', port: 4 }],
  port_stats_reply: [
    {
      type: 'port_stats_reply',
      ports: [
        {
          port: 1,
          receivedPackets: 1n,
          sentPackets: 2n,
          receivedBytes: 3n,
          sentBytes: 4n,
          receiveDropped: 5n,
          sendDropped: 6n,
          receiveErrors: 7n,
          sendErrors: 8n,
          receiveFrameErrors: 9n,
          receiveOverruns: 10n,
          receiveCrcErrors: 11n,
          collisions: 12n,
          ...times,
        },
      ],
    },
  ],
  port_desc_request: [{ type: 'port_desc_request' }],
  port_desc_reply: [{ type: 'port_desc_reply', ports: [port, { ...port, port: 2, name: 'vm2' }] }],
  queue_get_config_request: [{ type: 'queue_get_config_request', port: 1 }],
  group_mod: [{ type: 'group_mod', command: 'add', groupType: 'select', group: 5, buckets }],
  meter_mod: [{ type: 'meter_mod', command: 'add', flags: 6, meter: 5, bands }],
  group_stats_request: [{ type: 'group_stats_request', group: 5 }],
  group_stats_reply: [
    { type: 'group_stats_reply', groups: [{ group: 5, references: 1, ...counters, ...times, buckets: [counters] }] },
  ],
  group_desc_request: [{ type: 'group_desc_request' }],
  group_desc_reply: [{ type: 'group_desc_reply', groups: [{ groupType: 'all', group: 5, buckets }] }],
  group_features_request: [{ type: 'group_features_request' }],
  group_features_reply: [
    {
      type: 'group_features_reply',
      types: 15,
      capabilities: 7,
      maxGroupsAll: 1,
      maxGroupsSelect: 2,
      maxGroupsIndirect: 3,
      maxGroupsFastFailover: 4,
      actionsAll: 1,
      actionsSelect: 1,
      actionsIndirect: 1,
      actionsFastFailover: 1,
    },
  ],
  meter_stats_request: [{ type: 'meter_stats_request', meter: 5 }],
  meter_stats_reply: [
    { type: 'meter_stats_reply', meters: [{ meter: 5, flows: 1, ...counters, ...times, bands: [counters] }] },
  ],
  meter_config_request: [{ type: 'meter_config_request', meter: 5 }],
  meter_config_reply: [{ type: 'meter_config_reply', meters: [{ flags: 6, meter: 5, bands }] }],
  meter_features_request: [{ type: 'meter_features_request' }],
  meter_features_reply: [
    { type: 'meter_features_reply', maxMeters: 5, bandTypes: 2, capabilities: 3, maxBands: 1, maxColor: 0 },
  ],
  bundle_control: [{ type: 'bundle_control', bundle: 1, control: 'open_request', flags: 3 }],
  bundle_add: [{ type: 'bundle_add', xid: 9, bundle: 1, flags: 3, message: flowMod }],
  experimenter: [],
  multipart_request: [],
  multipart_reply: [],
};

export const ALL_MESSAGES: readonly MessageInput[] = Object.values(MESSAGES).flat();
