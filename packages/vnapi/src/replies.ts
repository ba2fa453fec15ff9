/** Answers of vnmgr, checked before anything of them becomes HTTP. */
import type { Applied, Reply, WireError } from '@vnet/model';

function isError(value: unknown): value is WireError {
  const { error, message, code, status } = (value ?? {}) as Partial<Record<keyof WireError, unknown>>;
  const isStatus = Number.isInteger(status) && (status as number) >= 400 && (status as number) < 600;
  return isStatus && [error, message, code].every((text) => typeof text === 'string');
}

function isApplied(value: unknown): value is Applied {
  const { revision, agents, ms, behind } = (value ?? {}) as Partial<Record<keyof Applied, unknown>>;
  const isCounted = [revision, agents, ms].every((count) => Number.isInteger(count));
  return isCounted && Array.isArray(behind) && behind.every((node) => typeof node === 'string');
}

/** @throws {Error} when it is no answer, as one of another version may be */
export function checkReply(reply: Reply): Reply {
  const { ok, body, error, revision, applied } = reply as Partial<Record<keyof Reply, unknown>>;
  const isWhole =
    ok === true
      ? body !== undefined &&
        (revision === undefined || Number.isInteger(revision)) &&
        (applied === undefined || isApplied(applied))
      : isError(error);
  if (isWhole) return reply;
  throw new Error(`the manager gave no answer: ${JSON.stringify(reply).slice(0, 200)}; do the versions match?`);
}
