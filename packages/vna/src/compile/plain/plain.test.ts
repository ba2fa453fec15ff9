import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { featureOf } from '../../pipeline/cookies.ts';
import { formatPackedFlow, parseFlowKey } from '../../pipeline/flow.ts';
import { State } from '../../state/state.ts';
import { Engine, type UnitRun } from '../engine.ts';
import { OUTPUT_KINDS } from '../emit.ts';
import { edgeRows, FAR, SEEN } from '../test-edge-rows.ts';
import { dataCentre, fill, location, machine, plainRows, type TestRow } from '../test-rows.ts';
import { securedDataCentre } from '../test-security-rows.ts';
import { ROOTS, UNITS } from '../units.ts';

function engineOn(rows: readonly TestRow[]): { state: State<UnitRun>; engine: Engine } {
  const dirty = new Set<UnitRun>();
  const state = new State<UnitRun>((unit) => dirty.add(unit));
  fill(state, rows);
  return { state, engine: new Engine(state, dirty, UNITS, ROOTS) };
}

function compiled(rows: readonly TestRow[]): Engine {
  const { engine } = engineOn(rows);
  expect(engine.run().conflicts).toEqual([]);
  return engine;
}

const changed = (rows: readonly TestRow[], table: string, id: number, values: object): TestRow[] =>
  rows.map((each) =>
    each.table === table && each.row.id === id ? { ...each, row: { ...each.row, ...values } } : each,
  );
const without = (rows: readonly TestRow[], table: string, id: number): TestRow[] =>
  rows.filter((each) => each.table !== table || each.row.id !== id);

const centre = (): TestRow[] => plainRows(dataCentre());
const site = (): TestRow[] => plainRows([...dataCentre(), ...edgeRows()]);

const lines = (engine: Engine): string[] =>
  [...engine.flows()].map(([key, flow]) => formatPackedFlow(key, flow)).sort();
const ofFeature = (engine: Engine, feature: string): string[] =>
  [...engine.flows()]
    .filter(([, { cookie }]) => featureOf(cookie) === feature)
    .map(([key, flow]) => formatPackedFlow(key, flow))
    .sort();
/** Flows that stand while a role is here. */
const gates = (engine: Engine): string[] =>
  [...engine.output('gate').values()].map(({ flow }) => formatPackedFlow(flow.key, flow)).sort();
const inTable = (engine: Engine, id: number, part: string): string[] =>
  lines(engine).filter((line) => line.startsWith(`table=${id},`) && line.includes(part));

describe('the flows of a plain switch in a data centre of three', () => {
  it.each(['host', 'port', 'endpoint', 'network', 'segment', 'flood', 'pipeline'])('%s', async (feature) => {
    const text = ofFeature(compiled(centre()), feature).map((line) => `${line}\n`);
    await expect(text.join('')).toMatchFileSnapshot(`snapshots/${feature}.txt`);
  });

  it('edge', async () => {
    const engine = compiled(site());
    const text = [...ofFeature(engine, 'edge'), '', 'while the role of a VLAN is here:', ...gates(engine)];
    await expect(text.join('\n')).toMatchFileSnapshot('snapshots/edge.txt');
  });

  it('drop a MAC that is in several VLANs, wherever it is not known to be', () => {
    const row = { id: SEEN, vlans: '100 of trunk0, 300 of trunk0', dropped: true };
    const engine = compiled([...site(), { table: 'edge_twice', row }]);
    expect(inTable(engine, 2, 'priority=11,')).toEqual([
      'table=2, priority=11,metadata=0x4000000000000000/0x4000000000000000,dl_src=0c:00:00:00:00:01 actions=drop',
    ]);
  });

  it('ask the agent about machines of VLANs that turn up behind promiscuous ports, and nobody about those in VLANs', () => {
    const into = { network_id: null, segment_id: 2 };
    const mapped = changed(changed(site(), 'vlan_translation', 1, into), 'edge_role', 1, into);
    const rows = changed(mapped, 'edge_host', 2, into);
    const engine = compiled([
      ...changed(rows, 'edge_seen', SEEN, { key: 0x80000002 }),
      // Interface 60, which is promiscuous there, is the edge here.
      { table: 'interface', row: { id: 93, uuid: 'if-93', mode: 'promiscuous', iface_id: null } },
      { table: 'interface_segment', row: { id: 93, interface_id: 93, segment_id: 2, static: true } },
    ]);
    const toAgent = inTable(engine, 2, 'priority=61,').map((line) => /metadata=\S+dl_src=\S+/.exec(line)?.[0]);
    expect(toAgent).toEqual([
      'metadata=0x80000002/0x40000000ffffffff,dl_src=0c:00:00:00:00:01',
      'metadata=0x80000002/0xc0000000ffffffff,dl_src=0c:00:00:00:00:02',
    ]);
  });

  it('are none of the other pipeline, and the other way round', () => {
    const tables = (rows: readonly TestRow[]): Set<number> =>
      new Set([...compiled(rows).flows()].map(([key]) => parseFlowKey(key).table));
    expect(Math.max(...tables(site()))).toBe(5);
    expect(Math.max(...tables([...dataCentre(), ...edgeRows()]))).toBeGreaterThan(5);
    expect([...compiled(centre()).output('pipeline').values()]).toEqual(['plain']);
  });
});

describe('a plain switch', () => {
  it('of which no record is known gets nothing without OVSDB, and with it what an Open vSwitch gets', () => {
    const unknown = (remote: boolean): Engine =>
      compiled(changed(without(centre(), 'datapath', 1), 'self', 1, { remote }));
    expect([unknown(true).flowCount, unknown(true).output('pipeline').size]).toEqual([0, 0]);
    expect(unknown(true).output('warning').has('no datapath')).toBe(true);
    expect([...unknown(false).output('pipeline').values()]).toEqual(['ovs']);
  });

  it('names the peers that it does not reach, once', () => {
    const warnings = [...compiled(centre()).output('warning')].filter(([subject]) => subject.startsWith('peer'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.[1].message).toContain('by GRE only');
    expect(warnings[0]?.[1].details['datapath']).toBe('dp-3');
  });

  it('uses one link of the uplink, and says so', () => {
    const second = { ...centre().find(({ table, row }) => table === 'port' && row.id === 1)! };
    const engine = compiled([...centre(), { ...second, row: { ...second.row, id: 5, name: 'eth1', ofport: 5 } }]);
    expect(engine.output('group').size).toBe(0);
    const [warning] = [...engine.output('warning')].filter(([subject]) => subject.startsWith('links '));
    expect(warning?.[1].details).toMatchObject({ links: 'eth0, eth1', used: 'eth0' });
    expect(inTable(engine, 0, 'in_port=5 ')).toEqual(['table=0, priority=100,in_port=5 actions=drop']);
  });

  it('without a local port carries no traffic of a host', () => {
    expect(ofFeature(compiled(without(centre(), 'port', 3)), 'host')).toEqual([]);
  });

  it('without meters sends to the agent without them', () => {
    const engine = compiled(changed(site(), 'abilities', 1, { meters: false }));
    expect(engine.output('meter').size).toBe(0);
    expect(lines(engine).filter((line) => line.includes('meter:'))).toEqual([]);
    expect(lines(engine).filter((line) => line.includes('CONTROLLER')).length).toBeGreaterThan(0);
  });

  it('does not connect an interface with security groups or filters', () => {
    const secured = plainRows(securedDataCentre());
    const engine = compiled(secured);
    for (const [port, interfaceId] of [
      ['vm31', 31],
      ['vm41', 41],
    ] as const) {
      const warning = engine.output('warning').get(`filtered if-${interfaceId}`);
      expect(warning).toMatchObject({ level: 'error', details: { port, interface: `if-${interfaceId}` } });
      expect(inTable(engine, 0, `in_port=${interfaceId}`)).toEqual([]);
      expect(lines(engine).filter((line) => line.includes(`output:${interfaceId}`))).toEqual([]);
    }
    expect(inTable(engine, 0, 'in_port=51')).not.toEqual([]);
  });

  it('refuses a list that does not fit into one flow, and goes on with the rest', () => {
    const ports = Array.from({ length: 4_200 }, (_, i) => {
      const id = 10_000 + i;
      const port = centre().find(({ table, row }) => table === 'port' && row.id === 31)!;
      return [
        ...machine(id, 1, 0x0a010000 + i, 0x0b0000000000 + i, `x${id}`),
        { ...port, row: { ...port.row, id, name: `x${id}`, ofport: id, claim: `claim-${id}` } },
      ];
    }).flat();
    const { engine } = engineOn([...centre(), ...ports]);
    const { conflicts } = engine.run();
    expect(conflicts).toHaveLength(1);
    expect(conflicts[0]).toMatch(/table=3 .*4202 destinations.*not written/);
    expect([...engine.flows()].length).toBe(engine.flowCount - 1);
  });

  it('runs a handful of units for one machine more, however many there are', () => {
    const many = Array.from({ length: 5_000 }, (_, i) => [
      ...machine(1000 + i, 1, 0x0a010000 + i, 0x0b0000000000 + i, `x${i}`),
      location(1000 + i, 2),
    ]).flat();
    const { state, engine } = engineOn([...centre(), ...many]);
    engine.run();
    const before = engine.unitsRun;
    fill(state, [...machine(20_000, 1, 0x0a020000, 0x0c0000000000, 'y'), location(20_000, 2)]);
    expect(engine.run().flows).toHaveLength(1);
    expect(engine.unitsRun - before).toBeLessThanOrEqual(3);
  });
});

describe('the edge of a plain switch', () => {
  it('says who is behind it as the other pipeline does', () => {
    const kinds = ['localInterface', 'localMachine', 'edgeRole', 'edgeClaim', 'announcement', 'scope'] as const;
    const said = (rows: readonly TestRow[]): unknown => {
      const engine = compiled(rows);
      return kinds.map((kind) => [...engine.output(kind)].sort(([a], [b]) => (a < b ? -1 : 1)));
    };
    expect(said(site())).toEqual(said([...dataCentre(), ...edgeRows()]));
  });

  it('has copies for contested VLANs while their roles are here, beside those of the others', () => {
    const both = changed(site(), 'vlan_translation', 4, { network_id: 1, vlan_id: 100 });
    const engine = compiled(changed(both, 'edge_role', 1, { alone: false }));
    const lists = gates(engine).filter((line) => line.includes('pop_vlan'));
    expect(lists.filter((line) => line.includes('metadata=0x1/0xffffffff'))).toEqual([
      expect.stringMatching(/^table=4, priority=200.*4196.*4396/),
    ]);
    expect(inTable(engine, 4, 'metadata=0x1/0xffffffff,vlan_tci=0x0000/0x1fff')).toEqual([
      expect.not.stringContaining('4196'),
    ]);
    expect(inTable(engine, 1, '0x4000000100000001')).toEqual([]);
  });

  it('keeps a machine out that is refused, and finds one behind another edge', () => {
    const refused = compiled(changed(site(), 'edge_seen', SEEN, { refused: 'somebody’s' }));
    expect(lines(refused).filter((line) => line.includes('0c:00:00:00:00:01'))).toEqual([
      expect.stringMatching(/^table=2,.*actions=drop$/),
    ]);
    expect(FAR).toBe(0x0c0000000002);
    expect(inTable(compiled(site()), 3, 'dl_dst=0c:00:00:00:00:02')).toEqual([
      expect.stringMatching(/metadata=0x1\/0x80000000ffffffff.*output:1$/),
    ]);
  });
});

/** Class of the fields, instructions, and actions, that OpenFlow 1.3 itself has: by their numbers in it, in the bytes that are sent. */
const BASIC = 0x8000;
const INSTRUCTIONS = { goto_table: 1, write_metadata: 2, apply_actions: 4, meter: 6 };
const ACTIONS = { output: 0, push_vlan: 17, pop_vlan: 18, set_field: 25 };
const FIRST_ACTION = 8;
const ACTION_HEADER = 4;

/** Structures that begin with a type and a length, of 16 bits each. */
function* structures(bytes: Buffer): Generator<{ type: number; body: Buffer }> {
  for (let at = 0; at < bytes.length; at += bytes.readUInt16BE(at + 2)) {
    yield { type: bytes.readUInt16BE(at), body: bytes.subarray(at, at + bytes.readUInt16BE(at + 2)) };
  }
}

/** What of a flow no switch with OpenFlow 1.3 alone would know. */
function extensionsIn(key: string, instructions: string): string[] {
  const wrong: string[] = [];
  const expectOf = (what: string, known: readonly number[], type: number): void => {
    if (!known.includes(type)) wrong.push(`${what} ${type}`);
  };
  const match = Buffer.from(parseFlowKey(key).match, 'latin1');
  for (let at = ACTION_HEADER; at < match.readUInt16BE(2); at += ACTION_HEADER + match[at + 3]!) {
    expectOf('class of a match', [BASIC], match.readUInt16BE(at));
  }
  for (const { type, body } of structures(Buffer.from(instructions, 'latin1'))) {
    expectOf('instruction', Object.values(INSTRUCTIONS), type);
    if (type !== INSTRUCTIONS.apply_actions) continue;
    for (const action of structures(body.subarray(FIRST_ACTION))) {
      expectOf('action', Object.values(ACTIONS), action.type);
      if (action.type === ACTIONS.set_field) {
        expectOf('class of a field', [BASIC], action.body.readUInt16BE(ACTION_HEADER));
      }
    }
  }
  return wrong;
}

/** What can happen: rows vanish, come back, and change their minds. */
function variants(each: TestRow): readonly (TestRow | undefined)[] {
  const other = (values: object): TestRow => ({ ...each, row: { ...each.row, ...values } });
  switch (each.table) {
    case 'datapath':
      return [each, undefined, other({ enable_ovs_learn_action: true }), other({ node_id: 'elsewhere' })];
    case 'self':
      return [each, other({ remote: true })];
    case 'abilities':
      return [each, undefined, other({ meters: false })];
    case 'port':
      return [each, undefined, other({ ofport: null }), other({ ofport: 77 }), other({ uplink: true })];
    case 'interface':
      return [each, undefined, other({ ingress_filtering_enabled: true }), other({ enable_filtering: true })];
    case 'mac_lease':
      return [each, undefined, other({ mac_address: SEEN }), other({ segment_id: 2 }), other({ segment_id: null })];
    case 'ip_lease':
      return [each, undefined, other({ network_id: 2 }), other({ network_id: 102 }), other({ ipv4_address: 1 })];
    case 'active_interface':
      return [each, undefined, other({ datapath_id: 2 }), other({ datapath_id: 3 }), other({ singular: null })];
    case 'interface_segment':
      return [each, undefined, other({ static: false }), other({ segment_id: 1 })];
    case 'network':
      return [each, undefined, other({ segment_id: 1 })];
    case 'vlan_translation':
      return [each, undefined, other({ network_id: 2 }), other({ network_id: null, segment_id: 2 })];
    case 'edge_role':
      return [each, undefined, other({ vlan_translation_id: 4, datapath_id: 2 }), other({ alone: true })];
    case 'edge_seen':
      return [each, undefined, other({ vlan_translation_id: 3 }), other({ refused: 'no' }), other({ key: 2 })];
    case 'edge_host':
      return [each, undefined, other({ datapath_id: 3 }), other({ refused: 'no' })];
    default:
      return [each, undefined];
  }
}

/** All that there is in tests, at once. */
const everything = (): TestRow[] => [
  ...site(),
  ...securedDataCentre().filter(
    ({ table, row }) => !site().some((each) => each.table === table && each.row.id === row.id),
  ),
];

describe('random states of a plain switch', () => {
  it('would be found out if they had extensions', () => {
    const ovs = [...compiled([...dataCentre(), ...edgeRows()]).flows()];
    const found = new Set(ovs.flatMap(([key, { instructions }]) => extensionsIn(key, instructions)));
    expect([...found].sort()).toEqual(['action 65535', 'class of a field 1', 'class of a match 1']);
  });

  const rows = everything();
  const change = fc.nat(rows.length - 1).chain((index) => {
    const each = rows[index]!;
    return fc.constantFrom(...variants(each)).map((to) => ({ table: each.table, id: each.row.id, to }));
  });
  const wanted = (engine: Engine): unknown => ({
    flows: lines(engine),
    outputs: OUTPUT_KINDS.map((kind) => [kind, [...engine.output(kind)].sort(([a], [b]) => (a < b ? -1 : 1))]),
  });

  it('never lead to anything but OpenFlow 1.3, and incremental equals recomputed (fuzz)', () => {
    fc.assert(
      fc.property(fc.array(fc.array(change, { minLength: 1, maxLength: 6 }), { maxLength: 8 }), (steps) => {
        const { state, engine } = engineOn(rows);
        engine.run();
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
          if (engine.output('pipeline').get('') !== 'plain') continue;
          const timed = [...engine.output('gate').values()].map(({ flow }) => [flow.key, flow] as const);
          for (const [key, { instructions }] of [...engine.flows(), ...timed]) {
            expect(extensionsIn(key, instructions), formatPackedFlow(key, { instructions })).toEqual([]);
          }
        }
        const fresh = engineOn([...present.values()]).engine;
        fresh.run();
        expect(wanted(engine)).toEqual(wanted(fresh));
        expect(engine.units).toBe(fresh.units);
      }),
      { numRuns: process.env['VNET_FUZZ'] === 'full' ? 5_000 : 100, seed: 20261121 },
    );
  }, 600_000);
});
