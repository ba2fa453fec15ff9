/** What comes from agents, checked before anything looks at it. */
import type { AgentFacts, AgentHello, AgentSubscribe, FromAgent, InterfaceFact } from '@vnet/model';

/** A message that is not what it should be; ends the connection. */
export class BadMessageError extends Error {
  override name = 'BadMessageError';
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string' && value.length <= 255;
const isId: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isBoolean: Check = (value) => typeof value === 'boolean';
const isIdOrNull: Check = (value) => value === null || isId(value);
const isTextOrNull: Check = (value) => value === null || isText(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

function hasShape(value: unknown, shape: Readonly<Record<string, Check>>): boolean {
  return typeof value === 'object' && value !== null && firstWrong(value, shape) === undefined;
}

function firstWrong(value: object, shape: Readonly<Record<string, Check>>): string | undefined {
  const fields = value as Readonly<Record<string, unknown>>;
  return Object.entries(shape).find(([name, check]) => !check(fields[name]))?.[0];
}

const fact: Record<keyof InterfaceFact, Check> = {
  interface_id: isId,
  port_name: isText,
  port_number: isId,
  claim: isText,
};

const shapes: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  hello: {
    node_id: isText,
    dpid: isText,
    run: isText,
    database: isTextOrNull,
    revision: isIdOrNull,
    scopes: listOf(isText),
    subscription: isId,
  } satisfies Record<keyof Omit<AgentHello, 'type'>, Check>,
  subscribe: { subscription: isId, add: listOf(isText), drop: listOf(isText) } satisfies Record<
    keyof Omit<AgentSubscribe, 'type'>,
    Check
  >,
  facts: {
    datapath_id: isId,
    full: isBoolean,
    interfaces: listOf((value) => hasShape(value, fact)),
    gone_interfaces: listOf(isId),
    networks: listOf(isId),
    gone_networks: listOf(isId),
  } satisfies Record<keyof Omit<AgentFacts, 'type'>, Check>,
  applied: { revision: isId },
  ping: {},
};

export function isFromAgent(message: { readonly type: string }): boolean {
  return Object.hasOwn(shapes, message.type);
}

/** @throws {BadMessageError} naming the field */
export function checkFromAgent(message: { readonly type: string }): FromAgent {
  const wrong = firstWrong(message, shapes[message.type] ?? {});
  if (wrong === undefined) return message as FromAgent;
  const value = (message as Readonly<Record<string, unknown>>)[wrong];
  const shown = value === undefined ? 'missing' : `not ${JSON.stringify(value).slice(0, 80)}`;
  throw new BadMessageError(`message "${message.type}": ${wrong} is ${shown}`);
}
