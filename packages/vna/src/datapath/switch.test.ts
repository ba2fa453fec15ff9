import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PrivateSwitch } from '../../../openflow/test/private-switch.ts';
import type { Group, Meter } from '../compile/emit.ts';
import type { Log } from '../log.ts';
import { flowKey, PackedFlow, type Flow } from '../pipeline/flow.ts';
import { Switch } from './switch.ts';

interface Line {
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

const miss: Flow = { table: 'PUNT', priority: 0, feature: 'pipeline', match: {} };
const to = (reg2: number, port: number): Flow => ({
  table: 'INTERFACE_INGRESS',
  priority: 100,
  feature: 'port',
  match: { reg2 },
  actions: [{ type: 'output', port }],
});
/** Backwards in the pipeline: no switch takes that. */
const impossible: Flow = { table: 'L2', priority: 100, feature: 'endpoint', match: { metadata: 7 }, goto: 'UPLINK' };

let ovs: PrivateSwitch;
let lines: Line[];
let wanted: Map<string, PackedFlow>;
let meters: Meter[];
let groups: Group[];
let onUp: ReturnType<typeof vi.fn<() => void>>;
let bridge: Switch;

const note = (details: object, message: string): void => void lines.push({ message, details: details as never });
const log: Log = { debug: () => undefined, info: note, warn: note, error: note };
const said = (message: string): Line[] => lines.filter((line) => line.message === message);

function want(...flows: Flow[]): void {
  const now = new Map(flows.map((flow) => [flowKey(flow), new PackedFlow(flow, flowKey(flow))]));
  const gone = [...wanted.keys()].filter((key) => !now.has(key)).map((key) => ({ key, flow: undefined }));
  wanted = now;
  bridge.want([...gone, ...[...now].map(([key, flow]) => ({ key, flow }))]);
}
/** Number of flows written or removed; undefined while the switch is not there. */
const written = async (whole = true): Promise<number | undefined> => (await bridge.commit(() => whole))?.changed;
const ups = (count: number): Promise<void> =>
  vi.waitFor(() => expect(onUp).toHaveBeenCalledTimes(count), { timeout: 10_000, interval: 10 });

beforeEach(async () => {
  ovs = await PrivateSwitch.start();
  lines = [];
  wanted = new Map();
  meters = [];
  groups = [];
  onUp = vi.fn<() => void>();
  bridge = new Switch({
    endpoint: ovs.target,
    log,
    dpid: () => undefined,
    wanted: () => wanted,
    meters: () => meters,
    groups: () => groups,
    onUp,
    onPacketIn: () => undefined,
  });
});

afterEach(async () => {
  await bridge.close();
  await ovs.stop();
});

describe('the switch', () => {
  it('gets first flows only while the view is not whole, and loses nothing', async () => {
    ovs.ofctl('add-flow', 'table=40,priority=7,actions=drop');
    want(miss, to(1, 1));
    bridge.start();
    await ups(1);
    expect(await written(false)).toBe(1);
    expect(ovs.dumpFlows()).toHaveLength(2);
    expect(await written()).toBe(2);
    expect(ovs.dumpFlows()).toHaveLength(2);
    expect(said('flows of others are removed: the bridge is the agent’s')).toHaveLength(1);
  });

  it('is written what has changed, and nothing when nothing has', async () => {
    bridge.start();
    await ups(1);
    want(miss, to(1, 1), to(2, 2));
    expect(await written()).toBe(3);
    want(miss, to(1, 3));
    expect(await written()).toBe(2);
    want(miss, to(1, 3));
    expect(await written()).toBe(0);
    expect(ovs.dumpFlows().filter((line) => line.includes('table=70'))).toEqual([expect.stringContaining('output:3')]);
  });

  it('gets everything again after it has been killed, with its meters first', async () => {
    meters = [{ id: 5, packetsPerSecond: 100, burst: 50 }];
    const punt: Flow = { ...miss, priority: 100, match: { reg1: 5 }, meter: 5, actions: [{ type: 'controller' }] };
    bridge.start();
    await ups(1);
    want(miss, punt);
    expect(await written()).toBe(2);
    await ovs.killDaemon();
    await ovs.startDaemon();
    await ups(2);
    expect(await written()).toBe(2);
    expect(ovs.dumpFlows()).toContainEqual(expect.stringContaining('meter:5'));
    expect(ovs.ofctl('dump-meters')).toContain('meter=5 pktps burst');
  });

  it('gets groups before the flows that use them, and loses those that are not wanted after them', async () => {
    const through = (group: number): Flow => ({ ...to(1, 1), actions: [{ type: 'group', group }] });
    const group = (id: number, type: Group['type'] = 'select'): Group => ({ id, type, ports: [1, 2] });
    const standing = (): string[] => ovs.ofctl('dump-groups').match(/group_id=.*/g) ?? [];
    ovs.ofctl('add-group', 'group_id=7,type=all,bucket=output:1');
    bridge.start();
    await ups(1);
    groups = [group(1), group(2, 'fast_failover')];
    want(miss, through(1));
    expect(await written(false)).toBe(1);
    expect(standing()).toHaveLength(3);
    expect(await written()).toBe(1);
    await vi.waitFor(() => expect(standing()).toHaveLength(2));
    expect(standing().sort().join()).toMatch(/group_id=1,type=select.*group_id=2,type=ff/);
    // Another group in its place: the flow that used the old one stands.
    groups = [group(2)];
    want(miss, through(2));
    expect(await written()).toBe(1);
    await vi.waitFor(() => expect(standing()).toEqual([expect.stringContaining('group_id=2,type=select')]));
    expect(ovs.dumpFlows()).toContainEqual(expect.stringContaining('actions=group:2'));
    groups = [];
    want(miss, to(1, 1));
    expect(await written()).toBe(1);
    await vi.waitFor(() => expect(standing()).toEqual([]));
    expect(ovs.dumpFlows()).toContainEqual(expect.stringContaining('actions=output:1'));
    groups = [group(1)];
    want(miss, through(1));
    expect(await written()).toBe(1);
    expect(standing()).toHaveLength(1);
  });

  it('gets all but the flow that it refuses, until that is another', async () => {
    want(miss, impossible, to(1, 1));
    bridge.start();
    await ups(1);
    expect(await written()).toBeUndefined();
    await ups(2);
    expect(await written()).toBe(2);
    expect(ovs.dumpFlows()).toHaveLength(2);
    const [refused] = said('the switch does not take this flow; going on without it');
    expect(refused?.details['flow']).toContain('metadata=0x7 actions=goto_table:10');
    want(miss, { ...impossible, goto: 'PEER' }, to(1, 1));
    expect(await written()).toBe(1);
    expect(ovs.dumpFlows()).toContainEqual(expect.stringContaining('actions=goto_table:60'));
  });
});
