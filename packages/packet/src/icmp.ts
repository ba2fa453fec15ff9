import { BROADCAST_IPV4, isMulticastIpv4 } from './addresses.ts';
import { checksum } from './checksum.ts';
import { DecodeError, requireBytes } from './decode-error.ts';
import { IP_PROTOCOL, type Ipv4Packet } from './ipv4.ts';

export const ICMP_TYPE = {
  echoReply: 0,
  unreachable: 3,
  sourceQuench: 4,
  redirect: 5,
  echoRequest: 8,
  timeExceeded: 11,
  parameterProblem: 12,
} as const;

export const UNREACHABLE_CODE = {
  network: 0,
  host: 1,
  protocol: 2,
  port: 3,
  fragmentationNeeded: 4,
  prohibited: 13,
} as const;

export const TIME_EXCEEDED_CODE = { inTransit: 0, reassembly: 1 } as const;

export interface IcmpEcho {
  readonly kind: 'echo-request' | 'echo-reply';
  readonly identifier: number;
  readonly sequence: number;
  readonly data: Buffer;
}

export interface IcmpUnreachable {
  readonly kind: 'unreachable';
  readonly code: number;
  /** Largest packet the next hop takes (RFC 1191); 0 unless the code is `fragmentationNeeded`. */
  readonly nextHopMtu: number;
  /** Header and first bytes of the packet that this is about. */
  readonly quote: Buffer;
}

export interface IcmpTimeExceeded {
  readonly kind: 'time-exceeded';
  readonly code: number;
  readonly quote: Buffer;
}

/** Any other type, unread. */
export interface IcmpOther {
  readonly kind: 'other';
  readonly type: number;
  readonly code: number;
  /** What follows type, code and checksum: 4 bytes or more. */
  readonly body: Buffer;
}

/** A message of RFC 792. */
export type IcmpMessage = IcmpEcho | IcmpUnreachable | IcmpTimeExceeded | IcmpOther;

const HEADER_BYTES = 8;
/** Behind the header of the packet quoted: enough for its ports. */
const QUOTED_PAYLOAD_BYTES = 8;

const echo =
  (kind: IcmpEcho['kind']) =>
  (_code: number, body: Buffer): IcmpEcho => ({
    kind,
    identifier: body.readUInt16BE(0),
    sequence: body.readUInt16BE(2),
    data: body.subarray(4),
  });

const READERS: ReadonlyMap<number, (code: number, body: Buffer) => IcmpMessage> = new Map<
  number,
  (code: number, body: Buffer) => IcmpMessage
>([
  [ICMP_TYPE.echoReply, echo('echo-reply')],
  [ICMP_TYPE.echoRequest, echo('echo-request')],
  [
    ICMP_TYPE.unreachable,
    (code, body) => ({ kind: 'unreachable', code, nextHopMtu: body.readUInt16BE(2), quote: body.subarray(4) }),
  ],
  [ICMP_TYPE.timeExceeded, (code, body) => ({ kind: 'time-exceeded', code, quote: body.subarray(4) })],
]);

/** @throws DecodeError when it is cut off or the checksum is wrong. */
export function decodeIcmp(bytes: Buffer): IcmpMessage {
  requireBytes('icmp', bytes, HEADER_BYTES);
  if (checksum(bytes) !== 0) throw new DecodeError('icmp', 'wrong checksum');
  const [type, code] = [bytes[0]!, bytes[1]!];
  const body = bytes.subarray(4);
  return READERS.get(type)?.(code, body) ?? { kind: 'other', type, code, body };
}

/** Writes a message with its checksum. @throws RangeError when a field does not fit. */
export function encodeIcmp(message: IcmpMessage): Buffer {
  const { type, code, body } = toWire(message);
  const bytes = Buffer.concat([Buffer.alloc(4), body]);
  bytes.writeUInt8(type, 0);
  bytes.writeUInt8(code, 1);
  bytes.writeUInt16BE(checksum(bytes), 2);
  return bytes;
}

function toWire(message: IcmpMessage): Omit<IcmpOther, 'kind'> {
  switch (message.kind) {
    case 'other':
      return message;
    case 'echo-request':
      return { type: ICMP_TYPE.echoRequest, code: 0, body: words(message.identifier, message.sequence, message.data) };
    case 'echo-reply':
      return { type: ICMP_TYPE.echoReply, code: 0, body: words(message.identifier, message.sequence, message.data) };
    case 'unreachable':
      return { type: ICMP_TYPE.unreachable, code: message.code, body: words(0, message.nextHopMtu, message.quote) };
    case 'time-exceeded':
      return { type: ICMP_TYPE.timeExceeded, code: message.code, body: words(0, 0, message.quote) };
  }
}

function words(first: number, second: number, rest: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(first, 0);
  head.writeUInt16BE(second, 2);
  return Buffer.concat([head, rest]);
}

/** The answer to an echo request. */
export const echoReply = (request: IcmpEcho): IcmpEcho => ({ ...request, kind: 'echo-reply' });

/** `original`: the bytes of the packet, from its IP header on. */
export const unreachable = (code: number, original: Buffer): IcmpUnreachable => ({
  kind: 'unreachable',
  code,
  nextHopMtu: 0,
  quote: quote(original),
});

/** Tells the sender how large its packets may be (RFC 1191 §4). `original`: from its IP header on. */
export const fragmentationNeeded = (nextHopMtu: number, original: Buffer): IcmpUnreachable => ({
  ...unreachable(UNREACHABLE_CODE.fragmentationNeeded, original),
  nextHopMtu,
});

/** `original`: the bytes of the packet, from its IP header on. */
export const timeExceeded = (original: Buffer): IcmpTimeExceeded => ({
  kind: 'time-exceeded',
  code: TIME_EXCEEDED_CODE.inTransit,
  quote: quote(original),
});

/** The header with its options and 8 bytes more (RFC 792). */
function quote(original: Buffer): Buffer {
  const headerLength = ((original[0] ?? 0) & 0xf) * 4;
  return original.subarray(0, headerLength + QUOTED_PAYLOAD_BYTES);
}

const ERRORS: ReadonlySet<number | undefined> = new Set([
  ICMP_TYPE.unreachable,
  ICMP_TYPE.sourceQuench,
  ICMP_TYPE.redirect,
  ICMP_TYPE.timeExceeded,
  ICMP_TYPE.parameterProblem,
]);

/**
 * Whether an ICMP error may be sent about a packet: not about another error, a later fragment, what went to many, or
 * what came from no single host (RFC 1122 §3.2.2).
 */
export function mayCauseIcmpError(packet: Ipv4Packet): boolean {
  const { src, dst } = packet;
  const toMany = dst === BROADCAST_IPV4 || isMulticastIpv4(dst);
  const fromOne = src !== 0 && src !== BROADCAST_IPV4 && !isMulticastIpv4(src) && src >>> 24 !== 127;
  const isError = packet.protocol === IP_PROTOCOL.icmp && ERRORS.has(packet.payload[0]);
  return packet.fragmentOffset === 0 && !toMany && fromOne && !isError;
}
