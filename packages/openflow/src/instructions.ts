/** Instructions: OpenFlow 1.3 §7.2.4. */
import { actions } from './actions/action.ts';
import { DecodeError, EncodeError, within } from './errors.ts';
import { list, optional, pad, rest, struct, u32, u64, u8 } from './wire/layout.ts';
import type { Codec, Struct } from './wire/layout.ts';
import { Reader } from './wire/reader.ts';
import { Writer } from './wire/writer.ts';

interface InstructionRow<Out, In> {
  readonly code: number;
  readonly body: Struct<Out, In>;
}

const row = <O, I>(code: number, body: Struct<O, I>): InstructionRow<O, I> => ({ code, body });

const ALL_BITS = 0xffff_ffff_ffff_ffffn;

const INSTRUCTION_ROWS = {
  goto_table: row(1, struct({ table: u8, _: pad(3) })),
  write_metadata: row(2, struct({ _: pad(4), metadata: u64, mask: optional(u64, ALL_BITS) })),
  write_actions: row(3, struct({ _: pad(4), actions })),
  apply_actions: row(4, struct({ _: pad(4), actions })),
  clear_actions: row(5, struct({ _: pad(4) })),
  meter: row(6, struct({ meter: u32 })),
  /** Kept as it came. */
  experimenter: row(0xffff, struct({ experimenter: u32, data: rest })),
} as const;

type Rows = typeof INSTRUCTION_ROWS;

export type Instruction = {
  [T in keyof Rows]: Rows[T] extends InstructionRow<unknown, infer I> ? { readonly type: T } & Readonly<I> : never;
}[keyof Rows];

type AnyRow = InstructionRow<unknown, never>;
const byCode = new Map(Object.entries<AnyRow>(INSTRUCTION_ROWS).map(([type, entry]) => [entry.code, { type, entry }]));

const instruction: Codec<Instruction> = {
  read(r) {
    const code = r.u16();
    const outer = r.enter(r.u16() - 4);
    const known = byCode.get(code);
    if (!known) throw new DecodeError(`there is no instruction ${code.toString()}`);
    const result = { type: known.type };
    try {
      known.entry.body.readInto(r, result);
      r.leave(outer);
    } catch (error) {
      throw within(known.type, error);
    }
    return result as Instruction;
  },
  write(w, value) {
    const entry = INSTRUCTION_ROWS[value.type] as AnyRow | undefined;
    if (!entry) throw new EncodeError(`there is no instruction "${value.type}"`);
    const start = w.pos;
    w.u16(entry.code);
    w.u16(0);
    try {
      entry.body.write(w, value as never);
    } catch (error) {
      throw within(value.type, error);
    }
    w.patchU16(start + 2, w.pos - start);
  },
};

const decodedList = list(instruction);

/** Instructions up to the end of the enclosing structure. Writing also takes a list that was encoded or packed before. */
export const instructions: Codec<Instruction[], readonly Instruction[] | Uint8Array | string> = {
  read: (r) => decodedList.read(r),
  write(w, value) {
    if (typeof value === 'string') w.packed(value);
    else if (value instanceof Uint8Array) w.raw(value);
    else decodedList.write(w, value);
  },
};

const scratch = new Writer(512);

/** The instructions as they stand in a flow_mod. Throws EncodeError. */
export function encodeInstructions(value: readonly Instruction[]): Buffer {
  return write(value).copy();
}

/** The same bytes packed into a latin1 string: compact, and comparable as they are. Throws EncodeError. */
export function packInstructions(value: readonly Instruction[]): string {
  return write(value).pack();
}

function write(value: readonly Instruction[]): Writer {
  scratch.pos = 0;
  try {
    decodedList.write(scratch, value);
  } catch (error) {
    throw within('instructions', error);
  }
  return scratch;
}

/** The reverse of `encodeInstructions`. Throws DecodeError. */
export function decodeInstructions(bytes: Uint8Array): Instruction[] {
  try {
    return decodedList.read(new Reader(bytes));
  } catch (error) {
    throw within('instructions', error);
  }
}
