import { fixed, optional, pad, struct, u16, u32 } from '../wire/layout.ts';
import type { Decoded, Encodable, Shape, Struct } from '../wire/layout.ts';

/** Message types that are told apart by more than their type. */
export const TYPE = { HELLO: 0, ERROR: 1, EXPERIMENTER: 4, MULTIPART_REQUEST: 18, MULTIPART_REPLY: 19 } as const;
/** Error type of errors that an experimenter defines. */
export const EXPERIMENTER_ERROR = 0xffff;

/** One message: what it is told from others by, and its bytes after the header. */
export interface MessageRow<Out, In> {
  /** Type in the header. */
  readonly code: number;
  /** Multipart type; or experimenter and its message type. */
  readonly subtype?: string;
  readonly body: Struct<Out, In>;
}

type Row<S extends Shape> = MessageRow<Decoded<S>, Encodable<S>>;

export const multipartKey = (part: number): string => part.toString();
export const experimenterKey = (owner: number, type: number): string => `${owner.toString()}/${type.toString()}`;

const multipartHead = (part: number) => ({
  _part: fixed(u16, part),
  /** MULTIPART_MORE */
  flags: optional(u16, 0),
  _partPadding: pad(4),
});

export const message = <S extends Shape>(code: number, shape: S): Row<S> => ({ code, body: struct(shape) });

const multipart =
  (code: number) =>
  <S extends Shape>(part: number, shape: S): Row<ReturnType<typeof multipartHead> & S> => ({
    code,
    subtype: multipartKey(part),
    body: struct({ ...multipartHead(part), ...shape }),
  });

export const multipartRequest = multipart(TYPE.MULTIPART_REQUEST);
export const multipartReply = multipart(TYPE.MULTIPART_REPLY);

export const experimenter = <S extends Shape>(owner: number, type: number, shape: S): Row<S> => ({
  code: TYPE.EXPERIMENTER,
  subtype: experimenterKey(owner, type),
  body: struct({ _experimenter: fixed(u32, owner), _experimenterType: fixed(u32, type), ...shape }),
});
