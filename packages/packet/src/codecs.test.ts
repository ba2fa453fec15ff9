import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as any from '../test/arbitraries.ts';
import * as packet from './index.ts';

const FUZZ = process.env['VNET_FUZZ'] === 'full' ? { numRuns: 100_000 } : { numRuns: 500, seed: 791 };
const pseudoHeader = packet.ipv4PseudoHeader(0x0a000001, 0xffffffff);
const pseudoHeader6 = packet.ipv6PseudoHeader((0xfd00n << 112n) | 1n, 2n ** 128n - 1n);

interface Codec<T> {
  readonly any: fc.Arbitrary<T>;
  readonly encode: (value: T) => Buffer;
  readonly decode: (bytes: Buffer) => T;
}

const codec = <T>(
  values: fc.Arbitrary<T>,
  encode: (value: T) => Buffer,
  decode: (bytes: Buffer) => T,
): Codec<unknown> => ({ any: values, encode, decode }) as unknown as Codec<unknown>;

const CODECS = {
  ethernet: codec(any.ethernet, packet.encodeEthernet, packet.decodeEthernet),
  arp: codec(any.arp, packet.encodeArp, packet.decodeArp),
  ipv4: codec(any.ipv4, packet.encodeIpv4, packet.decodeIpv4),
  icmp: codec(any.icmp, packet.encodeIcmp, packet.decodeIcmp),
  ipv6: codec(any.ipv6, packet.encodeIpv6, packet.decodeIpv6),
  icmpv6: codec(
    any.icmpv6,
    (message) => packet.encodeIcmpv6(message, pseudoHeader6),
    (bytes) => packet.decodeIcmpv6(bytes, pseudoHeader6),
  ),
  udp: codec(any.udp, (datagram) => packet.encodeUdp(datagram, pseudoHeader), packet.decodeUdp),
  tcp: codec(any.tcp, (segment) => packet.encodeTcp(segment, pseudoHeader), packet.decodeTcp),
};

describe.each(Object.entries(CODECS))('%s', (_name, { any: values, encode, decode }) => {
  /** True, or fails: a decoder gives a value or throws DecodeError. */
  function reads(bytes: Buffer): boolean {
    try {
      decode(bytes);
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(packet.DecodeError);
      return false;
    }
  }

  it('reads what it wrote (fuzz)', () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encode(value);
        expect(decode(bytes)).toEqual(value);
        expect(encode(decode(bytes))).toEqual(bytes);
      }),
      FUZZ,
    );
  });

  it('refuses what is cut off in the header, whatever the cut', () => {
    const [bytes] = fc.sample(values, { numRuns: 1, seed: 1 }).map(encode);
    expect(reads(bytes!)).toBe(true);
    for (let length = 0; length < 8; length++) expect(reads(bytes!.subarray(0, length))).toBe(false);
  });

  it('answers random and damaged bytes with a value or DecodeError (fuzz)', () => {
    const damaged = fc.tuple(values.map(encode), fc.nat(), fc.nat(255), fc.nat()).map(([bytes, at, byte, end]) => {
      const copy = Buffer.from(bytes);
      copy[at % copy.length] = byte;
      return copy.subarray(0, end % (copy.length + 1));
    });
    fc.assert(
      fc.property(fc.oneof(any.bytes(80), damaged), (bytes) => {
        expect([true, false]).toContain(reads(bytes));
      }),
      FUZZ,
    );
  });
});

const IPV6 = { ...packet.IPV6_DEFAULTS, nextHeader: 17, src: 1n, dst: 2n, payload: Buffer.alloc(0) };

describe('malformed input', () => {
  const header = packet.encodeIpv4({ ...packet.IPV4_DEFAULTS, src: 1, dst: 2, protocol: 17, payload: Buffer.alloc(4) });
  const withByte = (at: number, byte: number): Buffer =>
    Buffer.from(header.map((old, index) => (index === at ? byte : old)));

  it.each([
    ['a wrong IPv4 checksum', () => packet.decodeIpv4(withByte(8, 63)), 'ipv4: wrong header checksum'],
    ['another IP version', () => packet.decodeIpv4(withByte(0, 0x65)), 'ipv4: version is 6'],
    ['a short IPv4 header', () => packet.decodeIpv4(withByte(0, 0x44)), 'ipv4: header length is 16'],
    ['a total length below the header', () => packet.decodeIpv4(withByte(3, 19)), 'total length 19 is less than'],
    ['a total length beyond the end', () => packet.decodeIpv4(withByte(3, 25)), 'needs 25 bytes, has 24'],
    ['ARP of another kind', () => packet.decodeArp(Buffer.alloc(28)), 'not about IPv4 over Ethernet'],
    ['a wrong ICMP checksum', () => packet.decodeIcmp(Buffer.from([8, 0, 1, 2, 3, 4, 5, 6])), 'wrong checksum'],
    ['another IP version where IPv6 is meant', () => packet.decodeIpv6(Buffer.alloc(40, 0x45)), 'ipv6: version is 4'],
    [
      'an IPv6 payload beyond the end',
      () => packet.decodeIpv6(packet.encodeIpv6({ ...IPV6, payload: Buffer.alloc(8) }).subarray(0, 47)),
      'needs 48 bytes, has 47',
    ],
    [
      'an IPv6 extension header that is cut off',
      () => packet.upperLayerOf({ ...IPV6, nextHeader: 0, payload: Buffer.from([58, 1, 0, 0, 0, 0, 0, 0]) }),
      'needs 16 bytes, has 8',
    ],
    [
      'a wrong ICMPv6 checksum',
      () => packet.decodeIcmpv6(Buffer.from([2, 0, 1, 2, 3, 4, 5, 6]), pseudoHeader6),
      'icmpv6: wrong checksum',
    ],
    [
      'a UDP length below the header',
      () => packet.decodeUdp(Buffer.from([0, 1, 0, 2, 0, 7, 0, 0])),
      'udp: length is 7',
    ],
    ['a UDP length beyond the end', () => packet.decodeUdp(Buffer.from([0, 1, 0, 2, 0, 9, 0, 0])), 'needs 9 bytes'],
    ['a short TCP header', () => packet.decodeTcp(Buffer.alloc(20)), 'tcp: header length is 0'],
    [
      'a VLAN tag without what follows',
      () => packet.decodeEthernet(Buffer.from(`${'00'.repeat(12)}81000001`, 'hex')),
      'vlan: needs 18',
    ],
  ])('is refused: %s', (_what, decode, message) => {
    expect(decode).toThrow(packet.DecodeError);
    expect(decode).toThrow(message);
  });

  it('leaves out the padding behind a packet', () => {
    expect(packet.decodeIpv4(Buffer.concat([header, Buffer.alloc(20)])).payload).toHaveLength(4);
  });
});

describe('UDP checksums', () => {
  it('are found good, bad or absent', () => {
    const bytes = packet.encodeUdp({ srcPort: 1, dstPort: 2, payload: Buffer.from('odd') }, pseudoHeader);
    expect(packet.hasGoodUdpChecksum(bytes, pseudoHeader)).toBe(true);
    expect(packet.hasGoodUdpChecksum(bytes, packet.ipv4PseudoHeader(1, 2))).toBe(false);
    bytes.writeUInt16BE(0, 6);
    expect(packet.hasGoodUdpChecksum(bytes, pseudoHeader)).toBe(true);
  });

  it('are never written as 0, which would mean that there is none', () => {
    const sums = Array.from({ length: 65536 }, (_, srcPort) =>
      packet.encodeUdp({ srcPort, dstPort: 0, payload: Buffer.alloc(0) }, pseudoHeader).readUInt16BE(6),
    );
    expect(sums).not.toContain(0);
    expect(sums).toContain(0xffff);
  });
});

describe('encoders', () => {
  it('refuse what does not fit', () => {
    const ip = { ...packet.IPV4_DEFAULTS, src: 1, dst: 2, protocol: 17, payload: Buffer.alloc(0) };
    expect(() => packet.encodeIpv4({ ...ip, src: 2 ** 32 })).toThrow(RangeError);
    expect(() => packet.encodeIpv4({ ...ip, options: Buffer.alloc(3) })).toThrow('multiple of 4');
    expect(() => packet.encodeIpv4({ ...ip, fragmentOffset: 9 })).toThrow('multiple of 8');
    expect(() => packet.encodeIpv4({ ...ip, dscp: 64 })).toThrow('at most 63');
    expect(() => packet.encodeIpv4({ ...ip, payload: Buffer.alloc(65536) })).toThrow(RangeError);
    expect(() => packet.encodeIpv6({ ...IPV6, flowLabel: 2 ** 20 })).toThrow('at most 255 and 1048575');
    expect(() => packet.encodeIpv6({ ...IPV6, src: 2n ** 128n })).toThrow(RangeError);
    expect(() => packet.arpRequest(2 ** 48, 1, 2)).toThrow(RangeError);
    expect(() => packet.rarpAnnouncement(-1)).toThrow(RangeError);
  });
});
