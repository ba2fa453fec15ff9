/** NXAST_CT and NXAST_NAT (ovs-actions(7), "Firewalling actions"). */
import { readFieldHeader } from '../fields/field.ts';
import { custom, optional, pad, u16, u32, u8 } from '../wire/layout.ts';
import type { Codec } from '../wire/layout.ts';
import { fieldName } from './subfield.ts';
import type { Subfield } from './subfield.ts';
import { TABLE } from '../constants.ts';

/** The zone: a number, or where it is read from. */
const zone: Codec<number | Subfield, number | Subfield | undefined> = {
  read(r) {
    const hasField = r.peekU16(0) !== 0 || r.peekU16(2) !== 0;
    const field = hasField ? readFieldHeader(r).name : void r.take(4);
    const last = r.u16();
    return field === undefined ? last : { field, offset: last >>> 6, bits: (last & 63) + 1 };
  },
  write(w, value = 0) {
    if (typeof value === 'number') {
      w.u32(0);
      w.u16(value);
    } else {
      fieldName.write(w, value.field);
      w.u16((value.offset << 6) | (value.bits - 1));
    }
  },
};

/** Followed by nested actions, which the table adds. */
export const CT_HEAD = {
  /** CT_FLAG */
  flags: optional(u16, 0),
  zone,
  /** Table in which the packet goes on; 255: none. */
  table: optional(u8, TABLE.ALL),
  _: pad(3),
  /** Port of the application helper: 21 ftp, 69 tftp. */
  alg: optional(u16, 0),
} as const;

export interface Nat {
  /** NAT_FLAG; 0: only translate packets of known connections. */
  readonly flags?: number;
  readonly ipv4Min?: number;
  readonly ipv4Max?: number;
  readonly ipv6Min?: bigint;
  readonly ipv6Max?: bigint;
  readonly portMin?: number;
  readonly portMax?: number;
}

const u128: Codec<bigint> = { read: (r) => r.u128(), write: (w, value) => w.u128(value) };

/** The optional parts in wire order, each with its bit in `range_present`. */
const NAT_PARTS: readonly (readonly [keyof Nat, Codec<number | bigint, never>])[] = [
  ['ipv4Min', u32],
  ['ipv4Max', u32],
  ['ipv6Min', u128],
  ['ipv6Max', u128],
  ['portMin', u16],
  ['portMax', u16],
];

export const nat = custom<Nat, Nat>({
  read(r) {
    r.take(2);
    const result: Partial<Record<keyof Nat, number | bigint>> = { flags: r.u16() };
    const present = r.u16();
    NAT_PARTS.forEach(([name, codec], bit) => {
      if (present & (1 << bit)) result[name] = codec.read(r);
    });
    return result as Nat;
  },
  write(w, value) {
    w.zeros(2);
    w.u16(value.flags ?? 0);
    const parts = NAT_PARTS.map(([name], bit) => (value[name] === undefined ? 0 : 1 << bit));
    w.u16(parts.reduce((sum, bit) => sum | bit, 0));
    for (const [name, codec] of NAT_PARTS) {
      if (value[name] !== undefined) codec.write(w, value[name] as never);
    }
  },
});
