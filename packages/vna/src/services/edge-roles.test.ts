import { beforeEach, describe, expect, it, vi, afterEach } from 'vitest';
import type { Gate } from '../compile/emit.ts';
import type { TimedFlow } from '../pipeline/flow.ts';
import { EdgeRoles } from './edge-roles.ts';

interface Asked {
  readonly request: number;
  readonly wanted: readonly { vlan_translation_id: number; alone: boolean }[];
}

let asked: Asked[];
/** What was written and removed: the VLAN translations of the gates, in order. */
let said: string[];
let now: number;
let roles: EdgeRoles;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  said = [];
  now = 0;
  const gatesOf = (flows: readonly TimedFlow[]): string => flows.map(({ key }) => key).join();
  roles = new EdgeRoles({
    ask: (request) => asked.push(request),
    lend: (flows) => said.push(`open ${gatesOf(flows)}`),
    withdraw: (flows) => said.push(`close ${gatesOf(flows)}`),
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
/** Wants roles, with a gate for each. */
const want = (...ids: number[]): void =>
  roles.update(
    new Map(ids.map((id) => [String(id), { alone: false }])),
    new Map(ids.map((id) => gate(String(id), [id]))),
  );
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
    roles.update(new Map([['1', { alone: true }]]));
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

  it('are kept, for their time, when the agent ends: it may be started again', () => {
    want(1);
    roles.answer({ type: 'roles', request: last(), held: [1] });
    roles.close();
    vi.advanceTimersByTime(1_000);
    expect(asked).toHaveLength(1);
    expect(said).toEqual(['open 1']);
  });
});
