import type { AgentFacts, AgentHello, ApiRequest } from '@vnet/model';
import { describe, expect, it } from 'vitest';
import { BadMessageError, checkMessage, isFromAgent } from './messages.ts';

const hello: AgentHello = {
  type: 'hello',
  node_id: 'hv1',
  dpid: '0xa',
  run: '1',
  database: null,
  revision: null,
  scopes: ['port/eth0'],
  subscription: 1,
};
const facts: AgentFacts = {
  type: 'facts',
  datapath_id: 1,
  full: true,
  interfaces: [{ interface_id: 1, port_name: 'eth0', port_number: 1, claim: 'a' }],
  gone_interfaces: [2],
  networks: [1],
  gone_networks: [],
};
const request: ApiRequest = {
  type: 'api',
  id: 1,
  endpoint: 'networks.create',
  operation: 'create',
  path: { uuid: 'nw-1' },
  params: { ipv4_network: ['not', { checked: 'here' }] },
  who: 'me',
  request_id: '1',
  if_match: 1,
  wait_ms: 1_000,
};
const good = [
  hello,
  facts,
  request,
  { type: 'subscribe', subscription: 1, add: ['dpid/0xa'], drop: [] },
  { type: 'applied', revision: 7 },
  { type: 'health', id: 1 },
] as const;

/** None of them is right anywhere, except that lists may be empty and objects may be anything where requests carry them. */
const odd: readonly unknown[] = [-1, 1.5, Number.NaN, 2 ** 60, [[]], [{}], [null], 'x'.repeat(300)];
const OPEN_FIELDS = ['params', 'endpoint', 'operation', 'who', 'request_id', 'path'];

function checked(message: object): unknown {
  return checkMessage(JSON.parse(JSON.stringify(message)) as { type: string });
}

describe('a message', () => {
  it.each(good)('$type is let through as it is', (message) => {
    expect(checked(message)).toEqual(message);
    expect(isFromAgent(checkMessage(message))).toBe(!['api', 'health'].includes(message.type));
  });

  it.each(good)('$type with any field missing or odd is refused, naming the field', (message) => {
    for (const field of Object.keys(message).filter((name) => name !== 'type')) {
      for (const value of [undefined, ...odd]) {
        if (value === undefined && ['if_match', 'wait_ms'].includes(field)) continue;
        if (value !== undefined && OPEN_FIELDS.includes(field)) continue;
        expect(() => checkMessage({ ...message, [field]: value })).toThrow(BadMessageError);
        expect(() => checkMessage({ ...message, [field]: value })).toThrow(`"${message.type}": ${field} is`);
      }
    }
  });

  it.each([
    [{ type: '__proto__' }, 'unknown message "__proto__"'],
    [{ type: 'constructor' }, 'unknown message'],
    [{ ...request, path: { uuid: 5 } }, 'path'],
    [{ ...request, path: ['nw-1'] }, 'path'],
    [{ ...request, params: 'x' }, 'params'],
    [{ ...request, who: 5 }, 'who'],
    [{ ...facts, interfaces: [{ interface_id: '1', port_name: 'a', port_number: 1, claim: 'a' }] }, 'interfaces'],
    [{ ...facts, interfaces: { length: 1 } }, 'interfaces'],
  ])('%j is refused', (message, reason) => {
    expect(() => checked(message)).toThrow(BadMessageError);
    expect(() => checked(message)).toThrow(reason);
  });

  it('gets nothing from fields of the name of a prototype', () => {
    const text = '{"type":"health","__proto__":{"id":1}}';
    expect(() => checkMessage(JSON.parse(text) as { type: string })).toThrow('id is missing');
  });
});
