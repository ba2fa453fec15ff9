import { addWords, finish, type PseudoHeader } from './checksum.ts';
import { DecodeError, requireBytes } from './decode-error.ts';
import { IP_PROTOCOL } from './ipv4.ts';

/** Bits of `flags`. */
export const TCP_FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ece: 64, cwr: 128 } as const;

/** A segment of RFC 9293. */
export interface TcpSegment {
  readonly srcPort: number;
  readonly dstPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  /** Sum of `TCP_FLAG`s. */
  readonly flags: number;
  readonly window: number;
  readonly urgentPointer: number;
  /** As they stand in the segment, padded to a multiple of 4 bytes, at most 40. */
  readonly options: Buffer;
  readonly payload: Buffer;
}

const FIXED_BYTES = 20;
const MAX_OPTION_BYTES = 40;

/** Reads a segment; the checksum is not looked at, as for UDP. @throws DecodeError when it is cut off. */
export function decodeTcp(bytes: Buffer): TcpSegment {
  requireBytes('tcp', bytes, FIXED_BYTES);
  const headerLength = (bytes[12]! >>> 4) * 4;
  if (headerLength < FIXED_BYTES) throw new DecodeError('tcp', `header length is ${headerLength}`);
  requireBytes('tcp', bytes, headerLength);
  return {
    srcPort: bytes.readUInt16BE(0),
    dstPort: bytes.readUInt16BE(2),
    sequence: bytes.readUInt32BE(4),
    acknowledgment: bytes.readUInt32BE(8),
    flags: bytes[13]!,
    window: bytes.readUInt16BE(14),
    urgentPointer: bytes.readUInt16BE(18),
    options: bytes.subarray(FIXED_BYTES, headerLength),
    payload: bytes.subarray(headerLength),
  };
}

/** Writes a segment with its checksum. @throws RangeError when a field does not fit. */
export function encodeTcp(segment: TcpSegment, pseudoHeader: PseudoHeader): Buffer {
  const { options, payload } = segment;
  if (options.length % 4 !== 0 || options.length > MAX_OPTION_BYTES) {
    throw new RangeError(`TCP options of ${options.length} bytes: a multiple of 4 up to ${MAX_OPTION_BYTES}`);
  }
  const bytes = Buffer.concat([Buffer.alloc(FIXED_BYTES), options, payload]);
  bytes.writeUInt16BE(segment.srcPort, 0);
  bytes.writeUInt16BE(segment.dstPort, 2);
  bytes.writeUInt32BE(segment.sequence, 4);
  bytes.writeUInt32BE(segment.acknowledgment, 8);
  bytes.writeUInt8(((FIXED_BYTES + options.length) / 4) << 4, 12);
  bytes.writeUInt8(segment.flags, 13);
  bytes.writeUInt16BE(segment.window, 14);
  bytes.writeUInt16BE(segment.urgentPointer, 18);
  bytes.writeUInt16BE(finish(addWords(pseudoHeader(IP_PROTOCOL.tcp, bytes.length), bytes)), 16);
  return bytes;
}
