import { DecodeError } from '../errors.ts';

/** Takes big-endian values from a range of bytes; every read is checked against its end. */
export class Reader {
  readonly bytes: Uint8Array;
  pos: number;
  end: number;
  /** How many lists the one being read is nested in; whoever nests limits it. */
  depth = 0;
  #view: DataView | undefined;

  constructor(bytes: Uint8Array, pos = 0, end = bytes.length) {
    this.bytes = bytes;
    this.pos = pos;
    this.end = end;
  }

  get left(): number {
    return this.end - this.pos;
  }

  /** Checks that `count` more bytes are there, and steps over them; returns where they begin. */
  take(count: number): number {
    const { pos } = this;
    if (count < 0 || pos + count > this.end) {
      throw new DecodeError(`needs ${count.toString()} bytes, ${this.left.toString()} are left`);
    }
    this.pos = pos + count;
    return pos;
  }

  u8(): number {
    return this.bytes[this.take(1)]!;
  }

  u16(): number {
    const at = this.take(2);
    return (this.bytes[at]! << 8) | this.bytes[at + 1]!;
  }

  u24(): number {
    return (this.u8() << 16) | this.u16();
  }

  u32(): number {
    const at = this.take(4);
    const { bytes } = this;
    return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
  }

  u48(): number {
    return this.u16() * 0x1_0000_0000 + this.u32();
  }

  u64(): bigint {
    const at = this.take(8);
    this.#view ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    return this.#view.getBigUint64(at);
  }

  u128(): bigint {
    return (this.u64() << 64n) | this.u64();
  }

  /** The next `count` bytes, as a view of the input. */
  raw(count: number): Buffer {
    const at = this.take(count);
    const { buffer, byteOffset } = this.bytes;
    return Buffer.from(buffer as ArrayBuffer, byteOffset + at, count);
  }

  /** Value of a 16-bit place `offset` bytes ahead, without stepping over it. */
  peekU16(offset: number): number {
    const { pos } = this;
    this.take(offset);
    const value = this.u16();
    this.pos = pos;
    return value;
  }

  /** Value of a 32-bit place `offset` bytes ahead, without stepping over it. */
  peekU32(offset: number): number {
    const { pos } = this;
    this.take(offset);
    const value = this.u32();
    this.pos = pos;
    return value;
  }

  /** Narrows the range to the next `count` bytes; returns the outer end, to be given to `leave`. */
  enter(count: number): number {
    const outer = this.end;
    if (count < 0 || count > this.left) {
      throw new DecodeError(`length says ${count.toString()} bytes, ${this.left.toString()} are left`);
    }
    this.end = this.pos + count;
    return outer;
  }

  /** Ends the range of `enter`: nothing may be left in it. */
  leave(outer: number): void {
    if (this.pos !== this.end) throw new DecodeError(`${this.left.toString()} bytes too many`);
    this.end = outer;
  }

  /** Steps over padding that makes the bytes since `start` a multiple of 8. */
  align8(start: number): void {
    this.take(-(this.pos - start) & 7);
  }
}
