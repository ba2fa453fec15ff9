/**
 * A message on the wire: frame 0 is a JSON object with a `type`, every further frame is raw bytes (packets) that would
 * only grow by being written as JSON.
 */

/** What travels over the bus. The `types` are those of `@vnet/model`; the bus itself only looks at `type` and `id`. */
export interface BusMessage {
  readonly type: string;
  /** Raw frames after the JSON frame. */
  readonly frames?: readonly Uint8Array[];
}

/** Twice the largest document that the API takes. */
export const DEFAULT_MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

/** A peer sent, or we were about to send, what is no message. */
export class FrameError extends Error {
  override name = 'FrameError';
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @throws FrameError for what JSON cannot say (nested without end), or when it is longer than `maxBytes` */
export function encodeFrames(message: BusMessage, maxBytes = Infinity): Uint8Array[] {
  const { frames = [], ...json } = message;
  const encoded = [encodeHead(json), ...frames];
  checkSize(encoded, maxBytes);
  return encoded;
}

function encodeHead(json: object): Buffer {
  try {
    return Buffer.from(JSON.stringify(json));
  } catch (error) {
    throw new FrameError(`message cannot be written as JSON: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * @throws FrameError when frame 0 is missing, is not UTF-8, is not a JSON object or has no `type`, or when all frames
 * together are longer than `maxBytes`.
 */
export function decodeFrames(frames: readonly Uint8Array[], maxBytes: number): BusMessage {
  checkSize(frames, maxBytes);
  const [head, ...rest] = frames;
  if (head === undefined) throw new FrameError('empty message: expected a JSON frame');
  const json = parse(head);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new FrameError(`expected a JSON object, got ${excerpt(head)}`);
  }
  if (!('type' in json) || typeof json.type !== 'string') {
    throw new FrameError(`expected a JSON object with a string "type", got ${excerpt(head)}`);
  }
  return { ...(json as BusMessage), ...(rest.length > 0 ? { frames: rest } : {}) };
}

function checkSize(frames: readonly Uint8Array[], maxBytes: number): void {
  const bytes = frames.reduce((sum, frame) => sum + frame.byteLength, 0);
  if (bytes > maxBytes) throw new FrameError(`message of ${bytes} bytes is over the limit of ${maxBytes} bytes`);
}

function parse(frame: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(frame));
  } catch {
    throw new FrameError(`expected a JSON frame, got ${excerpt(frame)}`);
  }
}

function excerpt(frame: Uint8Array): string {
  const text = Buffer.from(frame.subarray(0, 40)).toString('latin1');
  return JSON.stringify(frame.byteLength > 40 ? `${text}…` : text);
}
