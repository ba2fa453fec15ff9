import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataCentre } from './data-centre.ts';
import type { Program } from './program.ts';
import { SteadyPing } from './steady-ping.ts';
import { TWO_TENANTS } from './tenants.ts';
import { until } from './until.ts';

const MAC2MAC = '10.0.0.2';
const GRE = '10.0.0.3';

let centre: DataCentre;

beforeAll(async () => {
  centre = await DataCentre.up(TWO_TENANTS);
});

afterAll(async () => centre.down());

/** Pings through hv1, both ways, while something happens there. */
async function whilePinging(happens: (more: () => Promise<unknown>) => Promise<void>): Promise<void> {
  const pings = await Promise.all([MAC2MAC, GRE].map(async (address) => SteadyPing.start(centre, 'a1', address)));
  await happens(async () => Promise.all(pings.map(async (ping) => ping.more(300))));
  const results = await Promise.all(pings.map(async (ping) => ping.stop()));
  expect(results.map(({ lost }) => lost)).toEqual([[], []]);
  for (const { answers } of results) expect(answers).toBeGreaterThan(600);
}

/** Flows that an agent changed in its present run. */
async function changes(agent: Program): Promise<readonly unknown[]> {
  const lines = (await agent.lines()).filter((line) => line['changed'] !== undefined);
  return lines.map((line) => line['changed']);
}

describe('an agent that is killed while machines talk through its host', () => {
  it('and started again loses nothing and changes no flow', async () => {
    const agent = centre.agent('hv1');
    await whilePinging(async (more) => {
      await agent.kill('SIGKILL');
      await more();
      await agent.start();
      await agent.message('synced');
      await more();
    });
    expect(new Set(await changes(agent))).toEqual(new Set([0]));
  });

  it('and started again without a manager does so by its state directory', async () => {
    const agent = centre.agent('hv1');
    await centre.saved('hv1');
    await whilePinging(async (more) => {
      await centre.vnmgr.stop();
      await agent.kill('SIGKILL');
      await more();
      await agent.start();
      await agent.message('the saved state is in the switch');
      await more();
      expect(await changes(agent)).toEqual([0]);
      await centre.startManager();
      await agent.message('synced');
      await more();
    });
    expect(new Set(await changes(agent))).toEqual(new Set([0]));
    expect((await agent.lines()).map((line) => line['msg'])).not.toContain('snapshot');
  });

  it('and started again with neither manager nor state directory removes nothing', async () => {
    const agent = centre.agent('hv1');
    const flows = (await centre.flows('hv1')).length;
    await whilePinging(async (more) => {
      await centre.vnmgr.stop();
      await agent.kill('SIGKILL');
      const host = centre.lab.host('hv1');
      const stranger = host.spawn('vna-stateless', centre.vnaCommand('hv1', '--state-dir', `${centre.lab.dir}/empty`));
      await stranger.message('ready');
      // Longer than an agent waits for a manager before it goes by what it has saved.
      await delay(1500);
      await more();
      expect((await centre.flows('hv1')).length).toBe(flows);
      expect((await stranger.stop()).code).toBe(0);
      await centre.startManager();
      await agent.start();
      await agent.message('synced');
    });
  });
});

describe('SIGTERM', () => {
  it('ends an agent with exit code 0 and leaves its flows', async () => {
    const agent = centre.agent('hv2');
    const before = (await centre.flows('hv2')).map(withoutCounters);
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
    expect((await centre.flows('hv2')).map(withoutCounters)).toEqual(before);
    expect(await centre.reaches('a1', MAC2MAC)).toBe(true);
    await agent.start();
    await agent.message('synced');
  });
});

describe('vnmgr that comes back', () => {
  it('finds agents that resume, and tells them only what has changed meanwhile', async () => {
    const { lab, vnmgr } = centre;
    await centre.settled();
    await vnmgr.stop();
    await lab.move('a5', 'hv2');
    await lab.unplug('b6');
    await lab.plug('b6', 'hv3');
    for (const [host, { msg, rows }] of await centre.startManager()) {
      expect(msg, host).toBe('resumed');
      expect(rows, host).toBeLessThan(20);
    }
    await centre.settled();
    expect(await centre.reaches('a3', '10.0.0.5')).toBe(true);
    expect(await centre.reaches('a1', '10.0.0.5')).toBe(true);
    expect(await centre.reaches('b1', '10.0.0.6')).toBe(true);
  });
});

describe('ovs-vswitchd that is killed and started again', () => {
  it.each([
    ['MAC2MAC', MAC2MAC],
    ['GRE', GRE],
  ])('forwards over %s again within two seconds of being up', async (_, address) => {
    const host = centre.lab.host('hv1');
    expect(await centre.reaches('a1', address)).toBe(true);
    await host.killSwitch();
    expect(await centre.reaches('a1', address)).toBe(false);
    await host.startSwitch();
    const up = performance.now();
    await until(
      async () => (await centre.ping('a1', address, { extra: ['-W', '0.1'] })).received > 0,
      'frames pass again',
    );
    expect(performance.now() - up).toBeLessThan(2000);
  });
});

function withoutCounters(flow: string): string {
  return flow.replace(/duration=\S+ /, '').replace(/n_packets=\d+, n_bytes=\d+, (idle_age=\d+, )?/, '');
}
