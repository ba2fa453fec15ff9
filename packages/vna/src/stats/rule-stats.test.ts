import type { FlowStatsEntry } from '@vnet/openflow';
import { describe, expect, it } from 'vitest';
import { Engine, type UnitRun } from '../compile/engine.ts';
import { fill, type TestRow } from '../compile/test-rows.ts';
import { group, securedDataCentre } from '../compile/test-security-rows.ts';
import { ROOTS, UNITS } from '../compile/units.ts';
import { formatPackedFlow, parseFlowKey } from '../pipeline/flow.ts';
import { State } from '../state/state.ts';
import { ruleStats, type ReadFlows } from './rule-stats.ts';

/** The compiled flows as a switch would report them; `packets` says how many packets a flow has had. */
function switchWith(rows: readonly TestRow[], packets: (flow: string) => number) {
  const dirty = new Set<UnitRun>();
  const state = new State<UnitRun>((unit) => dirty.add(unit));
  fill(state, rows);
  const engine = new Engine(state, dirty, UNITS, ROOTS);
  engine.run();
  const entries = [...engine.flows()].map(([key, flow]): FlowStatsEntry => {
    const { match, ...place } = parseFlowKey(key);
    const count = BigInt(packets(formatPackedFlow(key, flow)));
    return {
      ...place,
      cookie: flow.cookie,
      match: Buffer.from(match, 'latin1'),
      instructions: Buffer.from(flow.instructions, 'latin1'),
      packets: count,
      bytes: 100n * count,
    };
  });
  const asked: number[] = [];
  const read: ReadFlows = ({ table }) => {
    asked.push(table);
    return Promise.resolve(entries.filter((entry) => entry.table === table));
  };
  return { state, read, asked };
}

const COUNTS: readonly (readonly [RegExp, number])[] = [
  [/^table=75.*tp_dst=22 /, 7],
  [/^table=75.*tp_dst=0x1f40/, 5],
  [/^table=75.*tp_dst=8080/, 3],
  [/^table=26.*tp_dst=443/, 11],
  [/^table=77.*reg2=0x1f /, 13],
  [/^table=77.*reg1=0x1f,reg2=0 /, 17],
  [/^table=77.*reg2=0x29 /, 19],
];

describe('the counters of a security group', () => {
  it('are those of its rules, in their order, with what was denied to its members', async () => {
    const { state, read, asked } = switchWith(securedDataCentre(), (flow) => {
      return COUNTS.find(([pattern]) => pattern.test(flow))?.[1] ?? 0;
    });
    const stats = await ruleStats(state, read, 'sg-web');
    expect(stats?.rules.map(({ direction, rule, line, packets }) => [direction, rule, line, packets])).toEqual([
      ['ingress', 'members', null, 0],
      ['ingress', 'tcp:22:10.0.0.0/8', 2, 7],
      ['ingress', 'icmp:-1:0.0.0.0/0', 2, 0],
      ['ingress', 'tcp:8000-8080:sg-db', 3, 8],
      ['egress', 'members', null, 0],
      ['egress', 'egress tcp:443:0.0.0.0/0', 4, 11],
      ['egress', 'egress udp:53:sg-db', 5, 0],
    ]);
    expect(stats?.rules[1]).toMatchObject({ bytes: 700 });
    expect(stats?.denied).toEqual([
      { interface: 'if-31', direction: 'ingress', packets: 13, bytes: 1300 },
      { interface: 'if-31', direction: 'egress', packets: 17, bytes: 1700 },
    ]);
    expect(asked.length).toBe(4);
  });

  it('say how many connections each rule has let begin', async () => {
    const { state, read } = switchWith(securedDataCentre(), (flow) => (flow.startsWith('table=78') ? 2 : 0));
    const stats = await ruleStats(state, read, 'sg-web');
    expect(stats?.rules.map(({ connections }) => connections)).toEqual([2, 2, 2, 2, 2, 2, 2]);
  });

  it('count a rule that is written twice once', async () => {
    const rules = 'tcp:22:0.0.0.0\ntcp:22:0.0.0.0/0\ntcp:22-23:0.0.0.0/0\ntcp:23:0.0.0.0/0';
    const rows = [...securedDataCentre(), group(1, 'sg-web', rules, { trust_members: false })];
    const { state, read } = switchWith(rows, (flow) => (/^table=75.*tp_dst/.test(flow) ? 1 : 0));
    const stats = await ruleStats(state, read, 'sg-web');
    expect(stats?.rules.map(({ rule, packets }) => [rule, packets])).toEqual([
      ['tcp:22:0.0.0.0', 1],
      ['tcp:22-23:0.0.0.0/0', 1],
      ['tcp:23:0.0.0.0/0', 1],
      ['open', 0],
    ]);
  });

  it('are unknown for a group that is', async () => {
    const { state, read } = switchWith(securedDataCentre(), () => 0);
    expect(await ruleStats(state, read, 'sg-none')).toBeUndefined();
  });
});
