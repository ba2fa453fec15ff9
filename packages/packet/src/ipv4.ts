import { checksum } from './checksum.ts';
import { DecodeError, requireBytes } from './decode-error.ts';

export const IP_PROTOCOL = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 } as const;

export interface Ipv4Header {
  readonly dscp: number;
  readonly ecn: number;
  readonly identification: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** In bytes: a multiple of 8. */
  readonly fragmentOffset: number;
  readonly ttl: number;
  readonly protocol: number;
  readonly src: number;
  readonly dst: number;
  /** As they stand in the packet, padded to a multiple of 4 bytes, at most 40. */
  readonly options: Buffer;
}

/** A packet of RFC 791. */
export interface Ipv4Packet extends Ipv4Header {
  readonly payload: Buffer;
}

/** What a packet has that says nothing special. */
export const IPV4_DEFAULTS = {
  dscp: 0,
  ecn: 0,
  identification: 0,
  dontFragment: false,
  moreFragments: false,
  fragmentOffset: 0,
  ttl: 64,
  options: Buffer.alloc(0),
} as const;

const FIXED_BYTES = 20;
const MAX_OPTION_BYTES = 40;
const DONT_FRAGMENT = 0x4000;
const MORE_FRAGMENTS = 0x2000;
const OFFSET_MASK = 0x1fff;
const OFFSET_UNIT = 8;

export const isFragment = (header: Ipv4Header): boolean => header.moreFragments || header.fragmentOffset > 0;

/**
 * Reads a packet; what follows it (padding of a short frame) is left out.
 * @throws DecodeError when it is cut off, its lengths contradict each other, or the header checksum is wrong.
 */
export function decodeIpv4(bytes: Buffer): Ipv4Packet {
  const header = decodeIpv4Header(bytes);
  const headerLength = FIXED_BYTES + header.options.length;
  const totalLength = bytes.readUInt16BE(2);
  if (totalLength < headerLength) {
    throw new DecodeError('ipv4', `total length ${totalLength} is less than the header's ${headerLength}`);
  }
  requireBytes('ipv4', bytes, totalLength);
  if (checksum(bytes.subarray(0, headerLength)) !== 0) throw new DecodeError('ipv4', 'wrong header checksum');
  return { ...header, payload: bytes.subarray(headerLength, totalLength) };
}

/**
 * Reads the header of a packet whose end may be missing and whose checksum nobody kept: the quotation in an ICMP error.
 * @throws DecodeError when the header itself is cut off or not one.
 */
export function decodeIpv4Header(bytes: Buffer): Ipv4Header {
  requireBytes('ipv4', bytes, FIXED_BYTES);
  const version = bytes[0]! >>> 4;
  const headerLength = (bytes[0]! & 0xf) * 4;
  if (version !== 4) throw new DecodeError('ipv4', `version is ${version}`);
  if (headerLength < FIXED_BYTES) throw new DecodeError('ipv4', `header length is ${headerLength}`);
  requireBytes('ipv4', bytes, headerLength);
  const fragment = bytes.readUInt16BE(6);
  return {
    dscp: bytes[1]! >>> 2,
    ecn: bytes[1]! & 3,
    identification: bytes.readUInt16BE(4),
    dontFragment: (fragment & DONT_FRAGMENT) !== 0,
    moreFragments: (fragment & MORE_FRAGMENTS) !== 0,
    fragmentOffset: (fragment & OFFSET_MASK) * OFFSET_UNIT,
    ttl: bytes[8]!,
    protocol: bytes[9]!,
    src: bytes.readUInt32BE(12),
    dst: bytes.readUInt32BE(16),
    options: bytes.subarray(FIXED_BYTES, headerLength),
  };
}

/** Writes a packet with its header checksum. @throws RangeError when a field does not fit. */
export function encodeIpv4(packet: Ipv4Packet): Buffer {
  const { options, payload, fragmentOffset } = packet;
  if (options.length % 4 !== 0 || options.length > MAX_OPTION_BYTES) {
    throw new RangeError(`IPv4 options of ${options.length} bytes: a multiple of 4 up to ${MAX_OPTION_BYTES}`);
  }
  if (fragmentOffset % OFFSET_UNIT !== 0 || fragmentOffset > OFFSET_MASK * OFFSET_UNIT) {
    throw new RangeError(`IPv4 fragment offset ${fragmentOffset}: a multiple of ${OFFSET_UNIT} below 65536`);
  }
  if (packet.dscp > 63 || packet.ecn > 3)
    throw new RangeError(`IPv4 DSCP ${packet.dscp} ECN ${packet.ecn}: at most 63 and 3`);
  const header = Buffer.alloc(FIXED_BYTES + options.length);
  const flags = (packet.dontFragment ? DONT_FRAGMENT : 0) | (packet.moreFragments ? MORE_FRAGMENTS : 0);
  header.writeUInt8(0x40 + header.length / 4, 0);
  header.writeUInt8(packet.dscp * 4 + packet.ecn, 1);
  header.writeUInt16BE(header.length + payload.length, 2);
  header.writeUInt16BE(packet.identification, 4);
  header.writeUInt16BE(flags | (fragmentOffset / OFFSET_UNIT), 6);
  header.writeUInt8(packet.ttl, 8);
  header.writeUInt8(packet.protocol, 9);
  header.writeUInt32BE(packet.src, 12);
  header.writeUInt32BE(packet.dst, 16);
  options.copy(header, FIXED_BYTES);
  header.writeUInt16BE(checksum(header), 10);
  return Buffer.concat([header, payload]);
}
