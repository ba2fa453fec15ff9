import { describe, expect, it } from 'vitest';
import { featureOf, type Feature } from '../../pipeline/cookies.ts';
import { checkContract, formatPackedFlow, type Flow } from '../../pipeline/flow.ts';
import { TABLES } from '../../pipeline/tables.ts';
import { State } from '../../state/state.ts';
import { Engine, type UnitRun } from '../engine.ts';
import { dataCentre, fill, machine, type TestRow } from '../test-rows.ts';
import {
  FACES,
  changed,
  filter,
  filterRule,
  group,
  membership,
  securedDataCentre,
  without,
} from '../test-security-rows.ts';
import { ROOTS, UNITS } from '../units.ts';

function engineOn(rows: readonly TestRow[]): { state: State<UnitRun>; engine: Engine } {
  const dirty = new Set<UnitRun>();
  const state = new State<UnitRun>((unit) => dirty.add(unit));
  fill(state, rows);
  const engine = new Engine(state, dirty, UNITS, ROOTS);
  expect(engine.run().conflicts).toEqual([]);
  return { state, engine };
}

/** The flows of some features as `ovs-ofctl dump-flows` would print them, sorted. */
function flowsOf(rows: readonly TestRow[] | Engine, ...features: readonly Feature[]): string {
  const engine = rows instanceof Engine ? rows : engineOn(rows).engine;
  return [...engine.flows()]
    .filter(([, { cookie }]) => features.includes(featureOf(cookie)!))
    .map(([key, flow]) => formatPackedFlow(key, flow))
    .sort()
    .map((line) => `${line}\n`)
    .join('');
}

const FEATURES = ['filtering', 'filter', 'group'] as const;

describe('the flows of filters and security groups', () => {
  it.each(FEATURES)('%s', async (feature) => {
    await expect(flowsOf(securedDataCentre(), feature)).toMatchFileSnapshot(`../snapshots/${feature}.txt`);
  });

  it('are not there where nothing is filtered: no packet pays for them', () => {
    const groupless = [...dataCentre(), group(1, 'sg-web', 'all::0.0.0.0/0'), membership(1, FACES.neighbour, 1)];
    expect(flowsOf(groupless, ...FEATURES)).toBe('');
  });

  it('track connections in the zone of the port, and commit in the zone that was looked in', () => {
    const flows = flowsOf(changed(securedDataCentre(), 'port', 31, { zone: 7 }), 'filtering').split('\n');
    const tracked = flows.filter((line) => line.includes('ct(table'));
    expect(tracked.filter((line) => /reg[12]=0x1f/.test(line))).toHaveLength(2);
    for (const line of tracked) expect(line).toMatch(/reg[12]=0x1f .*load:0x7->.*zone=7\)|reg[12]=0x29 .*zone=41\)/);
  });
});

describe('what an interface is filtered by', () => {
  const inGroup = [...dataCentre(), group(1, 'sg-web', ''), membership(1, FACES.local, 1)];
  const asked = 'load:0x1->NXM_NX_REG12[]';

  it.each([
    ['not set, with a group', inGroup, { ingress_filtering_enabled: null }, true],
    ['not set, without a group', dataCentre(), { ingress_filtering_enabled: null }, false],
    ['true, with a group', inGroup, { ingress_filtering_enabled: true }, true],
    ['false, with a group', inGroup, { ingress_filtering_enabled: false }, false],
  ])('groups: %s', (_, rows, flags, filtered) => {
    const flows = flowsOf(changed(rows, 'interface', FACES.local, flags), 'filtering');
    expect(flows.includes(asked)).toBe(filtered);
    if (!filtered) expect(flows).toBe('');
  });

  it('lets nothing in and everything out when it is on without a group', () => {
    const flows = flowsOf(
      changed(dataCentre(), 'interface', FACES.local, { ingress_filtering_enabled: true }),
      'filtering',
    );
    expect(flows).toContain('table=73, priority=100,reg2=0x1f actions=load:0x29->NXM_NX_REG6[0..7],goto_table:76');
    expect(flows).toContain('table=24, priority=100,reg1=0x1f actions=load:0x1->NXM_NX_REG0[8],goto_table:27');
  });

  it('enable_filtering without a filter drops everything, ARP and DHCP too', () => {
    const flows = flowsOf(changed(inGroup, 'interface', FACES.local, { enable_filtering: true }), 'filtering');
    const denied = 'actions=load:0->NXM_NX_REG0[8],load:0x28->NXM_NX_REG6[0..7],goto_table:77';
    expect(flows).toContain(`table=21, priority=100,reg1=0x1f ${denied}`);
    expect(flows).toContain(`table=70, priority=100,reg2=0x1f ${denied}`);
    expect(flows).not.toMatch(/reg[12]=0x1f .*ct\(/);
  });

  it('a filter that is there while enable_filtering is off does nothing', () => {
    expect(flowsOf([...dataCentre(), filter(1, FACES.local), filterRule(1, 1, 'ip', 'drop')], ...FEATURES)).toBe('');
  });

  it('says that of several filters only the oldest counts', () => {
    const rows = [...securedDataCentre(), filter(2, FACES.otherTenant)];
    expect(engineOn(rows).engine.output('warning').get(`filters if-${FACES.otherTenant}`)?.details).toMatchObject({
      filter: 'fil-1',
      remedy: 'vnctl filters del fil-2',
    });
  });
});

describe('what is denied', () => {
  const punted = (rows: readonly TestRow[]): string[] =>
    flowsOf(rows, 'filtering')
      .split('\n')
      .filter((line) => /^table=(77|80)/.test(line));
  const counted = [
    'table=77, priority=100,reg1=0x1f,reg2=0 actions=drop',
    'table=77, priority=100,reg1=0x29,reg2=0 actions=drop',
    'table=77, priority=100,reg2=0x1f actions=drop',
    'table=77, priority=100,reg2=0x29 actions=drop',
  ];

  it('is counted for each interface and direction', () => {
    expect(punted(securedDataCentre())).toEqual(counted);
  });

  it.each([
    ['the interface', changed(securedDataCentre(), 'interface', FACES.local, { log: true })],
    ['a group of it', changed(securedDataCentre(), 'security_group', 1, { log: true })],
  ])('goes to the agent as well, through the meter of the port, when %s says so', (_, rows) => {
    expect(punted(rows)).toEqual([
      'table=77, priority=100,reg1=0x1f,reg2=0 actions=goto_table:80',
      counted[1],
      'table=77, priority=100,reg2=0x1f actions=goto_table:80',
      counted[3],
      'table=80, priority=100,reg1=0,reg2=0x1f actions=meter:31,CONTROLLER:65535',
    ]);
  });
});

describe('a rule that names a group', () => {
  const scopes = (rows: readonly TestRow[]): readonly string[] =>
    [...engineOn(rows).engine.output('scope').keys()].filter((scope) => scope.startsWith('group/')).sort();

  it('makes the agent ask for the group by its uuid, and then for its members by its id', () => {
    const known = securedDataCentre();
    expect(scopes(without(known, 'security_group', 2))).toEqual(['group/1', 'group/sg-db']);
    expect(scopes(known)).toEqual(['group/1', 'group/2', 'group/sg-db']);
  });

  it('allows nothing while the group is not known', () => {
    const flows = flowsOf(without(securedDataCentre(), 'security_group', 2), 'group');
    expect(flows).not.toContain('reg13=0x2');
    expect(flows).not.toContain('tp_dst=8000');
    expect(flows).toContain('tp_dst=22');
  });

  it('takes addresses for those of members in the network they are in, and in no other', () => {
    const members = flowsOf(securedDataCentre(), 'group')
      .split('\n')
      .filter((line) => line.startsWith('table=74'));
    expect(members.join('\n')).toContain('metadata=0x1,nw_src=10.0.0.3 actions=load:0x2->NXM_NX_REG13[]');
    expect(members.join('\n')).not.toContain('metadata=0x2');
  });

  it('takes MACs for those of members in the segment they are in', () => {
    const inSegment = 51;
    const rows = [...securedDataCentre(), membership(90, inSegment, 2)];
    const members = flowsOf(rows, 'group').split('\n');
    expect(members).toContainEqual(
      expect.stringMatching(
        /^table=74, .*ip,metadata=0x80000001,dl_src=0a:00:00:00:00:33 actions=load:0x2->NXM_NX_REG13/,
      ),
    );
    expect(members.filter((line) => line.includes('dl_src=0a:00:00:00:00:33') && line.includes('0x80000002'))).toEqual(
      [],
    );
  });

  it('may name its own group, and two groups each other', () => {
    const rows = [
      ...dataCentre(),
      group(1, 'sg-a', 'tcp:1:sg-a\ntcp:2:sg-b', { trust_members: false }),
      group(2, 'sg-b', 'tcp:3:sg-a', { trust_members: false }),
      membership(1, FACES.local, 1),
      membership(2, FACES.local, 2),
    ];
    const flows = flowsOf(rows, 'group');
    expect(flows).toContain('tcp,reg12=0x1,reg13=0x1,tp_dst=1 ');
    expect(flows).toContain('tcp,reg12=0x1,reg13=0x2,tp_dst=2 ');
    expect(flows).toContain('tcp,reg12=0x2,reg13=0x1,tp_dst=3 ');
  });

  it('asks once for each group that an address is in', () => {
    const rows = [...securedDataCentre(), membership(4, FACES.far, 1)];
    expect(flowsOf(rows, 'group')).toContain(
      'nw_src=10.0.0.3 actions=load:0x1->NXM_NX_REG13[],resubmit(,75),load:0x2->NXM_NX_REG13[],resubmit(,75)',
    );
  });
});

describe('the contract of a table', () => {
  const flow: Flow = { table: 'INGRESS_VERDICT', priority: 1, feature: 'filtering', match: {} };

  it.each([
    ['where tracked packets go on', { type: 'ct', table: TABLES.ARP.id }, 'may not go on in table 30'],
    [
      'what is written to a connection',
      { type: 'ct', actions: [{ type: 'set_field', field: 'ct_label', value: 1n }] },
      'may not set ct_label',
    ],
  ] as const)('limits %s', (_, action, message) => {
    expect(() => checkContract({ ...flow, actions: [action] })).toThrow(message);
  });
});

describe('rules that cannot be read', () => {
  it('allow nothing, and are said aloud', () => {
    const rows = [...dataCentre(), group(1, 'sg-web', 'tcp:22\nudp:53:10.0.0.1'), membership(1, FACES.local, 1)];
    const { engine } = engineOn(rows);
    expect(flowsOf(engine, 'group')).toContain('tp_dst=53');
    expect(flowsOf(engine, 'group')).not.toContain('tp_dst=22');
    expect(engine.output('warning').get('rules sg-web')?.details).toMatchObject({ group: 'sg-web' });
  });
});

describe('the cost', () => {
  const GROUPS = 10;
  const RULES = 100;
  const MEMBERS = 1_000;
  const rulesOf = (): string => Array.from({ length: RULES }, (_, r) => `tcp:${1000 + r}:sg-g${r % GROUPS}`).join('\n');
  const many = (): TestRow[] => {
    const groups = Array.from({ length: GROUPS }, (_, g) =>
      group(100 + g, `sg-g${g}`, rulesOf(), { trust_members: false }),
    );
    const members = Array.from({ length: MEMBERS }, (_, m) => [
      ...machine(1_000 + m, 1, 0x0a010000 + m, 0x0b0000000000 + m, `m${m}`),
      ...Array.from({ length: GROUPS }, (_, g) => membership(10_000 + m * GROUPS + g, 1_000 + m, 100 + g)),
    ]).flat();
    return [
      ...dataCentre(),
      ...groups,
      ...members,
      ...Array.from({ length: GROUPS }, (_, g) => membership(1 + g, FACES.local, 100 + g)),
    ];
  };

  it('of 1,000 members and 10 groups of 100 rules is the sum of both, and a member or a rule more is a flow or two', () => {
    const { state, engine } = engineOn(many());
    const groupFlows = [...engine.flows()].filter(([, { cookie }]) => featureOf(cookie) === 'group').length;
    // Members, the local interface among them; each rule with its counter, egress too; later fragments, from each group.
    expect(groupFlows).toBe(MEMBERS + 1 + GROUPS * (2 * (RULES + 1) + GROUPS));

    const cost = (what: () => void): { units: number; flows: number } => {
      const before = engine.unitsRun;
      what();
      const { conflicts, flows } = engine.run();
      expect(conflicts).toEqual([]);
      return { units: engine.unitsRun - before, flows: flows.length };
    };
    const newcomer = machine(5_000, 1, 0x0a020000, 0x0c0000000000, 'new');
    const lease = newcomer.find(({ table }) => table === 'ip_lease')!;
    fill(state, newcomer);
    engine.run();
    expect(cost(() => fill(state, [membership(50_000, 5_000, 100)]))).toEqual({ units: 1, flows: 1 });
    // The other unit and flow are those of any address: the answer to ARP.
    const second = { ...lease, row: { ...lease.row, id: 5_001, ipv4_address: 0x0a020001 } };
    expect(cost(() => fill(state, [second]))).toEqual({ units: 2, flows: 2 });
    expect(cost(() => state.delete('interface_security_group', 50_000))).toEqual({ units: 0, flows: 2 });
    // The rule, its counter, and the later fragments of what it allows.
    const rules = `${rulesOf()}\ntcp:7:10.0.0.0/8`;
    expect(cost(() => fill(state, [group(100, 'sg-g0', rules, { trust_members: false })]))).toEqual({
      units: 1,
      flows: 3,
    });
  }, 60_000);
});
