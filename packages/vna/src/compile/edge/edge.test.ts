import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { featureOf } from '../../pipeline/cookies.ts';
import { formatPackedFlow } from '../../pipeline/flow.ts';
import { State } from '../../state/state.ts';
import { Engine, type UnitRun } from '../engine.ts';
import { CONTESTED, edgeRows, FAR, SEEN } from '../test-edge-rows.ts';
import { dataCentre, fill, type TestRow } from '../test-rows.ts';
import { ROOTS, UNITS } from '../units.ts';

function engineOn(rows: readonly TestRow[]): { state: State<UnitRun>; engine: Engine } {
  const dirty = new Set<UnitRun>();
  const state = new State<UnitRun>((unit) => dirty.add(unit));
  fill(state, rows);
  const engine = new Engine(state, dirty, UNITS, ROOTS);
  expect(engine.run().conflicts).toEqual([]);
  return { state, engine };
}

function flowsOf(engine: Engine): string[] {
  return [...engine.flows()]
    .filter(([, { cookie }]) => featureOf(cookie) === 'edge')
    .map(([key, flow]) => formatPackedFlow(key, flow))
    .sort();
}

const changed = (rows: TestRow[], table: string, id: number, values: object): TestRow[] =>
  rows.map((each) =>
    each.table === table && each.row.id === id ? { ...each, row: { ...each.row, ...values } } : each,
  );

const mappingRow = () => site().find(({ table, row }) => table === 'vlan_translation' && row.id === 1)!.row;
const site = (): TestRow[] => [...dataCentre(), ...edgeRows()];

describe('an edge', () => {
  it('has these flows', async () => {
    const { engine } = engineOn(site());
    await expect(flowsOf(engine).join('\n')).toMatchFileSnapshot('../snapshots/edge.txt');
  });

  it('says who is behind it, and asks for the role of each VLAN', () => {
    const { engine } = engineOn(site());
    expect(engine.output('localInterface').get('70')).toMatchObject({ port_name: 'trunk0', claim: 'claim-60 1' });
    expect(engine.output('localMachine').get(String(SEEN))).toMatchObject({ vlan_translation_id: 1 });
    const role = (vlan: number, network: number, alone: boolean) => ({
      about: { vlan, network: `nw-${network}`, port: 'trunk0' },
      ...{ alone, contested: !alone, unfit: null, pledged: false },
    });
    expect([...engine.output('edgeRole')]).toEqual([
      ['1', role(100, 1, true)],
      [String(CONTESTED), role(200, 2, false)],
      ['3', role(300, 1, true)],
    ]);
    expect(engine.output('edgeClaim').get(String(FAR))).toMatchObject({ own: false, vlan_translation_id: null });
  });

  it('leaves the gates of a VLAN to the role, but where nobody else could carry it and the manager has said so', () => {
    const gates = (rows: TestRow[]): string[] =>
      flowsOf(engineOn(rows).engine).filter((flow) => flow.includes('table=16'));
    expect(gates(site())).toHaveLength(2);
    const sole = site().filter(({ table, row }) => table !== 'vlan_translation' || row.id !== 4);
    expect(gates(sole)).toHaveLength(2);
    expect(gates(changed(sole, 'edge_role', 2, { alone: true }))).toHaveLength(3);
  });

  it('leaves contested VLANs to another edge while its trunk is dead, and says so', () => {
    const { engine } = engineOn(changed(site(), 'port', 60, { link_up: false }));
    const unfit = [...engine.output('edgeRole')].filter(([, role]) => role.unfit !== null);
    expect(unfit).toEqual([[String(CONTESTED), expect.objectContaining({ unfit: 'its trunk is dead' })]]);
    expect(engine.output('warning').get('trunk trunk0')?.message).toContain('a trunk is dead');
    expect(engineOn(site()).engine.output('warning').has('trunk trunk0')).toBe(false);
  });

  it('has nobody behind a VLAN that another edge carries, and says when that one cannot know', () => {
    const standby = engineOn(changed(site(), 'edge_role', 1, { vlan_translation_id: 99, datapath_id: 2 }));
    const rival = { ...site().find(({ table, row }) => table === 'vlan_translation' && row.id === 1)! };
    fill(standby.state, [{ ...rival, row: { ...rival.row, id: 99, translation_id: 9 } }]);
    standby.engine.run();
    expect(standby.engine.output('localInterface').has('70')).toBe(false);
    expect(standby.engine.output('edgeClaim').get(String(SEEN))).toMatchObject({ vlan_translation_id: null });
    expect(standby.engine.output('warning').get('edge vt-1')?.message).toContain('another edge carries this VLAN');
  });

  it('says what the model has about VLANs that does nothing', () => {
    const rows = [
      ...changed(site(), 'vlan_translation', 3, { vlan_id: null }),
      { table: 'translation', row: { id: 8, uuid: 'tr-8', mode: 'vnet_edge', interface_id: 11 } },
      { table: 'vlan_translation', row: { ...mappingRow(), id: 8, uuid: 'vt-8', translation_id: 8 } },
      { table: 'interface', row: { id: 92, uuid: 'if-92', mode: 'promiscuous', iface_id: null } },
      {
        table: 'interface_port',
        row: { id: 92, interface_id: 92, datapath_id: null, port_name: 'trunk0', interface_mode: 'promiscuous' },
      },
    ] as const satisfies TestRow[];
    const here = [...engineOn(site()).engine.output('bound').values()].find(({ id }) => id !== 60 && id !== 70)!;
    const placed = rows.map((each) =>
      each.table === 'translation' && each.row.id === 8
        ? { ...each, row: { ...each.row, interface_id: here.id } }
        : each,
    );
    const warnings = engineOn(placed).engine.output('warning');
    expect(warnings.get('translation tr-8')?.message).toContain('this translation does nothing');
    expect(warnings.get('translation tr-8')?.details).toMatchObject({ interface: `if-${here.id}` });
    expect(warnings.get('vlan translation vt-3')?.message).toContain('without a VLAN');
    expect(warnings.get('interface if-92')?.details).toMatchObject({ port: 'trunk0', kept_by: 'if-60' });
    const none = [...engineOn(site()).engine.output('warning').keys()];
    expect(none.filter((key) => /^(translation|vlan translation|interface) /.test(key))).toEqual([]);
  });

  it('drops a MAC that is in several VLANs, wherever it is not known to be, and says so', () => {
    const twice = (dropped: boolean): TestRow[] => [
      ...site(),
      { table: 'edge_twice', row: { id: SEEN, vlans: '100 of trunk0, 300 of trunk0', dropped } },
    ];
    const drop = (rows: TestRow[]): string[] =>
      flowsOf(engineOn(rows).engine).filter((flow) => flow.startsWith('table=28, priority=11,'));
    expect(drop(twice(true))).toEqual(['table=28, priority=11,dl_src=0c:00:00:00:00:01 actions=drop']);
    expect(drop(twice(false))).toEqual([]);
    expect(engineOn(twice(false)).engine.output('warning').get('mac 0c:00:00:00:00:01')?.details).toMatchObject({
      vlans: '100 of trunk0, 300 of trunk0',
    });
  });

  it('has a rival only in an edge that may be plugged, and goes on by itself when the manager has said so', () => {
    const rival = (values: object): TestRow[] => [
      { table: 'translation', row: { id: 2, uuid: 'tr-2', mode: 'vnet_edge', interface_id: 91, ...values } },
      { table: 'interface', row: { id: 91, uuid: 'if-91', mode: 'edge', iface_id: null } },
    ];
    const plug = (datapath: number): TestRow => ({
      table: 'active_interface',
      row: { id: 91, interface_id: 91, datapath_id: datapath, singular: true, claim: 'theirs' },
    });
    const roleOn = (...rows: TestRow[]): unknown => {
      const { alone, contested } = engineOn(rows).engine.output('edgeRole').get(String(CONTESTED)) ?? {};
      return { alone, contested };
    };
    const phantom = [...site(), ...rival({})];
    const pledged = changed(phantom, 'edge_role', 2, { alone: true });
    // Without the manager's word it does not begin, and with it only as long as nobody else can have begun.
    expect(roleOn(...phantom)).toEqual({ alone: true, contested: true });
    expect(roleOn(...pledged)).toEqual({ alone: true, contested: false });
    expect(roleOn(...pledged, plug(2))).toEqual({ alone: false, contested: true });
    expect(roleOn(...changed(pledged, 'port', 60, { claim: 'plugged anew' }))).toEqual({
      alone: true,
      contested: true,
    });
    expect(roleOn(...changed(pledged, 'edge_role', 2, { vlan_translation_id: 4 }))).toEqual({
      alone: true,
      contested: true,
    });
    // Of one that is not known nobody can say where its port is.
    expect(roleOn(...site())).toEqual({ alone: false, contested: true });
    expect(roleOn(...site(), ...rival({ mode: 'static_address' }))).toEqual({ alone: true, contested: true });
    expect([...engineOn(phantom).engine.output('scope').keys()]).toContain('translation/2');
  });

  it('says that its port is not on the bridge, and gives its VLANs up', () => {
    const rows = changed(site(), 'edge_role', 2, { alone: true });
    const { engine } = engineOn(changed(rows, 'port', 60, { name: 'trnk0' }));
    const { message, details } = engine.output('warning').get('no port trunk0')!;
    expect(message).toContain('the port of an edge interface is not on the bridge');
    expect(details).toMatchObject({ port: 'trunk0', interface: 'if-60', remedy: 'ovs-vsctl add-port BRIDGE trunk0' });
    const roles = [...engine.output('edgeRole')].map(([id, { unfit, pledged }]) => [id, unfit, pledged]);
    const unfit = 'its port is not in use';
    expect(roles).toEqual([
      ['1', unfit, false],
      ['2', unfit, true],
      ['3', unfit, false],
    ]);
  });

  it('keeps a machine out that the manager refuses, or that uses the MAC of a virtual machine', () => {
    for (const rows of [
      changed(site(), 'edge_seen', SEEN, { refused: 'somebody’s' }),
      changed(site(), 'mac_lease', 32, { mac_address: SEEN }),
    ]) {
      const flows = flowsOf(engineOn(rows).engine).filter((flow) => flow.includes('0c:00:00:00:00:01'));
      expect(flows.some((flow) => flow.startsWith('table=28') && flow.endsWith('actions=drop'))).toBe(true);
      expect(flows.filter((flow) => flow.includes('goto_table'))).toEqual([]);
    }
  });

  it('makes the same of a state, whatever the way to it: incremental equals recomputed (fuzz)', () => {
    const rows = [...bonded(), { table: 'edge_twice', row: { id: SEEN, vlans: '', dropped: true } } as const];
    const variants = (each: TestRow): (TestRow | undefined)[] => {
      const other = (values: object): TestRow => ({ ...each, row: { ...each.row, ...values } });
      switch (each.table) {
        case 'vlan_translation':
          return [each, undefined, other({ network_id: 2 }), other({ network_id: null, segment_id: 1 })];
        case 'edge_role':
          return [each, undefined, other({ vlan_translation_id: 4, datapath_id: 2 }), other({ alone: true })];
        case 'edge_seen':
          return [each, undefined, other({ vlan_translation_id: 3 }), other({ refused: 'no' })];
        case 'edge_host':
          return [each, undefined, other({ datapath_id: 3 }), other({ refused: 'no' })];
        case 'port':
          return [
            each,
            undefined,
            other({ ofport: null }),
            other({ ofport: 62 }),
            other({ link_up: false }),
            other({ lacp_current: false }),
            other({ bond: null }),
          ];
        case 'mac_lease':
          return [each, undefined, other({ mac_address: SEEN }), other({ mac_address: FAR })];
        default:
          return [each, undefined];
      }
    };
    const change = fc.nat(rows.length - 1).chain((index) => {
      const each = rows[index]!;
      return fc.constantFrom(...variants(each)).map((to) => ({ table: each.table, id: each.row.id, to }));
    });
    const all = (engine: Engine): string[] =>
      [...engine.flows()].map(([key, flow]) => formatPackedFlow(key, flow)).sort();
    fc.assert(
      fc.property(fc.array(fc.array(change, { minLength: 1, maxLength: 6 }), { maxLength: 8 }), (steps) => {
        const { state, engine } = engineOn(rows);
        const present = new Map(rows.map((each) => [`${each.table} ${each.row.id}`, each]));
        for (const step of steps) {
          for (const { table, id, to } of step) {
            if (to) {
              fill(state, [to]);
              present.set(`${table} ${id}`, to);
            } else {
              state.delete(table, id);
              present.delete(`${table} ${id}`);
            }
          }
          engine.run();
        }
        const dirty = new Set<UnitRun>();
        const fresh = new State<UnitRun>((unit) => dirty.add(unit));
        fill(fresh, [...present.values()]);
        const again = new Engine(fresh, dirty, UNITS, ROOTS);
        again.run();
        expect(all(engine)).toEqual(all(again));
        expect(engine.units).toBe(again.units);
      }),
      { numRuns: process.env['VNET_FUZZ'] === 'full' ? 5_000 : 200, seed: 20261121 },
    );
  }, 600_000);
});

/** The trunk as a bond of two links, 60 and 61. */
function bonded(second: object = {}, first: object = {}): TestRow[] {
  const bond = { bond: 'trunk0', bond_claim: 'claim-bond', bond_mode: 'balance', lacp: 'fallback', lacp_current: true };
  const rows = changed(site(), 'port', 60, { ...bond, name: 't1', ...first });
  const link = site().find(({ table, row }) => table === 'port' && row.id === 60)!;
  const other = { ...link.row, ...bond, id: 61, name: 't2', ofport: 61, claim: 'claim-61', ...second };
  return [...rows, { ...link, row: other }];
}

describe('an edge of several links', () => {
  const TRUNK_GROUP = 0x10000 + 60;
  const announced = (engine: Engine): Set<number> =>
    new Set(
      [...engine.output('announcement').values()].filter(({ vlan }) => vlan !== undefined).map(({ port }) => port),
    );

  it('is one port: the name, the claim and the numbers are those of the bond, whichever link is in use', () => {
    for (const rows of [bonded(), bonded({}, { link_up: false }), bonded({ link_up: false })]) {
      const { engine } = engineOn(rows);
      const edge = { port_name: 'trunk0', port_number: 60, claim: 'claim-bond' };
      expect(engine.output('localInterface').get('60')).toMatchObject(edge);
      expect(engine.output('localInterface').get('70')).toMatchObject({ ...edge, claim: 'claim-bond 1' });
      expect(engine.output('localMachine').get(String(SEEN))).toMatchObject({ port_name: 'trunk0' });
      expect([...engine.output('meter').keys()].filter((id) => id === '61')).toEqual([]);
      expect([...engine.output('scope').keys()]).toContain('port/trunk0');
      expect([...engine.output('warning').keys()].filter((key) => key.startsWith('port t'))).toEqual([]);
    }
  });

  it('takes from all links in use, and gives nothing back by another one', () => {
    const { engine } = engineOn(bonded());
    const flows = flowsOf(engine).join('\n');
    expect(flows).toMatch(/in_port=60 actions=load/);
    expect(flows).toMatch(/in_port=61 actions=load/);
    expect(flows).toMatch(/reg1=0x40000001,reg2=0x40000001 actions=drop/);
    expect(flows).not.toMatch(/output:6[01]/);
    expect(engine.output('group').get(String(TRUNK_GROUP))).toEqual({
      id: TRUNK_GROUP,
      type: 'select',
      ports: [60, 61],
    });
  });

  it('takes nothing from the others where one is used at a time, and announces on that one', () => {
    const backup = { lacp: null, bond_mode: 'backup' };
    const { engine } = engineOn(bonded(backup, backup));
    expect(flowsOf(engine).join('\n')).toMatch(/in_port=61 actions=drop/);
    expect(announced(engine)).toEqual(new Set([60]));
    const other = engineOn(bonded(backup, { ...backup, link_up: false })).engine;
    expect(flowsOf(other).join('\n')).toMatch(/in_port=60 actions=drop/);
    expect(announced(other)).toEqual(new Set([61]));
  });

  it('is said to people, and is a port as any other without the second link', () => {
    expect(engineOn(bonded()).engine.output('bond').get(String(TRUNK_GROUP))).toMatchObject({
      kind: 'trunk',
      name: 'trunk0',
      mode: 'all links',
    });
    const { state, engine } = engineOn(bonded());
    state.delete('port', 61);
    engine.run();
    expect(engine.output('bond').size + engine.output('group').size).toBe(0);
    expect(flowsOf(engine).join('\n')).toMatch(/output:60/);
    expect(engine.output('localInterface').get('60')).toMatchObject({ port_name: 'trunk0', claim: 'claim-bond' });
  });
});

describe('an edge of a segment with promiscuous interfaces', () => {
  it('asks the agent about machines of its VLANs that turn up behind them, here and elsewhere', () => {
    const segment = dataCentre().find(({ table, row }) => table === 'interface_segment' && row['static'] === true)?.row[
      'segment_id'
    ] as number;
    const into = { network_id: null, segment_id: segment };
    // Interface 60, which is promiscuous there, is the edge here.
    const rows: TestRow[] = [
      ...changed(changed(changed(site(), 'vlan_translation', 1, into), 'edge_role', 1, into), 'edge_host', 2, into),
      { table: 'interface', row: { id: 93, uuid: 'if-93', mode: 'promiscuous', iface_id: null } },
      { table: 'interface_segment', row: { id: 93, interface_id: 93, segment_id: segment, static: true } },
    ];
    const seen = changed(rows, 'edge_seen', SEEN, { key: 0x80000000 + segment });
    const asks = flowsOf(engineOn(seen).engine).filter((flow) => flow.startsWith('table=35,'));
    expect(asks.map((flow) => /(reg0=\S+?,)?dl_src=[0-9a-f:]+/.exec(flow)?.[0]).sort()).toEqual([
      'dl_src=0c:00:00:00:00:01',
      expect.stringMatching(/^reg0=.*dl_src=0c:00:00:00:00:02$/),
    ]);
    expect(asks.every((flow) => flow.endsWith('goto_table:80'))).toBe(true);
  });

  it('does not contradict them', () => {
    const promiscuous = dataCentre().find(({ table, row }) => table === 'interface_segment' && row['static'] === true);
    const segment = promiscuous?.row['segment_id'];
    expect(segment).toBeDefined();
    const rows = changed(site(), 'vlan_translation', 3, { network_id: null, segment_id: segment });
    const { engine } = engineOn(rows);
    expect([...engine.output('edgeRole').keys()]).toContain('3');
  });
});

describe('a declared machine of a segment behind an edge', () => {
  it('is reached by neighbours as it is', () => {
    const place = { network_id: null, segment_id: 1 };
    const rows = changed(changed(site(), 'vlan_translation', 1, place), 'edge_role', 1, place);
    const { engine } = engineOn(
      changed(rows, 'mac_lease', 70, { segment_id: 1 }).filter(
        ({ table, row }) => table !== 'ip_lease' || row.id !== 70,
      ),
    );
    const lines = [...engine.flows()].map(([key, flow]) => formatPackedFlow(key, flow));
    expect(lines.filter((line) => line.startsWith('table=10') && line.includes('dl_dst=0a:00:00:00:00:70'))).toEqual([
      expect.stringContaining('write_metadata:0x80000001/0xffffffff,goto_table:40'),
    ]);
  });
});
