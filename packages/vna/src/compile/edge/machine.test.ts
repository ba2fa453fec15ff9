import { describe, expect, it } from 'vitest';
import { formatPackedFlow } from '../../pipeline/flow.ts';
import { State } from '../../state/state.ts';
import { Engine, type UnitRun } from '../engine.ts';
import { edgeRows } from '../test-edge-rows.ts';
import { dataCentre, fill, machine, type TestRow } from '../test-rows.ts';
import { group, membership } from '../test-security-rows.ts';
import { ROOTS, UNITS } from '../units.ts';

function engineOn(rows: readonly TestRow[]): { state: State<UnitRun>; engine: Engine } {
  const dirty = new Set<UnitRun>();
  const state = new State<UnitRun>((unit) => dirty.add(unit));
  fill(state, rows);
  const engine = new Engine(state, dirty, UNITS, ROOTS);
  expect(engine.run().conflicts).toEqual([]);
  return { state, engine };
}

function flows(engine: Engine, table: number, part = ''): string[] {
  return [...engine.flows()]
    .map(([key, flow]) => formatPackedFlow(key, flow))
    .filter((line) => line.startsWith(`table=${table},`) && line.includes(part));
}

/** The declared machine of `edgeRows`, and a group that it is in. */
const MACHINE = 70;
const FACE = '0x46';
const VLAN_END = '0x40000001';
const GROUP = group(5, 'sg-legacy', 'tcp:22:10.0.0.1');
const secured = (): TestRow[] => [...dataCentre(), ...edgeRows(), GROUP, membership(1, MACHINE, 5)];

describe('a declared legacy machine', () => {
  it('is judged as an interface, and is its VLAN before and after', () => {
    const { engine } = engineOn(secured());
    const sends = flows(engine, 28, 'dl_src=0a:00:00:00:00:70').filter((line) => line.includes('priority=200'));
    expect(sends).toHaveLength(4);
    for (const flow of sends) expect(flow).toContain(`actions=load:${FACE}->NXM_NX_REG1[],resubmit(,21)`);
    expect(flows(engine, 21, `ip,reg1=${FACE}`)).toEqual([expect.stringContaining('ct(table=22,zone=32838)')]);
    expect(flows(engine, 30, `priority=301,reg1=${FACE}`)).toEqual([
      expect.stringContaining(`actions=load:${VLAN_END}->NXM_NX_REG1[],resubmit(,30)`),
    ]);
    expect(flows(engine, 70, `ip,reg2=${FACE}`)).toEqual([expect.stringContaining('ct(table=71,zone=32838)')]);
    expect(flows(engine, 79, `reg2=${FACE}`)).toEqual([
      expect.stringContaining(`actions=load:${VLAN_END}->NXM_NX_REG2[],goto_table:81`),
    ]);
    expect([...engine.output('zone').keys()]).toEqual(['32838']);
  });

  it('is judged by its address in frames to all of the VLAN as well, while it is filtered', () => {
    const toAll = `ip,reg2=${VLAN_END},nw_dst=10.0.0.100`;
    expect(flows(engineOn(secured()).engine, 70, toAll)).toEqual([
      expect.stringContaining(`actions=load:${FACE}->NXM_NX_REG2[],resubmit(,70)`),
    ]);
    const { engine } = engineOn([...dataCentre(), ...edgeRows()]);
    expect(flows(engine, 70, toAll)).toEqual([]);
    expect(flows(engine, 70, FACE)).toEqual([]);
  });

  it('lets nothing in while it is to be filtered and its group is not known', () => {
    const unknown = secured().filter(({ table }) => table !== 'security_group');
    const { engine } = engineOn(unknown);
    expect(flows(engine, 70, `ip,reg2=${FACE}`)).toEqual([expect.stringContaining('ct(table=71')]);
    expect(flows(engine, 75, 'reg12=0x5')).toEqual([]);
  });
});

describe('the conntrack zones of declared legacy machines', () => {
  const ZONES = 0x8000;
  const twin = (id: number, address: number): TestRow[] => machine(id, 1, address, 0x0a0000100000 + id, 'trunk0');
  const zonesOf = (engine: Engine): (number | undefined)[] =>
    [MACHINE, MACHINE + ZONES, MACHINE + 1].map((id) => engine.output('bound').get(String(id))?.zone);
  const [FIRST, SECOND] = [twin(MACHINE + ZONES, 0x0a000065), twin(MACHINE + 1, 0x0a000066)];

  it('are different, whatever the ids and the order in which they come', () => {
    const all = [...dataCentre(), ...edgeRows()];
    const { state, engine } = engineOn(all);
    for (const rows of [FIRST, SECOND]) {
      fill(state, rows);
      expect(engine.run().conflicts).toEqual([]);
    }
    const zones = zonesOf(engine);
    expect(new Set(zones).size).toBe(3);
    expect(zones[0]).toBe(ZONES + MACHINE);
    expect(zonesOf(engineOn([...all, ...SECOND, ...FIRST]).engine)).toEqual(zones);
    for (const zone of zones) expect(zone).toBeGreaterThanOrEqual(ZONES);
  });

  it('are free again for others when a machine goes', () => {
    const { state, engine } = engineOn([...dataCentre(), ...edgeRows(), ...FIRST]);
    expect(zonesOf(engine)[1]).toBe(ZONES + MACHINE + 1);
    state.delete('interface_port', MACHINE);
    engine.run();
    expect(zonesOf(engine)).toEqual([undefined, ZONES + MACHINE, undefined]);
  });
});
