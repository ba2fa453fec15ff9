/** NXAST_LEARN and NXAST_LEARN2 (nicira-ext.h, ovs-actions(7)). */
import { DecodeError, EncodeError } from '../errors.ts';
import { list, optional, pad, struct, u16, u32, u64, u8 } from '../wire/layout.ts';
import type { Codec } from '../wire/layout.ts';
import type { Reader } from '../wire/reader.ts';
import { fieldName } from './subfield.ts';
import type { BitPosition } from './subfield.ts';

/** One part of the flow that is learned. */
export interface LearnSpec {
  readonly bits: number;
  /** Where the bits come from: the packet, or a constant. */
  readonly source: BitPosition | { readonly value: bigint };
  /** What they become: part of the match, an action that loads them, or one that outputs to the port they name. */
  readonly use: 'match' | 'load' | 'output';
  /** For match and load. */
  readonly target?: BitPosition;
}

const USES = ['match', 'load', 'output'] as const;
const FROM_CONSTANT = 1 << 13;

const position: Codec<BitPosition> = {
  read(r) {
    const field = fieldName.read(r);
    return { field, offset: r.u16() };
  },
  write(w, { field, offset }) {
    fieldName.write(w, field);
    w.u16(offset);
  },
};

const constantBytes = (bits: number): number => Math.ceil(bits / 16) * 2;

function readConstant(r: Reader, bits: number): bigint {
  let value = 0n;
  for (let left = constantBytes(bits); left > 0; left -= 2) value = (value << 16n) | BigInt(r.u16());
  return value;
}

const spec: Codec<LearnSpec> = {
  read(r) {
    const header = r.u16();
    const bits = header & 0x3ff;
    const use = USES[(header >>> 11) & 3];
    if (use === undefined || bits === 0) throw new DecodeError(`learn spec 0x${header.toString(16)} has no meaning`);
    const source = header & FROM_CONSTANT ? { value: readConstant(r, bits) } : position.read(r);
    return use === 'output' ? { bits, source, use } : { bits, source, use, target: position.read(r) };
  },
  write(w, { bits, source, use, target }) {
    if (!(bits >= 1 && bits <= 0x3ff)) throw new EncodeError(`bits: ${bits.toString()} is not between 1 and 1023`);
    const isConstant = 'value' in source;
    w.u16((isConstant ? FROM_CONSTANT : 0) | (USES.indexOf(use) << 11) | bits);
    if (isConstant) {
      for (let at = constantBytes(bits) * 8 - 16; at >= 0; at -= 16) {
        w.u16(Number((source.value >> BigInt(at)) & 0xffffn));
      }
    } else {
      position.write(w, source);
    }
    if (use === 'output') return;
    if (!target) throw new EncodeError(`target: needed for "${use}"`);
    position.write(w, target);
  },
};

const allSpecs = list(spec);

/** Specs up to a header of 0, which begins the padding. */
const specs: Codec<LearnSpec[], readonly LearnSpec[]> = {
  read(r) {
    const result: LearnSpec[] = [];
    while (r.left >= 2 && r.peekU16(0) !== 0) result.push(spec.read(r));
    return result;
  },
  write: (w, value) => allSpecs.write(w, value),
};

const common = {
  idleTimeout: optional(u16, 0),
  hardTimeout: optional(u16, 0),
  priority: optional(u16, 0x8000),
  cookie: optional(u64, 0n),
  /** Bit 0: send flow_removed, bit 1: delete the learned flows with this one. */
  flags: optional(u16, 0),
  table: u8,
  _: pad(1),
  finIdleTimeout: optional(u16, 0),
  finHardTimeout: optional(u16, 0),
};

export const learn = struct({ ...common, specs });

/** NXAST_LEARN2, from Open vSwitch 2.8 on: `limit` is the most flows that this action may have learned at a time; 0: any. */
export const learn2 = struct({ ...common, limit: u32, _2: pad(4), specs });
