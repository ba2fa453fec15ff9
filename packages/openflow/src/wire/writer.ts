import { EncodeError } from '../errors.ts';

function tooBig(value: unknown, bits: number): EncodeError {
  return new EncodeError(`${String(value)} is not an unsigned integer of ${bits.toString()} bits`);
}

/** Appends big-endian values to one growing buffer that is used again and again. */
export class Writer {
  bytes: Buffer;
  pos = 0;
  #view: DataView;

  constructor(capacity = 4096) {
    this.bytes = Buffer.alloc(capacity);
    this.#view = viewOf(this.bytes);
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.pos + count <= this.bytes.length) return;
    const larger = Buffer.alloc(Math.max(this.bytes.length * 2, this.pos + count));
    larger.set(this.bytes.subarray(0, this.pos));
    this.bytes = larger;
    this.#view = viewOf(larger);
  }

  u8(value: number): void {
    if ((value & 0xff) !== value) throw tooBig(value, 8);
    this.reserve(1);
    this.bytes[this.pos++] = value;
  }

  u16(value: number): void {
    if ((value & 0xffff) !== value) throw tooBig(value, 16);
    this.reserve(2);
    this.bytes[this.pos] = value >>> 8;
    this.bytes[this.pos + 1] = value;
    this.pos += 2;
  }

  u24(value: number): void {
    if ((value & 0xffffff) !== value) throw tooBig(value, 24);
    this.u8(value >>> 16);
    this.u16(value & 0xffff);
  }

  u32(value: number): void {
    if (value >>> 0 !== value) throw tooBig(value, 32);
    this.reserve(4);
    const { bytes, pos } = this;
    bytes[pos] = value >>> 24;
    bytes[pos + 1] = value >>> 16;
    bytes[pos + 2] = value >>> 8;
    bytes[pos + 3] = value;
    this.pos = pos + 4;
  }

  u48(value: number): void {
    const high = Math.floor(value / 0x1_0000_0000);
    if (!(high >= 0 && high <= 0xffff)) throw tooBig(value, 48);
    this.u16(high);
    this.u32(value - high * 0x1_0000_0000);
  }

  u64(value: bigint): void {
    if (typeof value !== 'bigint' || value < 0n || value > 0xffff_ffff_ffff_ffffn) throw tooBig(value, 64);
    this.reserve(8);
    this.#view.setBigUint64(this.pos, value);
    this.pos += 8;
  }

  u128(value: bigint): void {
    if (typeof value !== 'bigint' || value < 0n || value >> 128n !== 0n) throw tooBig(value, 128);
    this.u64(value >> 64n);
    this.u64(value & 0xffff_ffff_ffff_ffffn);
  }

  raw(value: Uint8Array): void {
    this.reserve(value.length);
    this.bytes.set(value, this.pos);
    this.pos += value.length;
  }

  /** Bytes that were packed into a latin1 string. */
  packed(value: string): void {
    this.reserve(value.length);
    this.bytes.write(value, this.pos, 'latin1');
    this.pos += value.length;
  }

  zeros(count: number): void {
    this.reserve(count);
    const end = this.pos + count;
    while (this.pos < end) this.bytes[this.pos++] = 0;
  }

  /** Pads with zeros until the bytes since `start` are a multiple of 8. */
  align8(start: number): void {
    this.zeros(-(this.pos - start) & 7);
  }

  /** Fills in a 16-bit length that was left open. */
  patchU16(at: number, value: number): void {
    if (value > 0xffff) throw new EncodeError(`${value.toString()} bytes, but OpenFlow counts lengths in 16 bits`);
    this.bytes[at] = value >>> 8;
    this.bytes[at + 1] = value;
  }

  /** What was written since `start`, packed into a latin1 string: compact, and comparable as it is. */
  pack(start = 0): string {
    return this.bytes.toString('latin1', start, this.pos);
  }

  /** A copy of what was written since `start`. */
  copy(start = 0): Buffer {
    const result = Buffer.allocUnsafe(this.pos - start);
    result.set(this.bytes.subarray(start, this.pos));
    return result;
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
