import { describe, expect, it } from 'vitest';
import { icmp, udp } from '../test/frames.ts';
import {
  decodeIpv4,
  decodeIpv4Header,
  echoReply,
  encodeIcmp,
  fragmentationNeeded,
  mayCauseIcmpError,
  timeExceeded,
  unreachable,
  UNREACHABLE_CODE,
} from './index.ts';

const original = udp(1000, 2000, Buffer.alloc(100), { options: Buffer.from([1, 1, 1, 0]) });

describe('an ICMP error', () => {
  it('quotes the header with options and 8 bytes more', () => {
    const { quote } = fragmentationNeeded(1400, original);
    expect(quote).toEqual(original.subarray(0, 32));
    expect(decodeIpv4Header(quote)).toMatchObject({ protocol: 17, dst: 0x0a000002 });
  });

  it('carries the MTU of the next hop where RFC 1191 puts it', () => {
    expect(encodeIcmp(fragmentationNeeded(1400, original)).subarray(4, 8).toString('hex')).toBe('00000578');
    expect(encodeIcmp(unreachable(UNREACHABLE_CODE.host, original)).subarray(4, 8).toString('hex')).toBe('00000000');
  });

  it.each([
    ['a datagram', original, true],
    ['a first fragment', udp(1, 2, Buffer.alloc(8), { moreFragments: true }), true],
    ['a later fragment', udp(1, 2, Buffer.alloc(8), { fragmentOffset: 8 }), false],
    ['broadcast', udp(1, 2, Buffer.alloc(8), { dst: 0xffffffff }), false],
    ['multicast', udp(1, 2, Buffer.alloc(8), { dst: 0xe0000001 }), false],
    ['what has no sender', udp(1, 2, Buffer.alloc(8), { src: 0 }), false],
    ['what comes from a group', udp(1, 2, Buffer.alloc(8), { src: 0xefffffff }), false],
    ['an echo request', icmp({ kind: 'echo-request', identifier: 1, sequence: 1, data: Buffer.alloc(0) }), true],
    ['an ICMP error', icmp(timeExceeded(original)), false],
  ])('is sent about %s or not', (_what, packet, expected) => {
    expect(mayCauseIcmpError(decodeIpv4(packet))).toBe(expected);
  });
});

describe('an echo reply', () => {
  it('returns everything but the type', () => {
    const request = { kind: 'echo-request', identifier: 1, sequence: 2, data: Buffer.from('abc') } as const;
    expect(echoReply(request)).toEqual({ ...request, kind: 'echo-reply' });
  });
});
