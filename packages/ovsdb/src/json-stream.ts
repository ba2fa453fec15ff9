import { OvsdbProtocolError } from './errors.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x7b, 0x5b]);
const CLOSE = new Set([0x7d, 0x5d]);
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * Cuts a byte stream into the JSON objects it carries. RFC 7047 puts them one behind the other without any frame, so
 * the end of one is where its brackets close.
 *
 * Every byte that matters is ASCII and no byte of a longer UTF-8 sequence is, so the cutting needs no decoding and a
 * character may be split anywhere.
 */
export class JsonStream {
  readonly #maxBytes: number;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  /** The beginning of a message whose end has not come yet. */
  #head: Buffer[] = [];
  #headBytes = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Yields the messages that `bytes` completes, in order.
   * @throws OvsdbProtocolError after the last good message; the stream is of no use from then on.
   */
  *push(bytes: Buffer): Generator<object> {
    let start = 0;
    while (start < bytes.length) {
      if (this.#depth === 0) {
        start = this.#startOfMessage(bytes, start);
        if (start === bytes.length) return;
      }
      const end = this.#endOfMessage(bytes, start);
      this.#checkSize((end ?? bytes.length) - start);
      if (end === undefined) {
        this.#keep(bytes.subarray(start));
        return;
      }
      yield this.#parse(bytes.subarray(start, end));
      start = end;
    }
  }

  #startOfMessage(bytes: Buffer, from: number): number {
    let at = from;
    while (at < bytes.length && SPACE.has(bytes[at]!)) at++;
    if (at < bytes.length && bytes[at] !== 0x7b) {
      throw new OvsdbProtocolError(`expected "{" at the start of a message, got byte 0x${bytes[at]!.toString(16)}`);
    }
    return at;
  }

  /** Offset behind the closing bracket, or undefined when it has not come yet. */
  #endOfMessage(bytes: Buffer, from: number): number | undefined {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (this.#escaped) this.#escaped = false;
      else if (this.#inString) {
        if (byte === QUOTE) this.#inString = false;
        else if (byte === BACKSLASH) this.#escaped = true;
      } else if (byte === QUOTE) this.#inString = true;
      else if (OPEN.has(byte)) this.#depth++;
      else if (CLOSE.has(byte) && --this.#depth === 0) return at + 1;
    }
    return undefined;
  }

  #checkSize(more: number): void {
    if (this.#headBytes + more > this.#maxBytes) {
      throw new OvsdbProtocolError(`message longer than ${this.#maxBytes} bytes`);
    }
  }

  #keep(part: Buffer): void {
    this.#head.push(Buffer.from(part));
    this.#headBytes += part.length;
  }

  #parse(tail: Buffer): object {
    const text = this.#head.length === 0 ? tail : Buffer.concat([...this.#head, tail]);
    this.#head = [];
    this.#headBytes = 0;
    try {
      return JSON.parse(this.#decoder.decode(text)) as object;
    } catch (error) {
      throw new OvsdbProtocolError(`message is not JSON: ${(error as Error).message}`, { cause: error });
    }
  }
}
