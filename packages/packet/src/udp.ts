import { addWords, finish, type PseudoHeader } from './checksum.ts';
import { DecodeError, requireBytes } from './decode-error.ts';
import { IP_PROTOCOL } from './ipv4.ts';

/** A datagram of RFC 768. */
export interface UdpDatagram {
  readonly srcPort: number;
  readonly dstPort: number;
  readonly payload: Buffer;
}

const HEADER_BYTES = 8;

/**
 * Reads a datagram. The checksum is not looked at: a machine that leaves it to its network card sends it unfinished, see
 * {@link hasGoodUdpChecksum}.
 * @throws DecodeError when it is cut off.
 */
export function decodeUdp(bytes: Buffer): UdpDatagram {
  const datagram = udpBytes(bytes);
  return {
    srcPort: datagram.readUInt16BE(0),
    dstPort: datagram.readUInt16BE(2),
    payload: datagram.subarray(HEADER_BYTES),
  };
}

/** Writes a datagram with its checksum. @throws RangeError when a field does not fit. */
export function encodeUdp({ srcPort, dstPort, payload }: UdpDatagram, pseudoHeader: PseudoHeader): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(HEADER_BYTES), payload]);
  bytes.writeUInt16BE(srcPort, 0);
  bytes.writeUInt16BE(dstPort, 2);
  bytes.writeUInt16BE(bytes.length, 4);
  const sum = finish(addWords(pseudoHeader(IP_PROTOCOL.udp, bytes.length), bytes));
  // 0 means "no checksum"; the other form of zero stands for it.
  bytes.writeUInt16BE(sum === 0 ? 0xffff : sum, 6);
  return bytes;
}

/** Whether the checksum is right or absent. @throws DecodeError when the datagram is cut off. */
export function hasGoodUdpChecksum(bytes: Buffer, pseudoHeader: PseudoHeader): boolean {
  const datagram = udpBytes(bytes);
  if (datagram.readUInt16BE(6) === 0) return true;
  return finish(addWords(pseudoHeader(IP_PROTOCOL.udp, datagram.length), datagram)) === 0;
}

/** The bytes that belong to the datagram. */
function udpBytes(bytes: Buffer): Buffer {
  requireBytes('udp', bytes, HEADER_BYTES);
  const length = bytes.readUInt16BE(4);
  if (length < HEADER_BYTES) throw new DecodeError('udp', `length is ${length}`);
  requireBytes('udp', bytes, length);
  return bytes.subarray(0, length);
}
