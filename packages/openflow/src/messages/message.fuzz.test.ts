import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALL_MESSAGES } from '../../test/samples.ts';
import { DecodeError, EncodeError } from '../errors.ts';
import { FIELD_LIST } from '../fields/field.ts';
import type { Field, FieldName } from '../fields/field.ts';
import { flowStatsEntries } from '../flow-stats.ts';
import { decodeMatch, encodeMatch } from '../match.ts';
import type { Match } from '../match.ts';
import { formatMatch } from '../text/format-match.ts';
import { decode, encode } from './message.ts';

const isFull = process.env['VNET_FUZZ'] === 'full';
const parameters = (runs: number): { numRuns: number; seed?: number } =>
  isFull ? { numRuns: runs * 100 } : { numRuns: runs, seed: 13 };

const value = (field: Field): fc.Arbitrary<number | bigint> => {
  const wide = fc.bigInt({ min: 0n, max: 2n ** BigInt(field.bits) - 1n });
  return field.bytes > 6 ? wide : wide.map(Number);
};

const entry = (field: Field) =>
  field.maskable ? fc.oneof(value(field), fc.record({ value: value(field), mask: value(field) })) : value(field);

/** Any fields in any order of keys. */
const match: fc.Arbitrary<Match> = fc
  .shuffledSubarray([...FIELD_LIST], { maxLength: 12 })
  .chain((fields) => fc.tuple(...fields.map((field) => entry(field).map((given) => [field.name, given] as const))))
  .map((entries) => Object.fromEntries(entries) as Partial<Record<FieldName, never>>);

interface Damage {
  readonly message: Buffer;
}

/** A good message with some bytes changed, perhaps cut or made longer, its length made right again. */
const damaged: fc.Arbitrary<Damage> = fc
  .record({
    message: fc.constantFrom(...ALL_MESSAGES.map((message) => encode(message))),
    changes: fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 6 }),
    cut: fc.option(fc.nat()),
    tail: fc.uint8Array({ maxLength: 16 }),
  })
  .map(({ message, changes, cut, tail }) => {
    const kept = cut === null ? message.length : Math.max(8, cut % message.length);
    const bytes = Buffer.concat([message.subarray(0, kept), tail]);
    for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
    bytes[0] = 4;
    bytes.writeUInt16BE(bytes.length, 2);
    return { message: bytes };
  });

/** The only errors that bad bytes and bad values may cause. */
function attempt<T>(operation: () => T, expected: typeof DecodeError | typeof EncodeError): T | undefined {
  try {
    return operation();
  } catch (error) {
    expect(error).toBeInstanceOf(expected);
    return undefined;
  }
}

describe('fuzz', () => {
  it('any match comes back from the wire (fuzz)', () => {
    fc.assert(
      fc.property(match, (given) => {
        const bytes = encodeMatch(given);
        expect(bytes.length % 8).toBe(0);
        expect(decodeMatch(bytes)).toEqual(given);
        expect(encodeMatch(decodeMatch(bytes))).toEqual(bytes);
        expect(formatMatch(given)).not.toContain('undefined');
      }),
      parameters(500),
    );
  });

  it('damaged messages give a message or a DecodeError (fuzz)', () => {
    fc.assert(
      fc.property(damaged, ({ message }) => {
        const decoded = attempt(() => decode(message), DecodeError);
        if (!decoded) return;
        const again = attempt(() => encode(decoded), EncodeError);
        if (again) expect(encode(decode(again))).toEqual(again);
      }),
      parameters(3000),
    );
  });

  it('any bytes are statistics or a DecodeError (fuzz)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const entries = attempt(() => [...flowStatsEntries(bytes)], DecodeError);
        expect(entries?.length ?? 0).toBeLessThanOrEqual(bytes.length / 56);
      }),
      parameters(2000),
    );
  });
});
