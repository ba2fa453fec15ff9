/** Matches: OpenFlow 1.3 §7.2.3. */
import { DecodeError, EncodeError, within } from './errors.ts';
import { fieldOf, FIELDS, readOxm, writeOxm } from './fields/field.ts';
import type { Field, FieldName, FieldValue } from './fields/field.ts';
import type { Codec } from './wire/layout.ts';
import { Reader } from './wire/reader.ts';
import { Writer } from './wire/writer.ts';

export interface MaskedValue {
  readonly value: FieldValue;
  readonly mask: FieldValue;
}

/** Fields that a packet must have. The order of the keys does not matter: a canonical one is used when encoding. */
export type Match = { readonly [F in FieldName]?: FieldValue | MaskedValue };

const OXM_MATCH = 1;

/** `value` and `mask` of one entry of a match; `mask` undefined: all bits count. */
export function valueAndMask(entry: FieldValue | MaskedValue): { value: FieldValue; mask: FieldValue | undefined } {
  if (typeof entry === 'object' && !(entry instanceof Uint8Array)) return entry;
  return { value: entry, mask: undefined };
}

/** The fields of a match in canonical order. */
export function sortedFields(match: Match): Field[] {
  const fields: Field[] = [];
  for (const name in match) {
    if (match[name as FieldName] === undefined) continue;
    const field = (FIELDS as Readonly<Record<string, Field | undefined>>)[name] ?? fieldOf(name);
    let at = fields.length;
    while (at > 0 && fields[at - 1]!.rank > field.rank) {
      fields[at] = fields[at - 1]!;
      at--;
    }
    fields[at] = field;
  }
  return fields;
}

function writeMatch(w: Writer, match: Match): void {
  const start = w.pos;
  w.u16(OXM_MATCH);
  w.u16(0);
  for (const field of sortedFields(match)) {
    const entry = match[field.name]!;
    if (typeof entry === 'object' && !(entry instanceof Uint8Array)) writeOxm(w, field, entry.value, entry.mask);
    else writeOxm(w, field, entry, undefined);
  }
  w.patchU16(start + 2, w.pos - start);
  w.align8(start);
}

function readMatch(r: Reader): Match {
  const start = r.pos;
  const type = r.u16();
  if (type !== OXM_MATCH) throw new DecodeError(`match type ${type.toString()} is not OXM (1)`);
  const outer = r.enter(r.u16() - 4);
  const match: Partial<Record<FieldName, FieldValue | MaskedValue>> = {};
  while (r.left > 0) {
    const { field, value, mask } = readOxm(r);
    if (match[field.name] !== undefined) throw new DecodeError(`field ${field.name} twice`);
    match[field.name] = mask === undefined ? value : { value, mask };
  }
  r.leave(outer);
  r.align8(start);
  return match;
}

/** A match with its header and padding. Writing also takes one that was encoded or packed before. */
export const match: Codec<Match, Match | Uint8Array | string> = {
  read: readMatch,
  write(w, value) {
    if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
      writeMatch(w, value);
      return;
    }
    if (value.length < 8 || value.length % 8 !== 0) {
      throw new EncodeError(`an encoded match of ${value.length.toString()} bytes is not a multiple of 8`);
    }
    if (typeof value === 'string') w.packed(value);
    else w.raw(value);
  },
};

const scratch = new Writer(512);

/** The match as it stands in a message, padded to a multiple of 8. Throws EncodeError. */
export function encodeMatch(value: Match): Buffer {
  return write(value).copy();
}

/** The same bytes packed into a latin1 string: compact, and comparable as they are. Throws EncodeError. */
export function packMatch(value: Match): string {
  return write(value).pack();
}

function write(value: Match): Writer {
  scratch.pos = 0;
  try {
    writeMatch(scratch, value);
  } catch (error) {
    throw within('match', error);
  }
  return scratch;
}

/** The reverse of `encodeMatch`. Throws DecodeError. */
export function decodeMatch(bytes: Uint8Array): Match {
  const r = new Reader(bytes);
  try {
    const value = readMatch(r);
    if (r.left > 0) throw new DecodeError(`${r.left.toString()} bytes too many`);
    return value;
  } catch (error) {
    throw within('match', error);
  }
}
