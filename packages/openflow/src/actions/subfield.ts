/** Parts of fields, as Nicira actions name them (nicira-ext.h, "subfield"). */
import { EncodeError } from '../errors.ts';
import { FIELDS, fieldOf, readFieldHeader, writeFieldHeader } from '../fields/field.ts';
import type { FieldName } from '../fields/field.ts';
import { custom } from '../wire/layout.ts';
import type { Codec } from '../wire/layout.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';

/** Bits from `offset` (0 = lowest) on. */
export interface BitPosition {
  readonly field: FieldName;
  readonly offset: number;
}

export interface Subfield extends BitPosition {
  readonly bits: number;
}

export const fieldName: Codec<FieldName> = {
  read: (r) => readFieldHeader(r).name,
  write: (w, name) => writeFieldHeader(w, fieldOf(name)),
};

/** `offset` and `bits` in 16 bits: offset << 6 | bits - 1. */
function writeOffsetAndBits(w: Writer, { offset, bits }: { offset: number; bits: number }): void {
  if (!(bits >= 1 && bits <= 64)) throw new EncodeError(`bits: ${bits.toString()} is not between 1 and 64`);
  if (!(offset >= 0 && offset < 1024)) throw new EncodeError(`offset: ${offset.toString()} is not between 0 and 1023`);
  w.u16((offset << 6) | (bits - 1));
}

function readOffsetAndBits(r: Reader): { offset: number; bits: number } {
  const packed = r.u16();
  return { offset: packed >>> 6, bits: (packed & 63) + 1 };
}

export const subfield: Codec<Subfield> = {
  read(r) {
    const { offset, bits } = readOffsetAndBits(r);
    return { field: fieldName.read(r), offset, bits };
  },
  write(w, value) {
    writeOffsetAndBits(w, value);
    fieldName.write(w, value.field);
  },
};

export interface Load extends Subfield {
  readonly value: number | bigint;
}

/** nx_action_reg_load. The value is a bigint for fields of 64 bits and more. */
export const load = custom<Load, Load>({
  read(r) {
    const target = subfield.read(r);
    const value = r.u64();
    return { ...target, value: FIELDS[target.field].bytes > 6 || value >= 2n ** 48n ? value : Number(value) };
  },
  write(w, action) {
    subfield.write(w, action);
    const value = BigInt(action.value);
    if (value < 0n || value >> BigInt(action.bits) !== 0n) {
      throw new EncodeError(`value: ${String(action.value)} does not fit in ${action.bits.toString()} bits`);
    }
    w.u64(value);
  },
});

export interface Move {
  readonly from: BitPosition;
  readonly to: BitPosition;
  readonly bits: number;
}

/** nx_action_reg_move. */
export const move = custom<Move, Move>({
  read(r) {
    const bits = r.u16();
    const fromOffset = r.u16();
    const toOffset = r.u16();
    const from = { field: fieldName.read(r), offset: fromOffset };
    return { from, to: { field: fieldName.read(r), offset: toOffset }, bits };
  },
  write(w, { from, to, bits }) {
    w.u16(bits);
    w.u16(from.offset);
    w.u16(to.offset);
    fieldName.write(w, from.field);
    fieldName.write(w, to.field);
  },
});

export interface CheckPktLarger extends BitPosition {
  readonly length: number;
}

/** nx_action_check_pkt_larger. */
export const checkPktLarger = custom<CheckPktLarger, CheckPktLarger>({
  read(r) {
    const length = r.u16();
    const offset = r.u16();
    return { length, field: fieldName.read(r), offset };
  },
  write(w, { length, field, offset }) {
    w.u16(length);
    w.u16(offset);
    fieldName.write(w, field);
  },
});

/** nx_action_stack. */
export const stack = custom<Subfield, Subfield>({
  read(r) {
    const offset = r.u16();
    const field = fieldName.read(r);
    const bits = r.u16();
    return { field, offset, bits };
  },
  write(w, { field, offset, bits }) {
    w.u16(offset);
    fieldName.write(w, field);
    w.u16(bits);
  },
});
