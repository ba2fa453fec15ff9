/** One command line, as it was written for OpenVNet's vnctl. */
import type { RequestLine } from '../client.ts';

export interface CommandCase {
  /** Requests that make what the command needs. */
  readonly given?: readonly RequestLine[];
  /** Without `vnctl`. */
  readonly line: string;
  /** What stands in its output. */
  readonly prints?: readonly string[];
  /** What requests answer afterwards; a status for one that is refused. */
  readonly then?: readonly (readonly [RequestLine, unknown])[];
  /** Standard input. */
  readonly input?: string;
  readonly meant?: string;
}

/** By command; the further cases of one have a remark behind it. */
export type CommandCases = Readonly<Record<string, CommandCase>>;

/** `show` and `del` of a group, given two rows. */
export function showAndDel(
  group: string,
  given: readonly RequestLine[],
  [a, b]: readonly [string, string],
): CommandCases {
  return {
    [`${group} show`]: { given, line: `${group} show --limit 9 --offset 1`, prints: [b] },
    [`${group} del`]: {
      given,
      line: `${group} del ${a} ${b}`,
      prints: [a, b],
      then: [[`GET /${group}`, { total_count: 0 }]],
    },
  };
}

/**
 * A relation that is added by its two uuids, given both.
 * @param params that `add` takes besides
 */
export function relation(
  name: string,
  given: readonly RequestLine[],
  [parent, other]: readonly [string, string],
  params: Readonly<Record<string, string>> = {},
): CommandCases {
  const there = `/${name.replace(' ', `/${parent}/`)}`;
  const options = Object.entries(params).flatMap(([option, value]) => [`--${option}`, value]);
  const added = `POST ${there}/${other}?${String(new URLSearchParams(params))}`;
  return {
    [`${name} add`]: {
      given,
      line: [name, 'add', parent, other, ...options].join(' '),
      then: [[`GET ${there}`, { total_count: 1 }]],
    },
    [`${name} show`]: { given: [...given, added], line: `${name} show ${parent} --limit 9 --offset 0`, prints: [] },
    [`${name} del`]: {
      given: [...given, added],
      line: `${name} del ${parent} ${other}`,
      then: [[`GET ${there}`, { total_count: 0 }]],
    },
  };
}
