/** Bundles: ONF extension 230 for OpenFlow 1.3, equal to OpenFlow 1.4 §7.3.9. */
import { ONF } from '../constants.ts';
import { DecodeError } from '../errors.ts';
import { oneOf, optional, pad, rest, u16, u32 } from '../wire/layout.ts';
import type { Codec } from '../wire/layout.ts';
import { experimenter } from './row.ts';

/** Flags of bundles: all or nothing; in the order given. */
export const BUNDLE_FLAG = { ATOMIC: 1, ORDERED: 2 } as const;

const BUNDLE_CONTROL = {
  open_request: 0,
  open_reply: 1,
  close_request: 2,
  close_reply: 3,
  commit_request: 4,
  commit_reply: 5,
  discard_request: 6,
  discard_reply: 7,
} as const;

/** One whole message, as long as its own header says. */
const innerMessage: Codec<Buffer, Uint8Array> = {
  read(r) {
    const length = r.peekU16(2);
    if (length < 8) throw new DecodeError(`length ${length.toString()} is shorter than a header`);
    return r.raw(length);
  },
  write: (w, value) => w.raw(value),
};

export const BUNDLE_ROWS = {
  bundle_control: experimenter(ONF, 2300, {
    bundle: u32,
    control: oneOf(u16, BUNDLE_CONTROL),
    /** BUNDLE_FLAG */
    flags: optional(u16, 0),
    properties: optional(rest, new Uint8Array()),
  }),
  bundle_add: experimenter(ONF, 2301, {
    bundle: u32,
    _: pad(2),
    flags: optional(u16, 0),
    /** An encoded message with the same xid. */
    message: innerMessage,
    /** Padding and properties, as they came. */
    properties: optional(rest, new Uint8Array()),
  }),
} as const;
