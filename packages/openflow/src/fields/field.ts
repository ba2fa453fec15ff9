import { DecodeError, EncodeError } from '../errors.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';
import { FIELD_ROWS } from './table.ts';
import type { FieldFormat, FieldHeader, FieldName, FieldRow } from './table.ts';

export type { FieldName } from './table.ts';

/**
 * Fields of up to 48 bits are numbers (MAC and IPv4 addresses too), longer ones bigints. Writing takes either, and the bytes
 * themselves.
 */
export type FieldValue = number | bigint | Uint8Array;

/** A row of the table with what follows from it, worked out once. */
export interface Field {
  readonly name: FieldName;
  /** Position in the canonical order. */
  readonly rank: number;
  readonly bits: number;
  readonly bytes: number;
  readonly maskable: boolean;
  readonly format: FieldFormat;
  readonly text: string;
  /** First 32 bits in a match without and with a mask. */
  readonly exactHeader: number;
  readonly maskedHeader: number;
  readonly experimenter: number | undefined;
  /** The name that actions like `load` use on the wire, and its print. */
  readonly subfieldHeader: number;
  readonly subfieldExperimenter: number | undefined;
  readonly subfieldLabel: string;
  /** Width of the field as those actions see it. */
  readonly subfieldBits: number;
}

const EXPERIMENTER_CLASS = 0xffff;
const SIZES = [1, 2, 3, 4, 6, 8, 16];

function header32(header: FieldHeader, hasMask: boolean, length: number): number {
  const extra = header.experimenter === undefined ? 0 : 4;
  return ((header.class << 16) | (header.field << 9) | ((hasMask ? 1 : 0) << 8) | (length + extra)) >>> 0;
}

function derive(name: string, row: FieldRow, rank: number): Field {
  const bytes = SIZES.find((size) => size * 8 >= row.bits)!;
  const older = row.nxm ?? row.header;
  // The old name of in_port is a view of 16 bits.
  const olderBytes = older.class === 0 && older.field === 0 ? 2 : bytes;
  return {
    name: name as FieldName,
    rank,
    bits: row.bits,
    bytes,
    maskable: row.maskable,
    format: row.format,
    text: row.text ?? name,
    exactHeader: header32(row.header, false, bytes),
    maskedHeader: header32(row.header, true, bytes * 2),
    experimenter: row.header.experimenter,
    subfieldHeader: header32(older, false, olderBytes),
    subfieldExperimenter: older.experimenter,
    subfieldLabel: older.label,
    subfieldBits: Math.min(row.bits, olderBytes * 8),
  };
}

export const FIELDS: Readonly<Record<FieldName, Field>> = Object.fromEntries(
  Object.entries<FieldRow>(FIELD_ROWS).map(([name, row], rank) => [name, derive(name, row, rank)]),
) as Record<FieldName, Field>;

/** All fields in canonical order. */
export const FIELD_LIST: readonly Field[] = Object.values(FIELDS);

const byHeader = new Map<number, Field>();
const byExperimenterHeader = new Map<string, Field>();

function register(header: number, experimenter: number | undefined, field: Field): void {
  if (experimenter === undefined) byHeader.set(header, field);
  else byExperimenterHeader.set(`${experimenter.toString()}/${header.toString()}`, field);
}

for (const field of FIELD_LIST) {
  register(field.subfieldHeader, field.subfieldExperimenter, field);
  register(field.exactHeader, field.experimenter, field);
}

/** Looks a field up by its 32-bit header without the mask bit, reading the experimenter id where there is one. */
function lookup(r: Reader, header: number): Field {
  const isExperimenter = header >>> 16 === EXPERIMENTER_CLASS;
  const experimenter = isExperimenter ? r.u32() : undefined;
  const field =
    experimenter === undefined
      ? byHeader.get(header)
      : byExperimenterHeader.get(`${experimenter.toString()}/${header.toString()}`);
  if (!field) {
    const owner = experimenter === undefined ? '' : ` of experimenter 0x${experimenter.toString(16)}`;
    throw new DecodeError(`no field has the header 0x${header.toString(16).padStart(8, '0')}${owner}`);
  }
  return field;
}

/** Reads the header that actions name a field with. */
export function readFieldHeader(r: Reader): Field {
  return lookup(r, r.u32());
}

export function writeFieldHeader(w: Writer, field: Field): void {
  w.u32(field.subfieldHeader);
  if (field.subfieldExperimenter !== undefined) w.u32(field.subfieldExperimenter);
}

export function fieldOf(name: string): Field {
  const field = (FIELDS as Readonly<Record<string, Field | undefined>>)[name];
  if (!field) throw new EncodeError(`there is no field "${name}"`);
  return field;
}

function notFitting(field: Field, value: unknown): EncodeError {
  const given = value instanceof Uint8Array ? `${value.length.toString()} bytes` : String(value);
  return new EncodeError(`${field.name}: ${given} is not an unsigned integer of ${field.bits.toString()} bits`);
}

/** Writes a number into 1, 2, 3, 4 or 6 bytes. */
function writeNumber(w: Writer, field: Field, value: number): void {
  if (!(value >= 0 && value < 2 ** field.bits)) throw notFitting(field, value);
  if (field.bytes === 4) w.u32(value);
  else if (field.bytes === 6) w.u48(value);
  else if (field.bytes === 2) w.u16(value);
  else if (field.bytes === 1) w.u8(value);
  else w.u24(value);
}

function writeBigint(w: Writer, field: Field, value: bigint): void {
  if (value < 0n || value >> BigInt(field.bits) !== 0n) throw notFitting(field, value);
  if (field.bytes === 8) w.u64(value);
  else if (field.bytes === 16) w.u128(value);
  else writeNumber(w, field, Number(value));
}

export function writeFieldValue(w: Writer, field: Field, value: FieldValue): void {
  if (typeof value === 'number') {
    if (field.bytes <= 6) writeNumber(w, field, value);
    else if (Number.isInteger(value)) writeBigint(w, field, BigInt(value));
    else throw notFitting(field, value);
  } else if (typeof value === 'bigint') {
    writeBigint(w, field, value);
  } else {
    if (value.length !== field.bytes) throw notFitting(field, value);
    w.raw(value);
  }
}

export function readFieldValue(r: Reader, field: Field): number | bigint {
  switch (field.bytes) {
    case 1:
      return r.u8();
    case 2:
      return r.u16();
    case 3:
      return r.u24();
    case 4:
      return r.u32();
    case 6:
      return r.u48();
    case 8:
      return r.u64();
    default:
      return r.u128();
  }
}

/** Writes one OXM: header, value, mask. */
export function writeOxm(w: Writer, field: Field, value: FieldValue, mask: FieldValue | undefined): void {
  w.u32(mask === undefined ? field.exactHeader : field.maskedHeader);
  if (field.experimenter !== undefined) w.u32(field.experimenter);
  writeFieldValue(w, field, value);
  if (mask === undefined) return;
  if (!field.maskable) throw new EncodeError(`${field.name} cannot be masked`);
  writeFieldValue(w, field, mask);
}

/** Reads one OXM. */
export function readOxm(r: Reader): { field: Field; value: number | bigint; mask: number | bigint | undefined } {
  const header = r.u32();
  const hasMask = (header & 0x100) !== 0;
  if (!hasMask) {
    const field = lookup(r, header);
    if (header !== field.exactHeader) throw wrongLength(field, header);
    return { field, value: readFieldValue(r, field), mask: undefined };
  }
  const experimenterBytes = header >>> 16 === EXPERIMENTER_CLASS ? 4 : 0;
  const single = ((header & 0xff) - experimenterBytes) / 2 + experimenterBytes;
  const field = lookup(r, ((header & 0xffff_fe00) >>> 0) + Math.floor(single));
  if (header !== field.maskedHeader) throw wrongLength(field, header);
  return { field, value: readFieldValue(r, field), mask: readFieldValue(r, field) };
}

function wrongLength(field: Field, header: number): DecodeError {
  return new DecodeError(`${field.name} cannot have the header 0x${header.toString(16).padStart(8, '0')}`);
}
