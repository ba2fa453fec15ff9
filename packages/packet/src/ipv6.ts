import { DecodeError, requireBytes } from './decode-error.ts';

/** Every link carries packets as large as this (RFC 8200 §5); smaller values in errors are ignored (RFC 8201 §4). */
export const IPV6_MIN_MTU = 1280;

/** A packet of RFC 8200. */
export interface Ipv6Packet {
  readonly trafficClass: number;
  readonly flowLabel: number;
  /** What the payload begins with: an extension header, or what an IPv4 packet would call its protocol. */
  readonly nextHeader: number;
  readonly hopLimit: number;
  readonly src: bigint;
  readonly dst: bigint;
  readonly payload: Buffer;
}

/** What a packet has that says nothing special. */
export const IPV6_DEFAULTS = { trafficClass: 0, flowLabel: 0, hopLimit: 64 } as const;

export const IPV6_HEADER_BYTES = 40;
const FLOW_LABEL_MASK = 0xfffff;

/**
 * Reads a packet; what follows it (padding of a short frame) is left out.
 * @throws DecodeError when it is cut off.
 */
export function decodeIpv6(bytes: Buffer): Ipv6Packet {
  requireBytes('ipv6', bytes, IPV6_HEADER_BYTES);
  const first = bytes.readUInt32BE(0);
  if (first >>> 28 !== 6) throw new DecodeError('ipv6', `version is ${first >>> 28}`);
  const end = IPV6_HEADER_BYTES + bytes.readUInt16BE(4);
  requireBytes('ipv6', bytes, end);
  return {
    trafficClass: (first >>> 20) & 0xff,
    flowLabel: first & FLOW_LABEL_MASK,
    nextHeader: bytes[6]!,
    hopLimit: bytes[7]!,
    src: readAddress(bytes, 8),
    dst: readAddress(bytes, 24),
    payload: bytes.subarray(IPV6_HEADER_BYTES, end),
  };
}

/** @throws RangeError when a field does not fit. */
export function encodeIpv6({ trafficClass, flowLabel, nextHeader, hopLimit, src, dst, payload }: Ipv6Packet): Buffer {
  if (trafficClass > 0xff || flowLabel > FLOW_LABEL_MASK) {
    throw new RangeError(`IPv6 traffic class ${trafficClass} flow label ${flowLabel}: at most 255 and 1048575`);
  }
  const header = Buffer.alloc(IPV6_HEADER_BYTES);
  header.writeUInt32BE(((6 << 28) | (trafficClass << 20) | flowLabel) >>> 0, 0);
  header.writeUInt16BE(payload.length, 4);
  header.writeUInt8(nextHeader, 6);
  header.writeUInt8(hopLimit, 7);
  writeAddress(header, 8, src);
  writeAddress(header, 24, dst);
  return Buffer.concat([header, payload]);
}

/** What a packet carries behind its extension headers. */
export interface UpperLayer {
  readonly protocol: number;
  /** Empty in a later fragment: what it has belongs to the middle of something. */
  readonly bytes: Buffer;
}

const EXTENSION = { hopByHop: 0, routing: 43, fragment: 44, authentication: 51, destination: 60 } as const;
const FRAGMENT_BYTES = 8;
const FRAGMENT_OFFSET_MASK = 0xfff8;

/** How long each extension header is, by its second byte (RFC 8200 §4, RFC 4302 §2.2). */
const EXTENSION_LENGTH: ReadonlyMap<number, (length: number) => number> = new Map<number, (length: number) => number>([
  [EXTENSION.hopByHop, (length) => (length + 1) * 8],
  [EXTENSION.routing, (length) => (length + 1) * 8],
  [EXTENSION.destination, (length) => (length + 1) * 8],
  [EXTENSION.authentication, (length) => (length + 2) * 4],
  [EXTENSION.fragment, () => FRAGMENT_BYTES],
]);

/** @throws DecodeError when an extension header is cut off. */
export function upperLayerOf({ nextHeader, payload }: Ipv6Packet): UpperLayer {
  let [protocol, bytes] = [nextHeader, payload];
  for (;;) {
    const lengthOf = EXTENSION_LENGTH.get(protocol);
    if (!lengthOf) return { protocol, bytes };
    requireBytes('ipv6', bytes, 2);
    const length = lengthOf(bytes[1]!);
    requireBytes('ipv6', bytes, length);
    const isLaterFragment = protocol === EXTENSION.fragment && (bytes.readUInt16BE(2) & FRAGMENT_OFFSET_MASK) !== 0;
    protocol = bytes[0]!;
    if (isLaterFragment) return { protocol, bytes: bytes.subarray(bytes.length) };
    bytes = bytes.subarray(length);
  }
}

/** ff00::/8 */
export const isMulticastIpv6 = (address: bigint): boolean => address >> 120n === 0xffn;

/** The address on its link that a machine with a MAC gives itself: fe80::/64 and the modified EUI-64 (RFC 4291 §2.5.6). */
export function linkLocalIpv6(mac: number): bigint {
  const value = BigInt(mac);
  const [upper, lower] = [value >> 24n, value & 0xffffffn];
  const eui64 = (upper << 40n) | (0xfffen << 24n) | lower;
  return (0xfe80n << 112n) | (eui64 ^ (1n << 57n));
}

function readAddress(bytes: Buffer, at: number): bigint {
  return (bytes.readBigUInt64BE(at) << 64n) | bytes.readBigUInt64BE(at + 8);
}

function writeAddress(bytes: Buffer, at: number, address: bigint): void {
  bytes.writeBigUInt64BE(address >> 64n, at);
  bytes.writeBigUInt64BE(address & 0xffff_ffff_ffff_ffffn, at + 8);
}
