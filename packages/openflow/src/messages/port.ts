/** Ports, the switch's description, tables: OpenFlow 1.3 §7.2.1, §7.3.4.3, §7.3.5.5 … §7.3.5.8, §7.4.3. */
import { PORT } from '../constants.ts';
import { list, namedOrNumber, optional, pad, struct, text, u32, u48, u64, u8 } from '../wire/layout.ts';
import { message, multipartReply, multipartRequest } from './row.ts';

const PORT_STATUS_REASON = { add: 0, delete: 1, modify: 2 } as const;

/** Bits of `config` and `state` of a port. */
export const PORT_CONFIG = { DOWN: 1, NO_RECEIVE: 4, NO_FORWARD: 32, NO_PACKET_IN: 64 } as const;
export const PORT_STATE = { LINK_DOWN: 1, BLOCKED: 2, LIVE: 4 } as const;

const port = struct({
  port: u32,
  _: pad(4),
  mac: u48,
  _2: pad(2),
  name: text(16),
  /** PORT_CONFIG */
  config: u32,
  /** PORT_STATE */
  state: u32,
  current: u32,
  advertised: u32,
  supported: u32,
  peer: u32,
  /** kbit/s */
  currentSpeed: u32,
  maxSpeed: u32,
});

const portStats = struct({
  port: u32,
  _: pad(4),
  receivedPackets: u64,
  sentPackets: u64,
  receivedBytes: u64,
  sentBytes: u64,
  receiveDropped: u64,
  sendDropped: u64,
  receiveErrors: u64,
  sendErrors: u64,
  receiveFrameErrors: u64,
  receiveOverruns: u64,
  receiveCrcErrors: u64,
  collisions: u64,
  durationSeconds: u32,
  durationNanoseconds: u32,
});

const tableStats = struct({ table: u8, _: pad(3), active: u32, lookups: u64, matched: u64 });

export const PORT_ROWS = {
  port_status: message(12, { reason: namedOrNumber(u8, PORT_STATUS_REASON), _: pad(7), port }),
  port_mod: message(16, {
    port: u32,
    _: pad(4),
    mac: u48,
    _2: pad(2),
    config: u32,
    mask: u32,
    advertise: optional(u32, 0),
    _3: pad(4),
  }),
  table_mod: message(17, { table: u8, _: pad(3), config: u32 }),
  desc_request: multipartRequest(0, {}),
  desc_reply: multipartReply(0, {
    manufacturer: text(256),
    hardware: text(256),
    software: text(256),
    serial: text(32),
    datapath: text(256),
  }),
  table_stats_request: multipartRequest(3, {}),
  table_stats_reply: multipartReply(3, { tables: list(tableStats) }),
  port_stats_request: multipartRequest(4, { port: optional(u32, PORT.ANY), _: pad(4) }),
  port_stats_reply: multipartReply(4, { ports: list(portStats) }),
  port_desc_request: multipartRequest(13, {}),
  port_desc_reply: multipartReply(13, { ports: list(port) }),
  queue_get_config_request: message(22, { port: optional(u32, PORT.ANY), _: pad(4) }),
} as const;
