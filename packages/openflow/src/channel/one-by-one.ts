import { setImmediate as nextTurn } from 'node:timers/promises';
import type { OpenFlowError } from './channel-errors.ts';
import type { Session } from './session.ts';

/** Messages between two barriers. */
const STEP = 1_000;
const XID_OFFSET = 4;

/**
 * Sends encoded messages one by one and waits for the barrier, for a switch without bundles. Each stands or falls alone.
 * @returns what was refused, by place
 * @throws DisconnectedError when it is unknown what was done
 */
export async function applyOneByOne(
  session: Session,
  messages: Iterable<Uint8Array>,
): Promise<ReadonlyMap<number, OpenFlowError>> {
  const refused = new Map<number, OpenFlowError>();
  let place = 0;
  let step: Uint8Array[] = [];
  const flush = async (): Promise<void> => {
    await applyStep(session, step, place, refused);
    place += step.length;
    step = [];
  };
  for (const message of messages) {
    step.push(message);
    if (step.length === STEP) await flush();
  }
  await flush();
  return refused;
}

/** The errors of messages before a barrier come before its reply. */
async function applyStep(
  session: Session,
  messages: readonly Uint8Array[],
  place: number,
  refused: Map<number, OpenFlowError>,
): Promise<void> {
  if (messages.length === 0) return;
  const range = session.reserveRange(messages.length, (xid, error) => refused.set(place + xid - range.first, error));
  try {
    for (const [index, message] of messages.entries()) {
      const bytes = Buffer.from(message);
      bytes.writeUInt32BE(range.first + index, XID_OFFSET);
      await session.send(bytes);
    }
    await session.request({ type: 'barrier_request' });
    await nextTurn();
  } finally {
    session.releaseRange(range);
  }
}
