/** Messages about the connection itself: OpenFlow 1.3 §7.1, §7.3.1, §7.3.2, §7.3.9, §7.4.4, §7.5. */
import { fixed, list, oneOf, optional, pad, rest, u16, u32, u64, u8 } from '../wire/layout.ts';
import type { Codec } from '../wire/layout.ts';
import { NICIRA } from '../constants.ts';
import { EXPERIMENTER_ERROR, experimenter, message } from './row.ts';

/** What a hello says beside its version; type 1 is the version bitmap, one 32-bit word per 32 versions. */
export type HelloElement =
  | { readonly type: 'version_bitmap'; readonly bitmaps: readonly number[] }
  | { readonly type: 'unknown'; readonly code: number; readonly data: Uint8Array };

const VERSION_BITMAP = 1;
const words = list(u32);

const helloElement: Codec<HelloElement> = {
  read(r) {
    const start = r.pos;
    const code = r.u16();
    const outer = r.enter(r.u16() - 4);
    const element: HelloElement =
      code === VERSION_BITMAP
        ? { type: 'version_bitmap', bitmaps: words.read(r) }
        : { type: 'unknown', code, data: r.raw(r.left) };
    r.leave(outer);
    // Not every sender pads the last element.
    r.take(Math.min(r.left, -(r.pos - start) & 7));
    return element;
  },
  write(w, element) {
    const start = w.pos;
    w.u16(element.type === 'version_bitmap' ? VERSION_BITMAP : element.code);
    w.u16(0);
    if (element.type === 'version_bitmap') words.write(w, element.bitmaps);
    else w.raw(element.data);
    w.patchU16(start + 2, w.pos - start);
    w.align8(start);
  },
};

const switchConfig = {
  /** FRAGMENTS */
  flags: optional(u16, 0),
  /** Bytes of a packet sent to the controller on a table miss. 0 on a management socket: no packet-ins at all. */
  missSendLen: u16,
};

/** Bit n of a mask: events of reason n are sent. First as master or equal, then as slave. */
const asyncMasks = {
  packetInMaster: optional(u32, 0),
  packetInSlave: optional(u32, 0),
  portStatusMaster: optional(u32, 0),
  portStatusSlave: optional(u32, 0),
  flowRemovedMaster: optional(u32, 0),
  flowRemovedSlave: optional(u32, 0),
};

const ROLE = { no_change: 0, equal: 1, master: 2, slave: 3 } as const;
const role = { role: oneOf(u32, ROLE), _: pad(4), generation: optional(u64, 0n) };

export const SESSION_ROWS = {
  hello: message(0, { elements: optional(list(helloElement), []) }),
  /** ERRORS names type and code. `data` is the beginning of the message that failed. */
  error: message(1, { errorType: u16, code: u16, data: optional(rest, new Uint8Array()) }),
  experimenter_error: message(1, {
    _: fixed(u16, EXPERIMENTER_ERROR),
    code: u16,
    experimenter: u32,
    data: optional(rest, new Uint8Array()),
  }),
  echo_request: message(2, { data: optional(rest, new Uint8Array()) }),
  echo_reply: message(3, { data: optional(rest, new Uint8Array()) }),
  features_request: message(5, {}),
  features_reply: message(6, {
    datapathId: u64,
    buffers: u32,
    tables: u8,
    auxiliaryId: u8,
    _: pad(2),
    capabilities: u32,
    reserved: u32,
  }),
  get_config_request: message(7, {}),
  get_config_reply: message(8, switchConfig),
  set_config: message(9, switchConfig),
  barrier_request: message(20, {}),
  barrier_reply: message(21, {}),
  role_request: message(24, role),
  role_reply: message(25, role),
  get_async_request: message(26, {}),
  get_async_reply: message(27, asyncMasks),
  set_async: message(28, asyncMasks),
  /** Packet-ins of `controller` actions with this id come to this connection. */
  nx_set_controller_id: experimenter(NICIRA, 20, { _: pad(6), id: u16 }),
  /** The switch forgets the connections of a conntrack zone. */
  nx_ct_flush_zone: experimenter(NICIRA, 29, { _: pad(6), zone: u16 }),
} as const;
