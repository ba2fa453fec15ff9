/** Flows and packets: OpenFlow 1.3 §7.3.4.1, §7.3.5.1, §7.3.5.2, §7.3.7, §7.4.1, §7.4.2. */
import { actions } from '../actions/action.ts';
import { GROUP, NO_BUFFER, PACKET_IN_REASON, PORT, TABLE } from '../constants.ts';
import { instructions } from '../instructions.ts';
import { match } from '../match.ts';
import { list, namedOrNumber, oneOf, optional, pad, rest, sized, struct, u16, u32, u64, u8 } from '../wire/layout.ts';
import type { Codec } from '../wire/layout.ts';
import type { Action } from '../actions/action.ts';
import { message, multipartReply, multipartRequest } from './row.ts';

const FLOW_COMMAND = { add: 0, modify: 1, modify_strict: 2, delete: 3, delete_strict: 4 } as const;
const FLOW_REMOVED_REASON = { idle_timeout: 0, hard_timeout: 1, delete: 2, group_delete: 3, meter_delete: 4 } as const;

const NO_MATCH = {};

/** Actions with their length before them, and padding between. */
const countedActions: Codec<{ actions: Action[] }['actions'], readonly Action[]> = {
  read(r) {
    const length = r.u16();
    r.take(6);
    const outer = r.enter(length);
    const value = actions.read(r);
    r.leave(outer);
    return value;
  },
  write(w, value) {
    const start = w.pos;
    w.zeros(8);
    actions.write(w, value);
    w.patchU16(start, w.pos - start - 8);
  },
};

/** Which flows a request is about. */
const flowFilter = {
  table: optional(u8, TABLE.ALL),
  _: pad(3),
  outPort: optional(u32, PORT.ANY),
  outGroup: optional(u32, GROUP.ANY),
  _2: pad(4),
  cookie: optional(u64, 0n),
  cookieMask: optional(u64, 0n),
  match: optional(match, NO_MATCH),
};

const flowStats = sized(
  struct({
    table: u8,
    _: pad(1),
    durationSeconds: optional(u32, 0),
    durationNanoseconds: optional(u32, 0),
    priority: u16,
    idleTimeout: optional(u16, 0),
    hardTimeout: optional(u16, 0),
    flags: optional(u16, 0),
    _2: pad(4),
    cookie: optional(u64, 0n),
    packets: optional(u64, 0n),
    bytes: optional(u64, 0n),
    match,
    instructions,
  }),
);

export const FLOW_ROWS = {
  packet_in: message(10, {
    bufferId: optional(u32, NO_BUFFER),
    /** Length of the packet, of which `data` may be only the beginning. */
    totalLength: u16,
    reason: namedOrNumber(u8, PACKET_IN_REASON),
    table: u8,
    cookie: u64,
    match,
    _: pad(2),
    data: rest,
  }),
  flow_removed: message(11, {
    cookie: u64,
    priority: u16,
    reason: namedOrNumber(u8, FLOW_REMOVED_REASON),
    table: u8,
    durationSeconds: u32,
    durationNanoseconds: u32,
    idleTimeout: u16,
    hardTimeout: u16,
    packets: u64,
    bytes: u64,
    match,
  }),
  packet_out: message(13, {
    bufferId: optional(u32, NO_BUFFER),
    inPort: optional(u32, PORT.CONTROLLER),
    actions: countedActions,
    data: optional(rest, new Uint8Array()),
  }),
  flow_mod: message(14, {
    cookie: optional(u64, 0n),
    cookieMask: optional(u64, 0n),
    table: u8,
    command: oneOf(u8, FLOW_COMMAND),
    /** Seconds; 0: for ever. */
    idleTimeout: optional(u16, 0),
    hardTimeout: optional(u16, 0),
    priority: optional(u16, 0x8000),
    bufferId: optional(u32, NO_BUFFER),
    outPort: optional(u32, PORT.ANY),
    outGroup: optional(u32, GROUP.ANY),
    /** FLOW_FLAG */
    flags: optional(u16, 0),
    _: pad(2),
    match: optional(match, NO_MATCH),
    instructions: optional(instructions, []),
  }),
  flow_stats_request: multipartRequest(1, flowFilter),
  flow_stats_reply: multipartReply(1, { flows: list(flowStats) }),
  aggregate_request: multipartRequest(2, flowFilter),
  aggregate_reply: multipartReply(2, { packets: u64, bytes: u64, flows: u32, _: pad(4) }),
} as const;
