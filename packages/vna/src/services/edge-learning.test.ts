import { encodeMatch, PORT, type FlowStatsEntry } from '@vnet/openflow';
import { arpRequest, gratuitousArp, rarpAnnouncement } from '@vnet/packet';
import { beforeEach, afterEach, describe, expect, it, vi } from 'vitest';
import { VLAN_LIMIT } from '../compile/edge/edge.ts';
import { edgeVlanOf, vlanEnd } from '../compile/edge/bindings.ts';
import { Engine, type UnitRun } from '../compile/engine.ts';
import { edgeRows, FAR, SEEN } from '../compile/test-edge-rows.ts';
import { dataCentre, fill } from '../compile/test-rows.ts';
import { ROOTS, UNITS } from '../compile/units.ts';
import { TABLES } from '../pipeline/tables.ts';
import { State } from '../state/state.ts';
import { EdgeLearning } from './edge-learning.ts';
import type { PacketOut } from './packet-out.ts';

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: (_: object, message: string) => warned.push(message),
  error: () => undefined,
};
let warned: string[];
const TRUNK = 60;
const ADDRESS = 0x0a000063;

let state: State<UnitRun>;
let engine: Engine;
let sent: PacketOut[];
let counts: Map<number, bigint>;
let now: number;
let learning: EdgeLearning<UnitRun>;

beforeEach(() => {
  vi.useFakeTimers();
  const dirty = new Set<UnitRun>();
  state = new State<UnitRun>((unit) => dirty.add(unit));
  fill(state, [...dataCentre(), ...edgeRows().filter(({ table }) => table !== 'edge_seen' && table !== 'edge_host')]);
  engine = new Engine(state, dirty, UNITS, ROOTS);
  engine.run();
  expect(edgeVlanOf(state, 1)?.active).toBe(true);
  sent = [];
  warned = [];
  counts = new Map();
  now = 1_000_000;
  learning = new EdgeLearning({
    state,
    send: (packets) => sent.push(...packets),
    counters: () => entries(),
    changed: () => undefined,
    log: silent,
    now: () => now,
  });
});

afterEach(() => {
  learning.close();
  vi.useRealTimers();
});

// eslint-disable-next-line @typescript-eslint/require-await -- the switch answers in parts, later
async function* entries(): AsyncGenerator<FlowStatsEntry> {
  for (const [mac, packets] of counts) {
    const none = Buffer.alloc(0);
    const match = Buffer.from(encodeMatch({ eth_src: mac }));
    yield { table: TABLES.EDGE_SOURCE.id, priority: 100, cookie: 0n, match, instructions: none, packets, bytes: 0n };
  }
}

function frameFrom(mac: number, address = ADDRESS, vlan = 1): void {
  receive(arpRequest(mac, address, 0x0a000001), vlan);
}

function receive(frame: Buffer, vlan = 1): void {
  const packet = {
    reason: 0,
    network: 1,
    transport: 0,
    source: vlanEnd(vlan),
    destination: 0,
    inPort: TRUNK,
  };
  learning.receive({ ...packet, frame });
}

const HERE = { place: '100 of dp-1', vlan: 100, key: 1, vlan_translation_id: 1 };
const claim = (mac: number, values: object): boolean =>
  learning.claims(new Map([[String(mac), { mac, ipv4_address: null, own: true, ...HERE, refused: null, ...values }]]));

describe('learning at the edge', () => {
  it('on a plain switch sends the first frames the whole way, and leaves further ones to the switch', () => {
    state.put('datapath', { ...state.get('datapath', 1)!, enable_ovs_learn_action: false });
    frameFrom(SEEN);
    frameFrom(SEEN);
    learning.stand(learning.newcomers());
    expect(claim(SEEN, {})).toBe(false);
    frameFrom(SEEN);
    expect(sent).toHaveLength(2);
    expect(sent[0]?.actions).toEqual([
      { type: 'push_vlan' },
      { type: 'set_field', field: 'vlan_vid', value: 0x1064 },
      { type: 'output', port: PORT.TABLE },
    ]);
  });

  it('takes the sender of any frame, and sends the frame on when the manager has said so, and its flows stand', () => {
    frameFrom(SEEN);
    expect(state.get('edge_seen', SEEN)).toMatchObject({ vlan_translation_id: 1, ipv4_address: ADDRESS });
    expect(sent).toEqual([]);
    expect(claim(SEEN, {})).toBe(false);
    expect(sent).toEqual([]);
    learning.stand(learning.newcomers());
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ inPort: TRUNK });
  });

  it('has what a machine says of its own address go to everyone, and only what it asks to table ARP', () => {
    frameFrom(SEEN);
    claim(SEEN, {});
    learning.stand(learning.newcomers());
    receive(gratuitousArp(SEEN, ADDRESS + 1));
    const tables = sent.map(({ actions }) => actions.at(-1));
    expect(tables).toEqual([
      { type: 'resubmit', table: TABLES.ARP.id },
      { type: 'resubmit', table: TABLES.L2.id },
    ]);
  });

  it('follows a machine to another VLAN, and notes another address', () => {
    frameFrom(SEEN);
    frameFrom(SEEN, ADDRESS, 3);
    expect(state.get('edge_seen', SEEN)).toMatchObject({ vlan_translation_id: 3 });
    now += 20_000;
    frameFrom(SEEN, ADDRESS + 1, 3);
    expect(state.get('edge_seen', SEEN)).toMatchObject({ ipv4_address: ADDRESS + 1 });
  });

  it('follows a MAC that is in two VLANs once in ten seconds, and says so once', () => {
    const place = () => state.get('edge_seen', SEEN)?.vlan_translation_id;
    const warning = () => {
      engine.run();
      return engine.output('warning').get('mac 0c:00:00:00:00:01')?.details['vlans'];
    };
    const pass = (ms: number): void => {
      now += ms;
      vi.advanceTimersByTime(ms);
    };
    frameFrom(SEEN);
    frameFrom(SEEN, ADDRESS, 3);
    expect([place(), warning()]).toEqual([3, undefined]);
    frameFrom(SEEN);
    expect([place(), warning()]).toEqual([3, '100 of trunk0, 300 of trunk0']);
    let moves = 0;
    for (let ms = 0; ms < 60_000; ms += 50) {
      pass(50);
      const before = place();
      frameFrom(SEEN, ADDRESS, (ms / 50) % 2 === 0 ? 1 : 3);
      if (place() !== before) moves++;
      expect(state.get('edge_twice', SEEN)?.vlans).toBe('100 of trunk0, 300 of trunk0');
    }
    expect(moves).toBeGreaterThan(3);
    expect(moves).toBeLessThan(7);
    for (const seconds of [10, 21]) {
      pass(seconds * 1_000);
      expect(state.get('edge_twice', SEEN)?.dropped).toBe(seconds === 10 ? false : undefined);
    }
    expect(warning()).toBeUndefined();
  });

  it('does not take a MAC back from another host at once, unless the VLAN itself has moved', () => {
    frameFrom(SEEN);
    expect(claim(SEEN, { own: false, vlan_translation_id: null, vlan: 200, place: '200 of dp-2', key: 2 })).toBe(true);
    frameFrom(SEEN);
    expect(state.get('edge_seen', SEEN)).toBeUndefined();
    expect(state.get('edge_twice', SEEN)?.vlans).toBe('100 of trunk0, 200 of dp-2');
    now += 10_000;
    frameFrom(SEEN);
    expect(state.get('edge_seen', SEEN)).toBeDefined();
    frameFrom(SEEN + 1);
    expect(claim(SEEN + 1, { own: false, vlan_translation_id: null })).toBe(true);
    frameFrom(SEEN + 1);
    expect(state.get('edge_seen', SEEN + 1)).toBeDefined();
  });

  it('gives up, and says nothing of, a machine that is declared where it is', () => {
    frameFrom(SEEN);
    state.put('mac_lease', { ...state.get('mac_lease', 70)!, mac_address: SEEN });
    engine.run();
    expect(claim(SEEN, { refused: 'in use already, by ml-70 of if-70' })).toBe(true);
    expect(state.get('edge_seen', SEEN)).toBeUndefined();
    expect(warned).toEqual([]);
  });

  it('lets a machine of a segment go to a promiscuous port, and tells the edge host of one that it knows elsewhere', () => {
    const segment = 0x80000001;
    const PROMISCUOUS = 61;
    const stray = (mac: number) => ({
      ...{ reason: 0, network: segment, transport: 0, destination: 0 },
      ...{ source: PROMISCUOUS, inPort: 7, frame: gratuitousArp(mac, ADDRESS) },
    });
    state.put('vlan_translation', { ...state.get('vlan_translation', 1)!, network_id: null, segment_id: 1 });
    state.put('edge_role', { ...state.get('edge_role', 1)!, network_id: null, segment_id: 1 });
    frameFrom(SEEN);
    expect(state.get('edge_seen', SEEN)?.key).toBe(segment);
    expect(learning.receive(stray(SEEN))).toBe(true);
    expect(state.get('edge_seen', SEEN)).toBeUndefined();
    frameFrom(SEEN);
    expect(state.get('edge_seen', SEEN)).toBeUndefined();
    now += 10_000;
    frameFrom(SEEN);
    expect(state.get('edge_seen', SEEN)).toBeDefined();

    expect(learning.receive(stray(FAR))).toBe(false);
    const host = edgeRows().find(({ table, row }) => table === 'edge_host' && row['mac_address'] === FAR)!;
    fill(state, [{ ...host, row: { ...host.row, network_id: null, segment_id: 1 } }]);
    expect(learning.receive(stray(FAR))).toBe(true);
    expect(sent.at(-1)).toMatchObject({ inPort: 7, frame: rarpAnnouncement(FAR) });
    expect(sent.at(-1)?.actions.at(-1)).toEqual({ type: 'resubmit', table: TABLES.L2.id });
  });

  it('takes an address from the machine that had it in the same network', () => {
    frameFrom(SEEN);
    frameFrom(SEEN + 1);
    expect(state.get('edge_seen', SEEN)).toMatchObject({ ipv4_address: null });
    expect(state.get('edge_seen', SEEN + 1)).toMatchObject({ ipv4_address: ADDRESS });
  });

  it('learns it anew when the VLAN is mapped to another network', () => {
    frameFrom(SEEN);
    state.put('vlan_translation', { ...state.get('vlan_translation', 1)!, network_id: 2 });
    state.put('edge_role', { ...state.get('edge_role', 1)!, network_id: 2 });
    engine.run();
    expect(engine.output('localMachine').has(String(SEEN))).toBe(false);
    frameFrom(SEEN);
    engine.run();
    expect(engine.output('localMachine').has(String(SEEN))).toBe(true);
  });

  it('has a limit for each VLAN, and asks for no more frames until there is room again', async () => {
    for (let i = 0; i < VLAN_LIMIT + 10; i++) frameFrom(SEEN + i);
    frameFrom(SEEN + 5_000, ADDRESS, 3);
    const inVlan = (id: number): number => state.find('edge_seen', 'vlan_translation_id', id).length;
    expect([inVlan(1), inVlan(3)]).toEqual([VLAN_LIMIT, 1]);
    engine.run();
    expect(engine.output('warning').get('edge full vt-1')?.details).toMatchObject({ vlan: 100, limit: VLAN_LIMIT });
    now += 61_000;
    await learning.look();
    engine.run();
    expect(engine.output('warning').has('edge full vt-1')).toBe(false);
    frameFrom(SEEN);
    expect(inVlan(1)).toBe(1);
  });

  it('forgets who is silent for five minutes, and sooner who sent one frame only', async () => {
    frameFrom(SEEN);
    frameFrom(SEEN + 1);
    counts.set(SEEN, 3n);
    now += 61_000;
    await learning.look();
    expect([SEEN, SEEN + 1].map((mac) => state.get('edge_seen', mac) !== undefined)).toEqual([true, false]);
    expect(state.get('edge_seen', SEEN)?.seen).toBe(now);
    now += 299_000;
    await learning.look();
    expect(state.get('edge_seen', SEEN)).toBeDefined();
    now += 2_000;
    await learning.look();
    expect(state.get('edge_seen', SEEN)).toBeUndefined();
  });

  it('lets go of one that was seen elsewhere, keeps a refused one out, and inherits those of a VLAN that it takes over', () => {
    frameFrom(SEEN);
    expect(claim(SEEN, { refused: 'somebody’s' })).toBe(true);
    expect(state.get('edge_seen', SEEN)).toMatchObject({ refused: 'somebody’s' });
    expect(sent).toEqual([]);
    expect(warned).toEqual(['a legacy machine is refused']);
    expect(claim(SEEN, { own: false, vlan_translation_id: null })).toBe(true);
    expect(state.get('edge_seen', SEEN)).toBeUndefined();
    expect(claim(SEEN, { own: false, ipv4_address: ADDRESS })).toBe(true);
    expect(state.get('edge_seen', SEEN)).toMatchObject({ vlan_translation_id: 1, ipv4_address: ADDRESS });
  });

  it('does not learn a machine that is declared behind the port, and passes over what is no frame', () => {
    frameFrom(0x0a0000000070);
    receive(Buffer.alloc(3));
    expect([...state.all('edge_seen')]).toEqual([]);
  });
});
