/** What comes over the bus, checked before anything looks at it. */
import type {
  AgentFacts,
  AgentHello,
  AgentRoles,
  AgentSubscribe,
  ApiRequest,
  EdgeHostFact,
  FromAgent,
  FromApi,
  InterfaceFact,
} from '@vnet/model';
import {
  firstWrong,
  hasShape,
  isAbsentOr,
  isBoolean,
  isId,
  isIdOrNull,
  isObject,
  isObjectOfStrings,
  isString,
  isText,
  isTextOrNull,
  listOf,
  type Check,
  type Shape,
} from './shapes.ts';

/** A message that is not what it should be; ends the connection. */
export class BadMessageError extends Error {
  override name = 'BadMessageError';
}

const fact: Record<keyof InterfaceFact, Check> = {
  interface_id: isId,
  port_name: isText,
  port_number: isId,
  claim: isText,
};

const edgeHost: Record<keyof EdgeHostFact, Check> = {
  mac_address: isId,
  ipv4_address: isIdOrNull,
  vlan_translation_id: isId,
  port_name: isText,
  seen: isId,
};

const role: Shape = { vlan_translation_id: isId, alone: isBoolean };

const api: Record<keyof Omit<ApiRequest, 'type'>, Check> = {
  id: isId,
  endpoint: isString,
  operation: isString,
  path: isObjectOfStrings,
  params: isObject,
  who: isString,
  request_id: isString,
  if_match: isAbsentOr(isId),
  strict: isAbsentOr(isBoolean),
  wait_ms: isAbsentOr(isId),
};

/** Messages of vnapi, by their type. */
const apiShapes: Readonly<Record<string, Shape>> = { api, health: { id: isId } };

/** Messages of agents, by their type. */
const agentShapes: Readonly<Record<string, Shape>> = {
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
    segments: isAbsentOr(listOf(isId)),
    gone_segments: isAbsentOr(listOf(isId)),
    route_links: isAbsentOr(listOf(isId)),
    gone_route_links: isAbsentOr(listOf(isId)),
    edge_hosts: isAbsentOr(listOf((value) => hasShape(value, edgeHost))),
    gone_edge_hosts: isAbsentOr(listOf(isId)),
  } satisfies Record<keyof Omit<AgentFacts, 'type'>, Check>,
  roles: {
    request: isId,
    datapath_id: isId,
    wanted: listOf((value) => hasShape(value, role)),
    released: isAbsentOr(listOf(isId)),
  } satisfies Record<keyof Omit<AgentRoles, 'type'>, Check>,
  applied: { revision: isId },
  answer: { id: isId, body: () => true },
  ping: {},
};

/** Whether an agent says such things; a message of vnapi otherwise. */
export function isFromAgent(message: FromAgent | FromApi): message is FromAgent {
  return Object.hasOwn(agentShapes, message.type);
}

/** @throws {BadMessageError} naming the type, or the field with its value */
export function checkMessage(message: { readonly type: string }): FromAgent | FromApi {
  const { type } = message;
  const shape = [agentShapes, apiShapes].find((shapes) => Object.hasOwn(shapes, type))?.[type];
  if (shape === undefined) throw new BadMessageError(`unknown message ${JSON.stringify(type.slice(0, 80))}`);
  const wrong = firstWrong(message, shape);
  if (wrong === undefined) return message as FromAgent | FromApi;
  const value = (message as Readonly<Record<string, unknown>>)[wrong];
  const shown = value === undefined ? 'missing' : `not ${JSON.stringify(value).slice(0, 80)}`;
  throw new BadMessageError(`message "${type}": ${wrong} is ${shown}`);
}
