/** What agents answer, checked before anything looks at it: an agent may be of another version. */
import {
  type AgentStatus,
  type AgentWarning,
  type AnswerOf,
  type BondState,
  type DeniedCounters,
  type Explanation,
  LINK_STATES,
  type QuestionName,
  type RuleCounters,
  type RuleStats,
} from '@vnet/model';
import {
  firstWrong,
  hasShape,
  isBoolean,
  isId,
  isIdOrNull,
  isObject,
  isString,
  listOf,
  type Check,
} from '../shapes.ts';

const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);

const link: Record<keyof BondState['links'][number], Check> = {
  name: isString,
  state: oneOf(...LINK_STATES),
  in_use: isBoolean,
};
const bond: Record<keyof BondState, Check> = {
  kind: oneOf('uplink', 'trunk'),
  name: isString,
  mode: oneOf('all links', 'one link at a time'),
  lacp: isBoolean,
  fallback: oneOf(null, 'active-backup', 'none'),
  links: listOf((value) => hasShape(value, link)),
};

const isDirection = oneOf('ingress', 'egress');

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
  bonds: { bonds: listOf((value) => hasShape(value, bond)) },
  why: {
    outcome: oneOf('delivered', 'sent', 'punted', 'dropped'),
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
