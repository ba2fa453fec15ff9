import { describe, expect, it } from 'vitest';
import { packet6, packetTooBigAbout, udp6 } from '../test/frames.ts';
import {
  decodeIpv6,
  encodeIcmpv6,
  formatMac,
  IP_PROTOCOL,
  ipv6PseudoHeader,
  linkLocalIpv6,
  mayCausePacketTooBig,
  packetTooBig,
  upperLayerOf,
} from './index.ts';

const GROUP = 0xff02n << 112n;
/** One header of 8 bytes before what follows. */
const extension = (next: number, more: readonly number[] = []): Buffer =>
  Buffer.from([next, 0, 0, 0, 0, 0, 0, 0].map((byte, index) => more[index - 2] ?? byte));
const informational = (type: number): Buffer =>
  encodeIcmpv6({ kind: 'other', type, code: 0, body: Buffer.alloc(4) }, ipv6PseudoHeader(0n, 0n));

describe('packet too big', () => {
  it.each([1280, 1500, 9000])('about %s bytes is no larger than any link carries', (size) => {
    const original = udp6(Buffer.alloc(size - 48));
    const { quote } = packetTooBig(1280, original);
    expect(quote).toEqual(original.subarray(0, 1232));
    expect(packetTooBigAbout(1280, Buffer.alloc(size))).toHaveLength(1280);
  });

  it.each([
    ['a datagram', udp6(Buffer.alloc(8)), true],
    ['multicast', udp6(Buffer.alloc(8), { dst: GROUP | 1n }), true],
    ['an echo request', packet6(IP_PROTOCOL.icmpv6, informational(128)), true],
    ['an ICMPv6 error', packetTooBigAbout(1280, Buffer.alloc(8)), false],
    ['an error of a type that is not known', packet6(IP_PROTOCOL.icmpv6, informational(127)), false],
    ['a redirect', packet6(IP_PROTOCOL.icmpv6, informational(137)), false],
    [
      'an error behind extension headers',
      packet6(0, Buffer.concat([extension(60), extension(IP_PROTOCOL.icmpv6), informational(1)])),
      false,
    ],
    [
      'an error in a first fragment',
      packet6(44, Buffer.concat([extension(IP_PROTOCOL.icmpv6), informational(1)])),
      false,
    ],
    ['a later fragment', packet6(44, Buffer.concat([extension(IP_PROTOCOL.icmpv6, [0, 8]), informational(1)])), true],
    ['what has no sender', udp6(Buffer.alloc(8), { src: 0n }), false],
    ['what comes from a group', udp6(Buffer.alloc(8), { src: GROUP }), false],
  ])('is sent about %s or not', (_what, packet, expected) => {
    expect(mayCausePacketTooBig(decodeIpv6(packet))).toBe(expected);
  });
});

describe('IPv6', () => {
  it('is read up to what it carries, over headers of all lengths', () => {
    const authentication = Buffer.concat([Buffer.from([17, 4]), Buffer.alloc(22)]);
    const payload = Buffer.concat([extension(43), Buffer.from([51, 1]), Buffer.alloc(14), authentication]);
    const packet = decodeIpv6(packet6(60, Buffer.concat([payload, Buffer.from('up')])));
    expect(upperLayerOf(packet)).toEqual({ protocol: 17, bytes: Buffer.from('up') });
  });

  it('gives a machine an address on its link', () => {
    const mac = 0x020a00000001;
    expect(formatMac(mac)).toBe('02:0a:00:00:00:01');
    expect(linkLocalIpv6(mac).toString(16)).toBe('fe80000000000000000a00fffe000001');
  });
});
