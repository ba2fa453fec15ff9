/**
 * The language in which the tables describe bytes: a codec reads and writes one value, a struct is a row of named codecs.
 * `Out` is what reading gives; `In` what writing takes (fields with a default may be left out).
 */
import { DecodeError, EncodeError, within } from '../errors.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

export interface Codec<Out, In = Out> {
  read(r: Reader): Out;
  write(w: Writer, value: In): void;
}

/** Field names beginning with `_` are padding: written as zeros, ignored when read. */
export type Shape = Readonly<Record<string, Codec<unknown, never>>>;

type Named<S> = { [K in keyof S as K extends `_${string}` ? never : K]: S[K] };
type In<C> = C extends Codec<unknown, infer I> ? I : never;
type Out<C> = C extends Codec<infer O, never> ? O : never;
type OmittableKeys<S> = { [K in keyof S]: undefined extends In<S[K]> ? K : never }[keyof S];

/** What reading a shape gives: every field. */
export type Decoded<S> = { [K in keyof Named<S>]: Out<Named<S>[K]> };
/** What writing a shape takes: fields with a default may be left out. */
export type Encodable<S> = { [K in Exclude<keyof Named<S>, OmittableKeys<Named<S>>>]: In<Named<S>[K]> } & {
  [K in OmittableKeys<Named<S>>]?: In<Named<S>[K]>;
};

/** A structure whose fields belong to a message or action that has others beside them. */
export interface Struct<Out, In = Out> extends Codec<Out, In> {
  /** Reads the fields into an object that has others already. */
  readInto(r: Reader, target: object): void;
}

/** A structure of fixed fields in wire order. */
export function struct<S extends Shape>(shape: S): Struct<Decoded<S>, Encodable<S>> {
  const names = Object.keys(shape);
  const codecs = Object.values(shape) as Codec<unknown>[];
  const isPadding = names.map((name) => name.startsWith('_'));
  const readInto = (r: Reader, target: object): void => {
    let i = 0;
    try {
      for (; i < codecs.length; i++) {
        const value = codecs[i]!.read(r);
        if (!isPadding[i]) (target as Record<string, unknown>)[names[i]!] = value;
      }
    } catch (error) {
      throw within(names[i]!, error);
    }
  };
  return {
    readInto,
    read(r) {
      const result = {};
      readInto(r, result);
      return result as Decoded<S>;
    },
    write(w, value) {
      let i = 0;
      try {
        for (; i < codecs.length; i++) codecs[i]!.write(w, (value as Record<string, unknown>)[names[i]!]);
      } catch (error) {
        throw within(names[i]!, error);
      }
    },
  };
}

/** A structure that no row of fields can describe. */
export const custom = <O extends object, I>(codec: Codec<O, I>): Struct<O, I> => ({
  ...codec,
  readInto: (r, target) => void Object.assign(target, codec.read(r)),
});

export const u8: Codec<number> = { read: (r) => r.u8(), write: (w, value) => w.u8(value) };
export const u16: Codec<number> = { read: (r) => r.u16(), write: (w, value) => w.u16(value) };
export const u32: Codec<number> = { read: (r) => r.u32(), write: (w, value) => w.u32(value) };
export const u48: Codec<number> = { read: (r) => r.u48(), write: (w, value) => w.u48(value) };
export const u64: Codec<bigint> = { read: (r) => r.u64(), write: (w, value) => w.u64(value) };

/** `count` bytes without meaning. */
export const pad = (count: number): Codec<void, undefined> => ({
  read: (r) => void r.take(count),
  write: (w) => w.zeros(count),
});

/** A number that is always the same; the message was chosen by it, so it is not read again. */
export const fixed = (codec: Codec<number>, value: number): Codec<void, undefined> => ({
  read: (r) => void codec.read(r),
  write: (w) => codec.write(w, value),
});

/** Exactly `count` bytes. */
export const bytes = (count: number): Codec<Buffer, Uint8Array> => ({
  read: (r) => r.raw(count),
  write(w, value) {
    if (value.length !== count)
      throw new EncodeError(`${value.length.toString()} bytes given, ${count.toString()} needed`);
    w.raw(value);
  },
});

/** Everything up to the end of the enclosing structure. */
export const rest: Codec<Buffer, Uint8Array> = { read: (r) => r.raw(r.left), write: (w, value) => w.raw(value) };

/** Text in a field of fixed size, filled up with NUL. */
export const text = (size: number): Codec<string> => ({
  read(r) {
    const raw = r.raw(size);
    const end = raw.indexOf(0);
    return raw.toString('latin1', 0, end < 0 ? size : end);
  },
  write(w, value) {
    const raw = Buffer.from(value, 'latin1');
    if (raw.length > size) throw new EncodeError(`"${value}" is longer than ${size.toString()} bytes`);
    w.raw(raw);
    w.zeros(size - raw.length);
  },
});

/** A codec whose value may be left out when writing. */
export const optional = <O, I>(codec: Codec<O, I>, preset: I): Codec<O, I | undefined> => ({
  read: (r) => codec.read(r),
  write: (w, value) => codec.write(w, value === undefined ? preset : value),
});

/** One of the named numbers, and no other. */
export function oneOf<N extends string>(codec: Codec<number>, numbers: Readonly<Record<N, number>>): Codec<N> {
  const names = new Map(Object.entries<number>(numbers).map(([name, number]) => [number, name as N]));
  return {
    read(r) {
      const number = codec.read(r);
      const name = names.get(number);
      if (name === undefined) throw new DecodeError(`${number.toString()} is none of ${[...names.keys()].join(', ')}`);
      return name;
    },
    write(w, value) {
      const number = numbers[value] as number | undefined;
      if (number === undefined) throw new EncodeError(`"${value}" is none of ${Object.keys(numbers).join(', ')}`);
      codec.write(w, number);
    },
  };
}

/** A named number; a number without a name stays a number. */
export function namedOrNumber<N extends string>(
  codec: Codec<number>,
  numbers: Readonly<Record<N, number>>,
): Codec<N | number> {
  const names = new Map(Object.entries<number>(numbers).map(([name, number]) => [number, name as N]));
  return {
    read(r) {
      const number = codec.read(r);
      return names.get(number) ?? number;
    },
    write(w, value) {
      const number = typeof value === 'number' ? value : (numbers[value] as number | undefined);
      if (number === undefined)
        throw new EncodeError(`"${String(value)}" is none of ${Object.keys(numbers).join(', ')}`);
      codec.write(w, number);
    },
  };
}

/** Items up to the end of the enclosing structure. */
export const list = <O, I>(item: Codec<O, I>): Codec<O[], readonly I[]> => ({
  read(r) {
    const items: O[] = [];
    while (r.left > 0) {
      const before = r.pos;
      try {
        items.push(item.read(r));
      } catch (error) {
        throw within(`[${items.length.toString()}]`, error);
      }
      if (r.pos === before) throw new DecodeError('an item of no length');
    }
    return items;
  },
  write(w, items) {
    let i = 0;
    try {
      for (; i < items.length; i++) item.write(w, items[i]!);
    } catch (error) {
      throw within(`[${i.toString()}]`, error);
    }
  },
});

/** Something that begins with its own length in 16 bits, the length field included. */
export const sized = <O, I>(inner: Codec<O, I>): Codec<O, I> => ({
  read(r) {
    const length = r.u16();
    const outer = r.enter(length - 2);
    const value = inner.read(r);
    r.leave(outer);
    return value;
  },
  write(w, value) {
    const start = w.pos;
    w.zeros(2);
    inner.write(w, value);
    w.patchU16(start, w.pos - start);
  },
});
