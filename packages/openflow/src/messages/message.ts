/** Whole messages: the header, and the choice of the row. Further messages are rows of the tables assembled here. */
import { DecodeError, EncodeError, within } from '../errors.ts';
import { optional, pad, rest, u16, u32 } from '../wire/layout.ts';
import { Reader } from '../wire/reader.ts';
import { Writer } from '../wire/writer.ts';
import { BUNDLE_ROWS } from './bundle.ts';
import { FLOW_ROWS } from './flow.ts';
import { GROUP_ROWS } from './group.ts';
import { PORT_ROWS } from './port.ts';
import { EXPERIMENTER_ERROR, experimenterKey, message, multipartKey, TYPE } from './row.ts';
import type { MessageRow } from './row.ts';
import { SESSION_ROWS } from './session.ts';

/** Version byte of OpenFlow 1.3. */
export const OPENFLOW_13 = 4;
export const HEADER_SIZE = 8;
export const MULTIPART_HEADER_SIZE = 16;
/** Bit of `flags` in multipart messages: another one follows. */
export const MULTIPART_MORE = 1;

const noBytes = new Uint8Array();

/** What the other tables do not know is kept as it came. */
const OTHER_ROWS = {
  experimenter: message(TYPE.EXPERIMENTER, { experimenter: u32, experimenterType: u32, data: optional(rest, noBytes) }),
  multipart_request: message(TYPE.MULTIPART_REQUEST, {
    part: u16,
    flags: optional(u16, 0),
    _: pad(4),
    data: optional(rest, noBytes),
  }),
  multipart_reply: message(TYPE.MULTIPART_REPLY, {
    part: u16,
    flags: optional(u16, 0),
    _: pad(4),
    data: optional(rest, noBytes),
  }),
} as const;

const MESSAGE_ROWS = {
  ...SESSION_ROWS,
  ...FLOW_ROWS,
  ...PORT_ROWS,
  ...GROUP_ROWS,
  ...BUNDLE_ROWS,
  ...OTHER_ROWS,
} as const;

type Rows = typeof MESSAGE_ROWS;
export type MessageType = keyof Rows;

/** Present in hello and errors, which exist in every version of OpenFlow: the version byte they came with. */
type Version<T> = T extends 'hello' | 'error' | 'experimenter_error' ? { version?: number } : unknown;

/** A decoded message; `type` says which fields it has. */
export type Message = {
  [T in MessageType]: Rows[T] extends MessageRow<infer O, never> ? { type: T; xid: number } & Version<T> & O : never;
}[MessageType];

/** A message to be encoded: what has a default may be left out, the xid too (0). */
export type MessageInput = {
  [T in MessageType]: Rows[T] extends MessageRow<unknown, infer I>
    ? { readonly type: T; readonly xid?: number } & Readonly<Version<T> & I>
    : never;
}[MessageType];

/** One kind of message, for example `MessageOf<'packet_in'>`. */
export type MessageOf<T extends MessageType> = Extract<Message, { type: T }>;

type AnyRow = MessageRow<unknown, never>;
interface Known {
  readonly type: string;
  readonly row: AnyRow;
}

const byCode: (Known | undefined)[] = [];
const bySubtype = new Map<number, Map<string, Known>>();
for (const [type, row] of Object.entries<AnyRow>(MESSAGE_ROWS)) {
  if (row.subtype === undefined) {
    // The first row of a code is the one without a special case: error before experimenter_error.
    byCode[row.code] ??= { type, row };
  } else {
    const subtypes = bySubtype.get(row.code) ?? new Map<string, Known>();
    bySubtype.set(row.code, subtypes.set(row.subtype, { type, row }));
  }
}

const EXPERIMENTER_ERROR_ROW: Known = { type: 'experimenter_error', row: MESSAGE_ROWS.experimenter_error };

function isVersioned(code: number): boolean {
  return code === TYPE.HELLO || code === TYPE.ERROR;
}

/** Finds the row of a message whose header is read, looking ahead where the type alone does not say. */
function chooseRow(code: number, r: Reader): Known {
  const general = byCode[code];
  if (!general) throw new DecodeError(`there is no message of type ${code.toString()}`);
  switch (code) {
    case TYPE.ERROR:
      return r.peekU16(0) === EXPERIMENTER_ERROR ? EXPERIMENTER_ERROR_ROW : general;
    case TYPE.MULTIPART_REQUEST:
    case TYPE.MULTIPART_REPLY:
      return bySubtype.get(code)?.get(multipartKey(r.peekU16(0))) ?? general;
    case TYPE.EXPERIMENTER:
      return bySubtype.get(code)?.get(experimenterKey(r.peekU32(0), r.peekU32(4))) ?? general;
    default:
      return general;
  }
}

/** Decodes one whole message. Byte fields of the result are views of `bytes`. Throws DecodeError, and nothing else. */
export function decode(bytes: Uint8Array): Message {
  const r = new Reader(bytes);
  r.take(2);
  const length = r.u16();
  if (length !== bytes.length) {
    throw new DecodeError(`the header says ${length.toString()} bytes, the message has ${bytes.length.toString()}`);
  }
  return decodeUncounted(bytes);
}

/** Decodes the parts of a multipart reply as one message, which may be longer than any message. Throws DecodeError. */
export function decodeParts(parts: readonly Uint8Array[]): Message {
  const [first] = parts;
  if (first && parts.length === 1) return decode(first);
  return decodeUncounted(
    Buffer.concat(parts.map((part, i) => (i === 0 ? part : part.subarray(MULTIPART_HEADER_SIZE)))),
  );
}

/** Decodes what begins with a header and ends with `bytes`, whatever the length in the header says. */
function decodeUncounted(bytes: Uint8Array): Message {
  const r = new Reader(bytes);
  const version = r.u8();
  const code = r.u8();
  r.take(2);
  const xid = r.u32();
  if (version !== OPENFLOW_13 && !isVersioned(code)) {
    throw new DecodeError(`version ${version.toString()} is not OpenFlow 1.3 (${OPENFLOW_13.toString()})`);
  }
  const { type, row } = chooseRow(code, r);
  const result: { type: string; xid: number; version?: number } = { type, xid };
  if (isVersioned(code)) result.version = version;
  try {
    row.body.readInto(r, result);
    if (r.left > 0) throw new DecodeError(`${r.left.toString()} bytes too many`);
  } catch (error) {
    throw within(type, error);
  }
  return result as Message;
}

const scratch = new Writer(65536);

/** Encodes one message. Throws EncodeError, naming the field. */
export function encode(value: MessageInput): Buffer {
  const row = (MESSAGE_ROWS as Readonly<Record<string, AnyRow | undefined>>)[value.type];
  if (!row) throw new EncodeError(`there is no message "${value.type}"`);
  const version = 'version' in value ? value.version : undefined;
  return encodeRow(value.type, row, version ?? OPENFLOW_13, value.xid ?? 0, value);
}

function encodeRow(type: string, row: AnyRow, version: number, xid: number, fields: object): Buffer {
  const w = scratch;
  w.pos = 0;
  w.u8(version);
  w.u8(row.code);
  w.u16(0);
  try {
    w.u32(xid);
    row.body.write(w, fields as never);
    w.patchU16(2, w.pos);
  } catch (error) {
    throw within(type, error);
  }
  return w.copy();
}

export type FlowMod = Omit<Extract<MessageInput, { type: 'flow_mod' }>, 'type' | 'xid'>;

/** Encodes a flow_mod; match and instructions may have been encoded before. Throws EncodeError. */
export function encodeFlowMod(flow: FlowMod, xid = 0): Buffer {
  return encodeRow('flow_mod', MESSAGE_ROWS.flow_mod, OPENFLOW_13, xid, flow);
}
