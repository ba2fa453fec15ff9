/** What a request may ask for beside its parameters: wait for the switches, or only change what has not changed. */
import type { IncomingHttpHeaders } from 'node:http';
import { VnetError, type ApiRequest, type Applied } from '@vnet/model';
import type { Parameters } from './parameters.ts';

const DEFAULT_WAIT_S = 10;
/** Below the five minutes after which HTTP clients give up. */
const LONGEST_WAIT_S = 240;

/** `?wait=flows&timeout=10` and `If-Match: REVISION`. */
export function conditionsOf(
  query: Parameters,
  headers: IncomingHttpHeaders,
): Pick<ApiRequest, 'wait_ms' | 'if_match'> {
  const waitMs = waitOf(query);
  const revision = headers['if-match'];
  return {
    ...(waitMs === undefined ? {} : { wait_ms: waitMs }),
    ...(revision === undefined || revision === '*' ? {} : { if_match: parseRevision(revision) }),
  };
}

/** `Vnet-Applied`: `revision=7; agents=3; ms=12`, and `; behind=hv1,hv2` when the time was up before all had it. */
export function appliedHeader({ revision, agents, ms, behind }: Applied): string {
  const late = behind.length === 0 ? '' : `; behind=${behind.map(encodeURIComponent).join(',')}`;
  return `revision=${revision}; agents=${agents}; ms=${ms}${late}`;
}

function waitOf({ wait, timeout = String(DEFAULT_WAIT_S) }: Parameters): number | undefined {
  if (wait === undefined) return undefined;
  if (wait !== 'flows') throw new VnetError('ArgumentError', `wait: ${JSON.stringify(wait)} is not "flows"`);
  const seconds = Number(timeout);
  if (timeout === '' || !(seconds >= 0 && seconds <= LONGEST_WAIT_S)) {
    const expected = `a number of seconds between 0 and ${LONGEST_WAIT_S}`;
    throw new VnetError('ArgumentError', `timeout: ${JSON.stringify(timeout)} is not ${expected}`);
  }
  return Math.round(seconds * 1_000);
}

/** A revision, bare or as an entity tag. */
function parseRevision(text: string): number {
  const [, digits] = /^(?:W\/)?"?(\d{1,15})"?$/.exec(text.trim()) ?? [];
  if (digits === undefined) {
    throw new VnetError(
      'ArgumentError',
      `If-Match: ${JSON.stringify(text)} is not a revision, as replies give it in ETag`,
    );
  }
  return Number(digits);
}
