import { addWords, finish, type PseudoHeader } from './checksum.ts';
import { DecodeError, requireBytes } from './decode-error.ts';
import { IP_PROTOCOL } from './ipv4.ts';
import { IPV6_HEADER_BYTES, IPV6_MIN_MTU, isMulticastIpv6, upperLayerOf, type Ipv6Packet } from './ipv6.ts';

export const ICMPV6_TYPE = { packetTooBig: 2, redirect: 137 } as const;

export interface Icmpv6PacketTooBig {
  readonly kind: 'packet-too-big';
  /** Largest packet the next hop takes. */
  readonly mtu: number;
  /** As much of the packet that this is about as fits. */
  readonly quote: Buffer;
}

/** Any other type, unread. */
export interface Icmpv6Other {
  readonly kind: 'other';
  readonly type: number;
  readonly code: number;
  /** What follows type, code and checksum: 4 bytes or more. */
  readonly body: Buffer;
}

/** A message of RFC 4443. */
export type Icmpv6Message = Icmpv6PacketTooBig | Icmpv6Other;

const HEADER_BYTES = 8;
/** Types below it are errors (RFC 4443 §2.1). */
const INFORMATION = 128;

/** @throws DecodeError when it is cut off or the checksum is wrong. */
export function decodeIcmpv6(bytes: Buffer, pseudoHeader: PseudoHeader): Icmpv6Message {
  requireBytes('icmpv6', bytes, HEADER_BYTES);
  if (sumOf(bytes, pseudoHeader) !== 0) throw new DecodeError('icmpv6', 'wrong checksum');
  const [type, code] = [bytes[0]!, bytes[1]!];
  // The code of this type is 0 when sent and not looked at when read (RFC 4443 §3.2).
  if (type === ICMPV6_TYPE.packetTooBig && code === 0) {
    return { kind: 'packet-too-big', mtu: bytes.readUInt32BE(4), quote: bytes.subarray(HEADER_BYTES) };
  }
  return { kind: 'other', type, code, body: bytes.subarray(4) };
}

/** Writes a message with its checksum. @throws RangeError when a field does not fit. */
export function encodeIcmpv6(message: Icmpv6Message, pseudoHeader: PseudoHeader): Buffer {
  const { type, code, body } = toWire(message);
  const bytes = Buffer.concat([Buffer.alloc(4), body]);
  bytes.writeUInt8(type, 0);
  bytes.writeUInt8(code, 1);
  bytes.writeUInt16BE(sumOf(bytes, pseudoHeader), 2);
  return bytes;
}

function toWire(message: Icmpv6Message): Omit<Icmpv6Other, 'kind'> {
  if (message.kind === 'other') return message;
  const mtu = Buffer.alloc(4);
  mtu.writeUInt32BE(message.mtu);
  return { type: ICMPV6_TYPE.packetTooBig, code: 0, body: Buffer.concat([mtu, message.quote]) };
}

function sumOf(bytes: Buffer, pseudoHeader: PseudoHeader): number {
  return finish(addWords(pseudoHeader(IP_PROTOCOL.icmpv6, bytes.length), bytes));
}

/** Tells the sender how large its packets may be. `original`: from its IPv6 header on. */
export const packetTooBig = (mtu: number, original: Buffer): Icmpv6PacketTooBig => ({
  kind: 'packet-too-big',
  mtu,
  // The error as a whole goes through any link (RFC 4443 §2.4 c).
  quote: original.subarray(0, IPV6_MIN_MTU - IPV6_HEADER_BYTES - HEADER_BYTES),
});

/**
 * Whether packet-too-big may be sent about a packet: not about an error or a redirect, nor about what came from no single
 * host; about multicast, unlike other errors (RFC 4443 §2.4 e).
 *
 * @throws DecodeError when an extension header is cut off
 */
export function mayCausePacketTooBig(packet: Ipv6Packet): boolean {
  if (packet.src <= 1n || isMulticastIpv6(packet.src)) return false;
  const { protocol, bytes } = upperLayerOf(packet);
  if (protocol !== IP_PROTOCOL.icmpv6 || bytes.length === 0) return true;
  return bytes[0]! >= INFORMATION && bytes[0] !== ICMPV6_TYPE.redirect;
}
