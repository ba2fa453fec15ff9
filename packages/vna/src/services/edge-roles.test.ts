import { beforeEach, describe, expect, it, vi, afterEach } from 'vitest';
import type { EdgeRole, Gate } from '../compile/emit.ts';
import type { TimedFlow } from '../pipeline/flow.ts';
import { EdgeRoles } from './edge-roles.ts';

interface Asked {
  readonly request: number;
  readonly wanted: readonly { vlan_translation_id: number; alone: boolean }[];
  readonly released?: readonly number[];
}

let asked: Asked[];
/** What was written and removed: the VLAN translations of the gates, in order. */
let said: string[];
/** What was said to people. */
let told: string[];
let now: number;
let roles: EdgeRoles;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  said = [];
  told = [];
  now = 0;
  const gatesOf = (flows: readonly TimedFlow[]): string => flows.map(({ key }) => key).join();
  roles = new EdgeRoles({
    ask: (request) => asked.push(request),
    lend: (flows) => said.push(`open ${gatesOf(flows)}`),
    withdraw: (flows) => said.push(`close ${gatesOf(flows)}`),
    log: {
      debug: () => undefined,
      info: (details, message) => told.push(`${JSON.stringify(details)} ${message}`),
      warn: () => undefined,
      error: () => undefined,
    },
    now: () => now,
  });
});

afterEach(() => {
  roles.close();
  vi.useRealTimers();
});

const gate = (key: string, needs: readonly number[], instructions = ''): readonly [string, Gate] => [
  key,
  { roles: needs, flow: { key, instructions, seconds: 2 } },
];
const role = (values: Partial<EdgeRole> = {}): EdgeRole => ({
  about: { vlan: 100, network: 'nw-a', port: 'trunk0' },
  alone: false,
  contested: true,
  unfit: null,
  pledged: false,
  ...values,
});
/** Wants roles, with a gate for each. */
const want = (...ids: number[]): void =>
  roles.update(new Map(ids.map((id) => [String(id), role()])), new Map(ids.map((id) => gate(String(id), [id]))));
const last = (): number => asked.at(-1)!.request;

describe('the roles of edges', () => {
  it('are asked for at once and again and again, and each answer opens the gates anew', () => {
    want(1, 2);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.wanted.map((each) => each.vlan_translation_id)).toEqual([1, 2]);
    roles.answer({ type: 'roles', request: last(), held: [1, 2] });
    vi.advanceTimersByTime(1_000);
    expect(asked).toHaveLength(3);
    roles.answer({ type: 'roles', request: last(), held: [1] });
    expect(said).toEqual(['open 1,2', 'close 2', 'open 1']);
  });

  it('do not count when the answer is late, or to another request', () => {
    want(1);
    now = 501;
    roles.answer({ type: 'roles', request: last(), held: [1] });
    now = 0;
    roles.answer({ type: 'roles', request: last() - 1, held: [1] });
    expect(said).toEqual([]);
  });

  it('are asked for, but have no gates of their own, where no other edge is known', () => {
    roles.update(new Map([['1', role({ alone: true, contested: false })]]));
    expect(asked.at(-1)?.wanted).toEqual([{ vlan_translation_id: 1, alone: true }]);
    roles.answer({ type: 'roles', request: last(), held: [1] });
    expect(said).toEqual(['open ']);
  });

  it('open a gate that needs several of them while all are held, and change it at once', () => {
    want(1, 2);
    roles.update(new Map(), new Map([gate('both', [1, 2])]));
    roles.answer({ type: 'roles', request: last(), held: [1] });
    roles.answer({ type: 'roles', request: last(), held: [1, 2] });
    roles.update(new Map(), new Map([gate('both', [1, 2], 'other')]));
    roles.update(new Map(), new Map([['both', undefined]]));
    expect(said).toEqual(['open 1', 'open 1,2,both', 'open both', 'close both']);
  });

  it('are given up at once when a mapping or its trunk goes: those that it had', () => {
    want(1, 2, 3);
    roles.answer({ type: 'roles', request: last(), held: [1, 2] });
    roles.update(new Map([['2', undefined]]));
    expect(asked.at(-1)).toMatchObject({ released: [2] });
    roles.update(
      new Map([
        ['1', undefined],
        ['3', undefined],
      ]),
    );
    expect(asked.at(-1)).toMatchObject({ wanted: [], released: [1] });
    expect(said).toEqual(['open 1,2', 'close 2', 'close 1']);
    const { length } = asked;
    vi.advanceTimersByTime(1_000);
    expect(asked).toHaveLength(length);
  });

  it('keep the gates open while the other edge goes, and the manager has not said yet that this one is alone', () => {
    want(1);
    roles.answer({ type: 'roles', request: last(), held: [1] });
    roles.update(new Map([['1', role({ alone: true })]]));
    expect(asked.at(-1)).toEqual({ request: last(), wanted: [{ vlan_translation_id: 1, alone: true }] });
    roles.answer({ type: 'roles', request: last(), held: [1] });
    expect(said).toEqual(['open 1', 'open 1']);
  });

  it('are given up, again and again, by an edge that is not fit while the manager thinks that it goes on by itself', () => {
    roles.update(new Map([['1', role({ unfit: 'its port is not in use', pledged: true })]]));
    vi.advanceTimersByTime(500);
    expect(asked.map(({ wanted, released }) => [wanted, released])).toEqual([
      [[], [1]],
      [[], [1]],
    ]);
    roles.update(new Map([['1', role({ unfit: 'its port is not in use' })]]));
    const { length } = asked;
    vi.advanceTimersByTime(500);
    expect(asked).toHaveLength(length);
  });

  it('are told to people: when a VLAN is carried, and when and why no more', () => {
    const about = '{"vlan":100,"network":"nw-a","port":"trunk0"';
    const begins = `${about}} this edge carries a VLAN from now on`;
    const stops = (reason: string): string => `${about},"reason":"${reason}"} this edge carries a VLAN no more`;
    want(1);
    expect(told).toEqual([]);
    for (const reason of ['another edge has its role', 'the manager does not answer', 'its trunk is dead']) {
      roles.answer({ type: 'roles', request: last(), held: [1] });
      roles.answer({ type: 'roles', request: last(), held: [1] });
      if (reason.startsWith('another')) roles.answer({ type: 'roles', request: last(), held: [] });
      else if (reason.endsWith('dead')) roles.update(new Map([['1', role({ unfit: reason })]]));
      else {
        now += 3_000;
        vi.advanceTimersByTime(1_000);
      }
      expect(told).toEqual([begins, stops(reason)]);
      told = [];
    }
    roles.update(new Map([['1', role({ alone: true, contested: false })]]));
    roles.stand();
    roles.stand();
    roles.update(new Map([['1', undefined]]));
    expect(told).toEqual([begins, stops('its mapping, or its edge, is gone')]);
  });

  it('are kept, for their time, when the agent ends: it may be started again', () => {
    want(1);
    roles.answer({ type: 'roles', request: last(), held: [1] });
    roles.close();
    vi.advanceTimersByTime(1_000);
    expect(asked).toHaveLength(1);
    expect(said).toEqual(['open 1']);
  });
});
