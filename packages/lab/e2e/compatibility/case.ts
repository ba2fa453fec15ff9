/** One endpoint, as a client of OpenVNet uses it. */
import { expect } from 'vitest';
import type { RequestLine } from './client.ts';
import type { ReferenceError } from './reference/errors.ts';
import type { ObjectName } from './reference/objects.ts';

type Values = Readonly<Record<string, unknown>>;

/** What the reply has to be; `values` are looked for in it, besides the form that the reference says. */
export type Reply =
  | {
      readonly kind: 'object';
      readonly object: ObjectName;
      readonly values: Values;
      readonly absent: readonly string[];
    }
  | { readonly kind: 'list' | 'array'; readonly object: ObjectName; readonly items: readonly Values[] }
  | { readonly kind: 'exactly'; readonly value: unknown };

/** @param absent keys that it must not have */
export function object(name: ObjectName, values: Values = {}, absent: readonly string[] = []): Reply {
  return { kind: 'object', object: name, values, absent };
}

/** With `total_count`, `offset`, `limit` and these items, no others. */
export function list(name: ObjectName, ...items: readonly Values[]): Reply {
  return { kind: 'list', object: name, items };
}

/** A plain array. */
export function array(name: ObjectName, ...items: readonly Values[]): Reply {
  return { kind: 'array', object: name, items };
}

export function exactly(value: unknown): Reply {
  return { kind: 'exactly', value };
}

export interface Case {
  /** Requests that make what this one needs. */
  readonly given?: readonly RequestLine[];
  /** Path and query. */
  readonly send: string;
  readonly reply: Reply;
  /** What other requests answer afterwards (looked for in their answers). */
  readonly then?: readonly (readonly [RequestLine, unknown])[];
  /** What is refused afterwards, besides what follows from the parameters. */
  readonly refused?: readonly (readonly [RequestLine, ReferenceError])[];
  /** Parameters that the reference has, with the reason why their form is not tried. */
  readonly unchecked?: readonly string[];
  /** OpenVNet does not do what was meant: what VNet takes as meant. */
  readonly meant?: string;
}

/** By endpoint; the further cases of one have a remark behind it: `POST /networks (in a topology)`. */
export type Cases = Readonly<Record<string, Case>>;

/** A uuid as the server makes them up: the prefix and 8 letters or digits. */
export function madeUp(prefix: string): unknown {
  return expect.stringMatching(new RegExp(`^${prefix}-[a-z0-9]{8}$`));
}
