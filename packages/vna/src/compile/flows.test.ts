import { describe, expect, it } from 'vitest';
import { featureOf, type Feature } from '../pipeline/cookies.ts';
import { checkContract, formatPackedFlow, PipelineError, type Flow } from '../pipeline/flow.ts';
import { State } from '../state/state.ts';
import { Engine, type UnitRun } from './engine.ts';
import { dataCentre, fill, location, type TestRow } from './test-rows.ts';
import { ROOTS, UNITS } from './units.ts';

function engineOn(rows: readonly TestRow[]): Engine {
  const dirty = new Set<UnitRun>();
  const state = new State<UnitRun>((unit) => dirty.add(unit));
  fill(state, rows);
  const engine = new Engine(state, dirty, UNITS, ROOTS);
  expect(engine.run().conflicts).toEqual([]);
  return engine;
}

/** The flows of a feature as `ovs-ofctl dump-flows` would print them, sorted. */
function flowsOf(engine: Engine, feature: Feature): string {
  return [...engine.flows()]
    .filter(([, { cookie }]) => featureOf(cookie) === feature)
    .map(([key, flow]) => formatPackedFlow(key, flow))
    .sort()
    .map((line) => `${line}\n`)
    .join('');
}

const changed = (rows: TestRow[], table: string, id: number, values: object): TestRow[] =>
  rows.map((each) =>
    each.table === table && each.row.id === id ? { ...each, row: { ...each.row, ...values } } : each,
  );
const without = (rows: TestRow[], table: string, id: number): TestRow[] =>
  rows.filter((each) => each.table !== table || each.row.id !== id);

describe('the flows of three hosts and two tenants with the same addresses', () => {
  const engine = engineOn(dataCentre());

  it.each(['host', 'port', 'endpoint', 'network', 'flood', 'peer', 'pipeline', 'segment'] as const)(
    '%s',
    async (feature) => {
      await expect(flowsOf(engine, feature)).toMatchFileSnapshot(`snapshots/${feature}.txt`);
    },
  );

  it('hand packets to the agent in one table only, each through the meter of its port', () => {
    const punts = [...engine.flows()]
      .map(([key, flow]) => formatPackedFlow(key, flow))
      .filter((line) => line.includes('CONTROLLER'));
    expect(punts.length).toBeGreaterThan(0);
    for (const line of punts) expect(line).toMatch(/^table=80.*meter:\d+,/);
  });

  it('asks for the scopes of what its ports can reach, and no others', () => {
    expect([...engine.output('scope').keys()].sort()).toEqual([
      'datapath/1',
      'dpid/0x0000000000000001',
      'network/1',
      'network/101',
      'network/2',
      'node/node1',
      'port/open',
      'port/vm31',
      'port/vm41',
      'port/vm51',
      'port/vm61',
      'segment/1',
      'segment/2',
    ]);
  });
});

describe('the host alone', () => {
  it('has its own traffic before any manager has said anything', () => {
    const alone = dataCentre().filter(({ table }) => table === 'self' || table === 'port');
    const engine = engineOn(alone.filter(({ row }) => row.id < 10));
    expect(flowsOf(engine, 'host')).toContain('in_port=LOCAL actions=output:1');
    expect(flowsOf(engine, 'host')).toContain('in_port=1 actions=load:0x1->NXM_NX_REG0[0],goto_table:10');
    expect(flowsOf(engine, 'port')).toBe('');
    expect([...engine.output('warning').keys()]).toEqual(['no datapath']);
  });

  it('says when the uplink has the MAC of the local port on the userspace datapath', () => {
    const mac = 0x525400000001;
    const same = changed(dataCentre(), 'port', 1, { mac });
    expect([...engineOn(same).output('warning').keys()]).toEqual(['uplink mac eth0']);
    expect([
      ...engineOn(changed(same, 'self', 1, { userspace: false }))
        .output('warning')
        .keys(),
    ]).toEqual([]);
  });

  it('waits when the record has this dpid and another node', () => {
    const engine = engineOn(changed(dataCentre(), 'datapath', 1, { node_id: 'other' }));
    expect(engine.output('warning').get('no datapath')?.details['remedy']).toContain('start vna with --node-id other');
    expect(flowsOf(engine, 'network')).not.toContain('table=10');
  });
});

describe('transport', () => {
  it('follows the physical network of the peer', () => {
    const neighbour = engineOn(dataCentre());
    expect(flowsOf(neighbour, 'peer')).toMatch(
      /reg3=0x2 actions=load:0x1->NXM_NX_REG4\[0\.\.7\],check_pkt_larger\(1514\)/,
    );
    const moved = engineOn(changed(dataCentre(), 'ip_lease', 2, { network_id: 102, ipv4_address: 0xc0a90002 }));
    expect(flowsOf(moved, 'peer')).toMatch(/reg3=0x2 actions=.*192\.169\.0\.2->tun_dst/);
  });

  it('is not needed towards a datapath without an address: nothing is sent', () => {
    const engine = engineOn(without(dataCentre(), 'ip_lease', 2));
    expect(flowsOf(engine, 'peer')).not.toContain('reg3=0x2');
    expect(flowsOf(engine, 'flood')).not.toContain('reg5=0x40000000');
  });

  it('floods only to peers where the network is in use', () => {
    const engine = engineOn(without(dataCentre(), 'active_network', 12));
    expect(
      flowsOf(engine, 'flood').match(/table=52.*metadata=0x1.*reg5=0x40000000|reg5=0x40000000.*metadata=0x1/g),
    ).toBeNull();
  });
});

describe('an uplink of several links', () => {
  const member = { role: 'plain', uplink: true, bond: 'bond0', bond_mode: 'backup', lacp: 'fallback' };
  const both = (values: object, second: object = {}): TestRow[] => [
    ...changed(dataCentre(), 'port', 1, { ...member, ...values }),
    ...changed(dataCentre(), 'port', 1, { ...member, ...values, id: 5, name: 'eth1', ofport: 5, ...second }).filter(
      ({ table, row }) => table === 'port' && row.id === 5,
    ),
  ];
  const group = (rows: TestRow[]) => engineOn(rows).output('group').get('1');

  it('sends through a group, whatever it is that leaves', () => {
    const engine = engineOn(both({ lacp_current: true }));
    for (const feature of ['host', 'flood'] as const) {
      expect(flowsOf(engine, feature)).toMatch(/group:1/);
      expect(flowsOf(engine, feature)).not.toMatch(/output:1\b/);
    }
  });

  it('spreads over its links with an LACP partner, and takes what comes from all', () => {
    expect(group(both({ lacp_current: true }))).toEqual({ id: 1, type: 'select', ports: [1, 5] });
    expect(group(both({ lacp: null, bond_mode: 'balance' }))).toMatchObject({ type: 'select' });
    expect(flowsOf(engineOn(both({ lacp_current: true })), 'host')).toMatch(/in_port=5 actions=load/);
  });

  it('falls back to one link at a time without an LACP partner, and takes nothing from the other', () => {
    expect(group(both({}))).toEqual({ id: 1, type: 'fast_failover', ports: [1, 5] });
    expect(flowsOf(engineOn(both({})), 'host')).toMatch(/in_port=5 actions=drop/);
    expect(group(both({ lacp: 'strict' }))).toMatchObject({ type: 'select' });
  });

  it('uses one of several single ports at a time', () => {
    expect(group(both({ bond: null, bond_mode: null, lacp: null }))).toMatchObject({ type: 'fast_failover' });
  });

  it('takes nothing from a link that LACP does not have in use, and takes it into use as soon as LACP asks', () => {
    const second = (lacp_current: boolean | null, first: object = { lacp_current: true }) =>
      engineOn(both({ lacp_current: true }, { ...first, lacp_current }));
    expect(flowsOf(second(false), 'host')).toMatch(/in_port=5 actions=drop/);
    expect(flowsOf(second(null), 'host')).toMatch(/in_port=5 actions=load/);
    expect(second(null).output('bond').get('1')?.links[1]).toEqual({
      name: 'eth1',
      state: 'LACP asking',
      in_use: false,
    });
    // Without a partner the link is used on which LACP has given up, which OVS uses.
    const fallback = engineOn(both({ lacp_current: null }, { lacp_current: false }));
    expect(fallback.output('group').get('1')).toEqual({ id: 1, type: 'fast_failover', ports: [5, 1] });
    expect([...fallback.output('warning').keys()]).toEqual(['link eth1']);
    expect(group(both({ lacp_current: null }, { lacp_current: null }))?.type).toBe('select');
  });

  it('is not taken for one with a partner because of a link that is down', () => {
    const down = both({ lacp_current: true, link_up: false }, { link_up: true, lacp_current: false });
    expect(group(down)).toMatchObject({ type: 'fast_failover', ports: [5, 1] });
  });

  it('takes the next link when one is down, and says so', () => {
    const engine = engineOn(both({ link_up: false }, { link_up: true }));
    expect(engine.output('group').get('1')?.ports).toEqual([5, 1]);
    expect(engine.output('warning').get('link eth0')?.details).toMatchObject({ state: 'down', in_use: 'eth1' });
    expect(flowsOf(engine, 'host')).toMatch(/in_port=1 actions=drop/);
  });

  it('is said to people as it is', () => {
    const said = (rows: TestRow[]) => engineOn(rows).output('bond').get('1');
    expect(said(both({ lacp_current: true }))).toEqual({
      kind: 'uplink',
      name: 'bond0',
      mode: 'all links',
      lacp: true,
      fallback: 'active-backup',
      links: [
        { name: 'eth0', state: 'up', in_use: true },
        { name: 'eth1', state: 'up', in_use: true },
      ],
    });
    expect(said(both({ lacp: 'strict' }))).toMatchObject({ mode: 'all links', fallback: 'none' });
    const single = said(both({ bond: null, bond_mode: null, lacp: null }, { ofport: null }));
    expect(single).toMatchObject({ name: 'eth0+eth1', mode: 'one link at a time', lacp: false, fallback: null });
    expect(single?.links.map(({ state, in_use }) => [state, in_use])).toEqual([
      ['up', true],
      ['not opened', false],
    ]);
    expect(engineOn(dataCentre()).output('bond').size).toBe(0);
  });

  it('may be named by the bond', () => {
    const named = changed(both({ uplink: false, lacp_current: true }), 'interface_port', 1, { port_name: 'bond0' });
    expect(group(named)).toMatchObject({ ports: [1, 5] });
  });
});

describe('an interface that lives elsewhere', () => {
  it('is left alone on the port that has lost it, until the port is plugged anew', () => {
    const lost = [
      ...without(dataCentre(), 'active_interface', 31),
      location(31, 1, null, 'claim-31'),
      location(99, 2),
    ].map((each) => (each.row.id === 99 ? { ...each, row: { ...each.row, interface_id: 31 } } : each));
    const engine = engineOn(lost);
    expect(engine.output('warning').get('port vm31')?.message).toContain('moved to another host');
    expect(flowsOf(engine, 'port')).not.toContain('in_port=31');
    expect(engine.output('localInterface').get('31')).toMatchObject({ claim: 'claim-31' });
    expect(engine.output('localNetwork').has('1')).toBe(false);

    const replugged = engineOn(changed(lost, 'port', 31, { claim: 'new' }));
    expect(flowsOf(replugged, 'port')).toContain('in_port=31');
  });
});

describe('the contract of a table', () => {
  const flow: Flow = { table: 'TUNNEL', priority: 1, feature: 'network', match: {} };
  it.each([
    ['matches', { match: { eth_src: 1 } }, 'may not match eth_src'],
    ['sets', { actions: [{ type: 'set_field', field: 'eth_dst', value: 1 }] }, 'may not set eth_dst'],
    ['next tables', { goto: 'PUNT' }, 'may not go to PUNT'],
    ['the direction', { table: 'LEARN', goto: 'UPLINK' }, 'may not go back to UPLINK'],
    ['resubmits', { actions: [{ type: 'resubmit', table: 80 }] }, 'may not resubmit to table 80'],
    ['outputs', { actions: [{ type: 'output', port: 1 }] }, 'may not put packets out'],
  ] as const)('limits %s', (_, change, message) => {
    expect(() => checkContract({ ...flow, ...change })).toThrow(PipelineError);
    expect(() => checkContract({ ...flow, ...change })).toThrow(message);
  });
});
