/** NXAST_CONTROLLER2: what to send to which controller, as a list of properties (ovs lib/ofp-actions.c). */
import { DecodeError } from '../errors.ts';
import { custom, rest, u32, u8 } from '../wire/layout.ts';
import type { Codec } from '../wire/layout.ts';

export interface Controller2 {
  readonly maxLen?: number;
  /** Only to the connection that took this id (nx_set_controller_id). */
  readonly id?: number;
  /** PACKET_IN_REASON */
  readonly reason?: number;
  /** Given back in the packet-in (needs packet-in format nxt2). */
  readonly userdata?: Uint8Array;
  /** The switch keeps the pipeline's state, to be resumed. */
  readonly pause?: boolean;
  readonly meter?: number;
}

/** A property that says something by being there. */
const present: Codec<true> = { read: () => true, write: () => undefined };

/** Open vSwitch counts the padding of a 16-bit property in its length, and also takes one without. */
const paddedU16: Codec<number> = {
  read(r) {
    const value = r.u16();
    if (r.left === 2) r.take(2);
    return value;
  },
  write(w, value) {
    w.u16(value);
    w.zeros(2);
  },
};

/** Index = property type. */
const PROPERTIES: readonly (readonly [keyof Controller2, Codec<unknown, never>])[] = [
  ['maxLen', paddedU16],
  ['id', paddedU16],
  ['reason', u8],
  ['userdata', rest],
  ['pause', present],
  ['meter', u32],
];

export const controller2 = custom<Controller2, Controller2>({
  read(r) {
    r.take(6);
    const result: Record<string, unknown> = {};
    while (r.left > 0) {
      const start = r.pos;
      const type = r.u16();
      const property = PROPERTIES[type];
      if (!property) throw new DecodeError(`property ${type.toString()} has no meaning`);
      const outer = r.enter(r.u16() - 4);
      result[property[0]] = property[1].read(r);
      r.leave(outer);
      r.align8(start);
    }
    return result;
  },
  write(w, value) {
    w.zeros(6);
    PROPERTIES.forEach(([name, codec], type) => {
      if (value[name] === undefined || value[name] === false) return;
      const start = w.pos;
      w.u16(type);
      w.u16(0);
      codec.write(w, value[name] as never);
      w.patchU16(start + 2, w.pos - start);
      w.align8(start);
    });
  },
});
