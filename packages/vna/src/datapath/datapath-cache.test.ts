import { controlSocket, unixctl } from '@vnet/ovsdb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PrivateSwitch } from '../../../openflow/test/private-switch.ts';
import type { Log } from '../log.ts';
import { flowKey, PackedFlow, type Flow } from '../pipeline/flow.ts';
import { DatapathCache } from './datapath-cache.ts';
import { InstalledFlows, mayClose, type FlowCommand } from './installed-flows.ts';
import { Switch } from './switch.ts';

const CHANGES = 5;
/** How often the switch looks at its cache by itself. */
const ROUND_MS = 500;

const silent = (): undefined => undefined;
const log: Log = { debug: silent, info: silent, warn: silent, error: silent };

/** Rounds that end when the test says so. */
function rounds(): { round: () => Promise<void>; end: () => Promise<void>; count: () => number } {
  const open: (() => void)[] = [];
  let count = 0;
  return {
    round: async () => {
      count++;
      return new Promise<void>((resolve) => open.push(resolve));
    },
    end: async () => {
      await vi.waitUntil(() => open.length > 0);
      open.shift()!();
    },
    count: () => count,
  };
}

describe('the cache of the datapath', () => {
  it('is waited for as long as two rounds, the second of which has begun after the change', async () => {
    const { round, end } = rounds();
    const nudge = vi.fn();
    const cache = new DatapathCache({ round, nudge, log });
    await cache.settled();
    cache.outdated();
    let settled = false;
    const done = cache.settled().then(() => (settled = true));
    await end();
    await vi.waitUntil(() => nudge.mock.calls.length > 2);
    expect(settled).toBe(false);
    await end();
    await done;
    const nudges = nudge.mock.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(nudge).toHaveBeenCalledTimes(nudges);
  });

  it('is looked at once more for all changes that come meanwhile', async () => {
    const { round, end, count } = rounds();
    const cache = new DatapathCache({ round, nudge: vi.fn(), log });
    cache.outdated();
    await end();
    for (let change = 0; change < 5; change++) cache.outdated();
    let settled = false;
    const done = cache.settled().then(() => (settled = true));
    await end();
    await end();
    expect(settled).toBe(false);
    await end();
    await done;
    expect(count()).toBe(4);
  });

  it('holds up nobody when the switch does not say, and this is logged once', async () => {
    const warn = vi.fn();
    const round = async (): Promise<never> => Promise.reject(new Error('no answer'));
    const cache = new DatapathCache({ round, nudge: vi.fn(), log: { ...log, warn } });
    for (let change = 0; change < 3; change++) {
      cache.outdated();
      await cache.settled();
    }
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledWith({ error: 'Error: no answer' }, expect.stringContaining('cache of the switch'));
  });
});

describe('the cache of a real datapath', () => {
  const miss: Flow = { table: 'PUNT', priority: 0, feature: 'pipeline', match: {} };
  const way: Flow = {
    table: 'CLASSIFIER',
    priority: 100,
    feature: 'port',
    match: { in_port: 1 },
    actions: [{ type: 'output', port: 2 }],
  };
  let ovs: PrivateSwitch;
  let bridge: Switch;
  let wanted: Map<string, PackedFlow>;

  const control = async (command: string, ...args: string[]): Promise<string> =>
    unixctl(await controlSocket(ovs.directory), command, args);
  async function write(...flows: Flow[]): Promise<boolean> {
    const before = [...wanted.keys()].map((key) => ({ key, flow: undefined }));
    wanted = new Map(flows.map((flow) => [flowKey(flow), new PackedFlow(flow, flowKey(flow))]));
    bridge.want([
      ...before.filter(({ key }) => !wanted.has(key)),
      ...[...wanted].map(([key, flow]) => ({ key, flow })),
    ]);
    return (await bridge.commit(() => true))!.closes;
  }

  beforeEach(async () => {
    ovs = await PrivateSwitch.start();
    for (const port of ['1', '2']) {
      ovs.vsctl(
        'add-port',
        ovs.bridge,
        `p${port}`,
        '--',
        'set',
        'interface',
        `p${port}`,
        'type=dummy',
        `ofport_request=${port}`,
      );
    }
    wanted = new Map();
    const onUp = vi.fn();
    bridge = new Switch({
      endpoint: ovs.target,
      log,
      dpid: () => undefined,
      wanted: () => wanted,
      meters: () => [],
      onUp,
      onPacketIn: silent,
    });
    bridge.start();
    await vi.waitUntil(() => onUp.mock.calls.length > 0);
  });

  afterEach(async () => {
    await bridge.close();
    await ovs.stop();
  });

  const FRAME = 'in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x88b5)';
  const receive = async (): Promise<string> => control('netdev-dummy/receive', 'p1', FRAME);

  it('has nothing of a removed flow any more when it has settled, long before a round would be due', async () => {
    const round = async (): Promise<string> => control('revalidator/wait');
    const cache = new DatapathCache({ round, nudge: () => bridge.nudge(), log });
    let waited = 0;
    for (let change = 0; change < CHANGES; change++) {
      await write(miss, way);
      await receive();
      await vi.waitUntil(async () => /actions:\d/.test(await control('dpctl/dump-flows')));
      expect(await write(miss)).toBe(true);
      const started = performance.now();
      cache.outdated();
      await cache.settled();
      waited += performance.now() - started;
      expect(await control('dpctl/dump-flows')).not.toMatch(/actions:\d/);
    }
    expect(waited).toBeLessThan(CHANGES * ROUND_MS);
  });

  it('is nudged without a trace: the flows stay, with their counters', async () => {
    const drop: Flow = { table: 'CLASSIFIER', priority: 0, feature: 'pipeline', match: {} };
    await write(drop);
    await receive();
    await vi.waitUntil(() => ovs.ofctl('dump-flows').includes('n_packets=1,'), { timeout: 5_000 });
    const flows = ovs.dumpFlows();
    bridge.nudge();
    await write(drop, miss);
    await write(drop);
    expect(ovs.dumpFlows()).toEqual(flows);
    expect(ovs.ofctl('dump-flows')).toContain('n_packets=1,');
  });
});

describe('a change of flows', () => {
  const drop: Flow = { table: 'L2', priority: 100, feature: 'endpoint', match: { metadata: 7 } };
  const flow: Flow = { ...drop, goto: 'PEER' };
  const cases: readonly [string, Flow | undefined, Flow | undefined, boolean | undefined][] = [
    ['adds a way', undefined, flow, false],
    ['adds what drops', undefined, drop, true],
    ['adds what drops at an edge', undefined, { ...drop, feature: 'edge' }, false],
    ['makes an interface a filtered one', undefined, { ...flow, feature: 'filtering' }, true],
    ['adds a rule of a filter', undefined, { ...flow, feature: 'filter' }, true],
    ['adds a rule of a group', undefined, { ...flow, feature: 'group' }, false],
    ['changes a way', flow, { ...flow, goto: 'FLOOD_LOCAL' }, true],
    ['removes a way', flow, undefined, true],
    ['changes nothing', flow, flow, undefined],
  ];
  it.each(cases)('that %s', (_, before, after, closes) => {
    const installed = new InstalledFlows();
    const want = (each: Flow | undefined): FlowCommand | undefined =>
      installed.want(flowKey(flow), each && new PackedFlow(each, flowKey(each)));
    want(before);
    const command = want(after);
    expect(command && mayClose(command)).toBe(closes);
  });
});
