/** One difference, and what shows it. */
import { expect } from 'vitest';
import type { Result } from '../../../src/index.ts';
import type { OldClient, RequestLine } from '../client.ts';
import type { ReferenceError } from '../reference/errors.ts';

/** Runs a line of vnctl. */
export type Vnctl = (line: string, input?: string) => Promise<Result>;

export interface Difference {
  readonly openvnet: string;
  readonly vnet: string;
  readonly why: string;
  readonly check: (client: OldClient, vnctl: Vnctl) => Promise<void>;
}

/** After some requests, others are refused, and each message names this. */
export function refuses(
  given: readonly RequestLine[],
  error: ReferenceError,
  wrong: Readonly<Record<RequestLine, string>>,
): Difference['check'] {
  return async (client) => {
    for (const request of given) await client.ask(request);
    for (const [request, named] of Object.entries(wrong)) expect(await client.refused(request, error)).toContain(named);
  };
}

/** After some requests, the last one answers this. */
export function answers(requests: readonly RequestLine[], last: RequestLine, answer: object): Difference['check'] {
  return async (client) => {
    for (const request of requests) await client.ask(request);
    expect(await client.ask(last)).toMatchObject(answer);
  };
}
