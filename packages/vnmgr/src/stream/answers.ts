/** What agents answer, checked before anything looks at it: an agent may be of another version. */
import type {
  AgentStatus,
  AgentWarning,
  AnswerOf,
  DeniedCounters,
  Explanation,
  QuestionName,
  RuleCounters,
  RuleStats,
} from '@vnet/model';
import { firstWrong, hasShape, isId, isIdOrNull, isObject, isString, listOf, type Check } from '../shapes.ts';

const OUTCOMES: readonly unknown[] = ['delivered', 'sent', 'punted', 'dropped'] satisfies Explanation['outcome'][];

const isDirection: Check = (value) => value === 'ingress' || value === 'egress';

const warning: Record<keyof AgentWarning, Check> = { message: isString, details: isObject };
const denied: Record<keyof DeniedCounters, Check> = {
  interface: isString,
  direction: isDirection,
  packets: isId,
  bytes: isId,
};
const rule: Record<keyof RuleCounters, Check> = {
  rule: isString,
  line: isIdOrNull,
  connections: isId,
  direction: isDirection,
  packets: isId,
  bytes: isId,
};

const ANSWERS: { readonly [N in QuestionName]: Record<keyof AnswerOf<N>, Check> } = {
  status: {
    bridge: isString,
    flows: isId,
    interfaces: isId,
    networks: isId,
    warnings: listOf((value) => hasShape(value, warning)),
  } satisfies Record<keyof AgentStatus, Check>,
  why: {
    outcome: (value) => OUTCOMES.includes(value),
    table: isString,
    purpose: isString,
    reasons: listOf(isString),
    path: listOf(isString),
  } satisfies Record<keyof Explanation, Check>,
  rule_stats: {
    rules: listOf((value) => hasShape(value, rule)),
    denied: listOf((value) => hasShape(value, denied)),
  } satisfies Record<keyof RuleStats, Check>,
};

/** @returns the name of the first field of an answer that is not as it should be */
export function wrongInAnswer(name: QuestionName, body: unknown): string | undefined {
  return isObject(body) ? firstWrong(body as object, ANSWERS[name]) : 'body';
}
