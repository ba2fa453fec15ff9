import { DecodeError } from '../errors.ts';
import { HEADER_SIZE } from '../messages/message.ts';

/** Cuts a byte stream into messages. What it gives are views of the chunks, not copies. */
export class MessageSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /** The messages that `chunk` completes. Throws DecodeError for a length that no message can have. */
  *push(chunk: Buffer): Generator<Buffer, void, undefined> {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let pos = 0;
    while (bytes.length - pos >= HEADER_SIZE) {
      const length = bytes.readUInt16BE(pos + 2);
      if (length < HEADER_SIZE) throw new DecodeError(`length ${length.toString()} is shorter than a header`);
      if (bytes.length - pos < length) break;
      yield bytes.subarray(pos, pos + length);
      pos += length;
    }
    this.#rest = bytes.subarray(pos);
  }
}
