/** Requests that wait for their answer, by xid. */
import { decodeParts, MULTIPART_HEADER_SIZE, MULTIPART_MORE } from '../messages/message.ts';
import type { Message } from '../messages/message.ts';
import { DecodeError } from '../errors.ts';
import { TYPE } from '../messages/row.ts';

export interface Pending {
  /** Takes a reply, or one part of it; true: nothing more is expected. May throw DecodeError. */
  accept(bytes: Buffer): boolean;
  /** The switch answered with an error, or the connection ended. */
  fail(error: Error): void;
}

/** Whether more parts follow. */
function hasMore(bytes: Buffer): boolean {
  if (bytes[1] !== TYPE.MULTIPART_REPLY) return false;
  if (bytes.length < MULTIPART_HEADER_SIZE) throw new DecodeError('multipart reply shorter than its header');
  return (bytes.readUInt16BE(10) & MULTIPART_MORE) !== 0;
}

function tooLarge(limit: number): DecodeError {
  return new DecodeError(`a reply in parts of more than ${limit.toString()} bytes`);
}

/** Gathers all parts and decodes them as one message. */
export function pendingReply(
  resolve: (message: Message) => void,
  reject: (error: Error) => void,
  maxBytes: number,
): Pending {
  const parts: Buffer[] = [];
  let size = 0;
  return {
    accept(bytes) {
      parts.push(bytes);
      size += bytes.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      if (hasMore(bytes)) return false;
      resolve(decodeParts(parts));
      return true;
    },
    fail: reject,
  };
}

/** Hands the bodies of the parts to a consumer that may be slower than the switch. */
export class PartQueue implements Pending, AsyncIterable<Buffer> {
  readonly #maxBytes: number;
  readonly #bodies: Buffer[] = [];
  #size = 0;
  #complete = false;
  #abandoned = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  accept(bytes: Buffer): boolean {
    this.#complete = !hasMore(bytes);
    if (!this.#abandoned) {
      this.#bodies.push(bytes.subarray(MULTIPART_HEADER_SIZE));
      this.#size += bytes.length;
      if (this.#size > this.#maxBytes) throw tooLarge(this.#maxBytes);
    }
    this.#wake?.();
    return this.#complete;
  }

  fail(error: Error): void {
    this.#error ??= error;
    this.#wake?.();
  }

  /** Parts are dropped when the consumer leaves early. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    try {
      for (;;) {
        const body = this.#bodies.shift();
        if (body) {
          this.#size -= body.length + MULTIPART_HEADER_SIZE;
          yield body;
        } else if (this.#error) {
          throw this.#error;
        } else if (this.#complete) {
          return;
        } else {
          await new Promise<void>((resolve) => (this.#wake = resolve));
        }
      }
    } finally {
      this.#abandoned = true;
      this.#bodies.length = 0;
    }
  }
}
