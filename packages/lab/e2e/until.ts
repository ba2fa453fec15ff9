import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;
const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Waits for a condition.
 * @param what the condition in words, for the error when the time is up
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string | (() => string),
  timeout = DEFAULT_TIMEOUT_MS,
): Promise<void> {
  const deadline = Date.now() + timeout;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Not within ${timeout} ms: ${typeof what === 'string' ? what : what()}`);
    await delay(POLL_MS);
  }
}
