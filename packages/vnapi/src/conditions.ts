/** What a request may ask for beside its parameters: wait for the switches, or only change what has not changed. */
import type { IncomingHttpHeaders } from 'node:http';
import { VnetError, validateParams, type ApiRequest, type Applied, type Param } from '@vnet/model';
import type { Parameters } from './parameters.ts';

const DEFAULT_WAIT_S = 10;
/** Below the five minutes after which HTTP clients give up. */
export const LONGEST_WAIT_S = 240;

/** What every request may have in its query string beside its parameters. */
export const STRICT: Param = {
  name: 'strict',
  type: 'boolean',
  doc: 'Refuse parameters that the endpoint does not have; they are passed over otherwise.',
};

/** What requests that change something may have there too. */
export const WAIT: Param = {
  name: 'wait',
  type: 'choice',
  values: ['flows'],
  doc: 'Answer when every connected agent that the change concerns has it in its switch.',
};

export interface Conditions {
  readonly query: Parameters;
  readonly conditions: Pick<ApiRequest, 'wait_ms' | 'if_match' | 'strict'>;
}

/** `?strict=1&wait=flows&timeout=10` and `If-Match: REVISION`, and the query without them. */
export function conditionsOf(whole: Parameters, headers: IncomingHttpHeaders): Conditions {
  const { wait, timeout, strict, ...query } = whole;
  const waitMs = waitOf(wait, timeout);
  const revision = headers['if-match'];
  const isStrict = validateParams([STRICT], { strict })['strict'] === true;
  return {
    query,
    conditions: {
      ...(isStrict ? { strict: true } : {}),
      ...(waitMs === undefined ? {} : { wait_ms: waitMs }),
      ...(revision === undefined || revision === '*' ? {} : { if_match: parseRevision(revision) }),
    },
  };
}

/** `Vnet-Applied`: `revision=7; agents=3; ms=12`, and `; behind=hv1,hv2` when the time was up before all had it. */
export function appliedHeader({ revision, agents, ms, behind }: Applied): string {
  const late = behind.length === 0 ? '' : `; behind=${behind.map(encodeURIComponent).join(',')}`;
  return `revision=${revision}; agents=${agents}; ms=${ms}${late}`;
}

function waitOf(wait: unknown, timeout: unknown = String(DEFAULT_WAIT_S)): number | undefined {
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
