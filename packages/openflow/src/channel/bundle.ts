import { setImmediate as nextTurn } from 'node:timers/promises';
import { ONF } from '../constants.ts';
import { EncodeError } from '../errors.ts';
import { BUNDLE_FLAG } from '../messages/bundle.ts';
import { HEADER_SIZE, OPENFLOW_13 } from '../messages/message.ts';
import { TYPE } from '../messages/row.ts';
import { BundleError, OpenFlowError } from './channel-errors.ts';
import type { Session } from './session.ts';

const FLAGS = BUNDLE_FLAG.ATOMIC | BUNDLE_FLAG.ORDERED;
const BUNDLE_ADD = 2301;
const ADD_HEADER = 24;
const MAX_MESSAGE = 0xffff;
/** Messages in one bundle: xids are set aside for so many, as their number is not known beforehand. */
const MAX_MESSAGES = 1 << 24;
const CHUNK_BYTES = 64 * 1024;

/** Writes one bundle_add around `message` at `at`; both get `xid`, as the extension demands. Returns the end. */
function writeAdd(chunk: Buffer, at: number, bundle: number, xid: number, message: Uint8Array): number {
  const length = ADD_HEADER + message.length;
  chunk[at] = OPENFLOW_13;
  chunk[at + 1] = TYPE.EXPERIMENTER;
  chunk.writeUInt16BE(length, at + 2);
  chunk.writeUInt32BE(xid, at + 4);
  chunk.writeUInt32BE(ONF, at + 8);
  chunk.writeUInt32BE(BUNDLE_ADD, at + 12);
  chunk.writeUInt32BE(bundle, at + 16);
  chunk.writeUInt16BE(0, at + 20);
  chunk.writeUInt16BE(FLAGS, at + 22);
  chunk.set(message, at + ADD_HEADER);
  chunk.writeUInt32BE(xid, at + ADD_HEADER + 4);
  return at + length;
}

/** Puts the bundle_adds of all messages into chunks that are worth a write. Throws EncodeError for one of a wrong size. */
export function* bundleChunks(
  messages: Iterable<Uint8Array>,
  bundle: number,
  firstXid: number,
): Generator<Buffer, void, undefined> {
  let chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let end = 0;
  let index = 0;
  for (const message of messages) {
    if (index === MAX_MESSAGES) throw new EncodeError(`more than ${MAX_MESSAGES} messages in one bundle`);
    checkSize(message, index);
    if (end + ADD_HEADER + message.length > CHUNK_BYTES) {
      yield chunk.subarray(0, end);
      chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      end = 0;
    }
    end = writeAdd(chunk, end, bundle, firstXid + index++, message);
  }
  if (end > 0) yield chunk.subarray(0, end);
}

function checkSize({ length }: Uint8Array, index: number): void {
  if (length >= HEADER_SIZE && length + ADD_HEADER <= MAX_MESSAGE) return;
  throw new EncodeError(`message ${index} of the bundle has ${length} bytes, possible are 8 to 65511`);
}

/**
 * Applies encoded messages as one atomic, ordered bundle, and waits for the barrier after it.
 * Throws BundleError (nothing was changed), DisconnectedError (unknown whether it was), EncodeError (too long a message).
 */
export async function applyBundle(session: Session, bundle: number, messages: Iterable<Uint8Array>): Promise<void> {
  let failure: BundleError | undefined;
  const range = session.reserveRange(MAX_MESSAGES, (xid, error) => {
    failure ??= new BundleError(xid - range.first, error);
  });
  const failed = (): BundleError | undefined => failure;
  try {
    await control(session, bundle, 'open_request');
    for (const chunk of bundleChunks(messages, bundle, range.first)) {
      await session.send(chunk);
      // Gives the event loop a turn: the switch works on what it has while the next chunk is made.
      await nextTurn();
      if (failed()) break;
    }
    // A switch commits a bundle without the messages that it refused: know that there are none. The answer to closing comes
    // after those to the messages.
    if (!failed()) await control(session, bundle, 'close_request');
    if (failed()) await control(session, bundle, 'discard_request');
    else await Promise.all([control(session, bundle, 'commit_request'), session.request({ type: 'barrier_request' })]);
  } catch (error) {
    if (error instanceof EncodeError) await control(session, bundle, 'discard_request');
    throw failed() ?? (error instanceof OpenFlowError ? new BundleError(undefined, error) : error);
  } finally {
    session.releaseRange(range);
  }
  if (failure) throw failure;
}

type Control = 'open_request' | 'close_request' | 'commit_request' | 'discard_request';

async function control(session: Session, bundle: number, what: Control): Promise<void> {
  await session.request({ type: 'bundle_control', bundle, control: what, flags: FLAGS });
}
