import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OvsdbProtocolError } from './errors.ts';
import { JsonStream } from './json-stream.ts';

const FUZZ = process.env['VNET_FUZZ'] === 'full' ? { numRuns: 20_000 } : { numRuns: 300, seed: 7047 };

/** Feeds bytes in pieces that end at `cuts`. */
function feed(bytes: Buffer, cuts: readonly number[] = [], maxBytes = 1 << 20): object[] {
  const stream = new JsonStream(maxBytes);
  const bounds = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return bounds.slice(1).flatMap((end, index) => [...stream.push(bytes.subarray(bounds[index], end))]);
}

function outcome(attempt: () => unknown): unknown {
  try {
    return attempt();
  } catch (error) {
    return error;
  }
}

describe('JsonStream', () => {
  it('cuts messages at their closing bracket, whatever strings contain', () => {
    const messages = [{ a: '}{' }, { b: ['"', '\\', '\\"]'] }, {}, { c: { d: [[], {}] } }];
    expect(feed(Buffer.from(messages.map((each) => JSON.stringify(each)).join('')))).toEqual(messages);
    expect(feed(Buffer.from(messages.map((each) => JSON.stringify(each, null, 1)).join(' \r\n\t')))).toEqual(messages);
  });

  it('puts characters together that were split between frames', () => {
    const bytes = Buffer.from('{"naïve":"日本 🦑"}');
    for (let cut = 0; cut <= bytes.length; cut++) expect(feed(bytes, [cut])).toEqual([{ naïve: '日本 🦑' }]);
  });

  it.each([
    ['a number', '12', /expected "\{"/],
    ['an array', '[]', /expected "\{"/],
    ['text', 'HTTP/1.1 400 Bad Request', /expected "\{"/],
    ['brackets that do not match', '{"a":[}}', /not JSON/],
    ['a trailing comma', '{"a":1,}', /not JSON/],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]), /not JSON/],
  ])('refuses %s', (_what, bytes, reason) => {
    expect(() => feed(Buffer.from(bytes as string))).toThrow(OvsdbProtocolError);
    expect(() => feed(Buffer.from(bytes as string))).toThrow(reason);
  });

  it('yields the good messages before a bad one', () => {
    const seen: object[] = [];
    expect(() => {
      for (const message of new JsonStream(100).push(Buffer.from('{"a":1}{"b":2}x'))) seen.push(message);
    }).toThrow(OvsdbProtocolError);
    expect(seen).toEqual([{ a: 1 }, { b: 2 }]);
  });

  it('refuses a message beyond the limit, whole or in parts, and no smaller one', () => {
    const message = Buffer.from(JSON.stringify({ a: 'x'.repeat(92) }));
    expect(message.length).toBe(100);
    expect(feed(Buffer.concat([message, message]), [], 100)).toHaveLength(2);
    expect(() => feed(message, [], 99)).toThrow('longer than 99 bytes');
    expect(() => feed(message.subarray(0, 60), [20, 40], 50)).toThrow('longer than 50 bytes');
  });

  it('gives back any sequence of messages, cut anywhere (fuzz)', () => {
    const messages = fc.array(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), { maxLength: 5 });
    fc.assert(
      fc.property(
        messages,
        fc.array(fc.nat(), { maxLength: 10 }),
        fc.constantFrom('', ' ', '\n'),
        (list, cuts, gap) => {
          const texts = list.map((each) => JSON.stringify(each));
          expect(feed(Buffer.from(texts.join(gap)), cuts)).toEqual(texts.map((text) => JSON.parse(text) as unknown));
        },
      ),
      FUZZ,
    );
  });

  it('answers random bytes with messages or OvsdbProtocolError (fuzz)', () => {
    const jsonish = fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', '1', 'é', ' ') });
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 64 }).map((array) => Buffer.from(array)),
      jsonish.map((text) => Buffer.from(`{${text}`)),
    );
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(), { maxLength: 4 }), (input, cuts) => {
        expect(outcome(() => feed(input, cuts, 32))).toSatisfy(
          (result) => Array.isArray(result) || result instanceof OvsdbProtocolError,
        );
      }),
      FUZZ,
    );
  });
});
