import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TopologyInput } from '../src/index.ts';
import { DataCentre } from './data-centre.ts';
import { SteadyPing } from './steady-ping.ts';
import { TWO_TENANTS } from './tenants.ts';
import { until } from './until.ts';

const { topology, tenants } = TWO_TENANTS;
const { vms = {} } = topology;

/** Machines that are as a5, on the other hosts: their ports carry no interface of their own. */
const WITH_DOUBLES: TopologyInput = {
  ...topology,
  vms: {
    ...vms,
    double2: { ...vms['a5']!, host: 'hv2' },
    double3: { ...vms['a5']!, host: 'hv3' },
  },
};

const A5 = '10.0.0.5';
/** By these, the answers of the machines differ. */
const TTL: Readonly<Record<string, number>> = { a5: 64, double2: 63, double3: 62 };
const OBSERVERS = ['a1', 'a2', 'a3'];
/** How long traffic may take to follow. */
const SOON_MS = 1000;

let centre: DataCentre;

beforeAll(async () => {
  centre = await DataCentre.up({ topology: WITH_DOUBLES, tenants });
  for (const [vm, ttl] of Object.entries(TTL)) {
    await centre.lab.exec(vm, ['sh', '-c', `echo ${ttl} > /proc/sys/net/ipv4/ip_default_ttl`]);
  }
});

afterAll(async () => centre.down());

/** How long it takes until every observer reaches a5, in milliseconds. */
async function untilAllReachA5(): Promise<number> {
  return Math.max(...(await Promise.all(OBSERVERS.map(async (from) => centre.reachedAfter(from, A5)))));
}

describe('a machine that moves with its port', () => {
  it.each([
    ['hv1', 'hv2', 'from beside a1 to beside a2'],
    ['hv2', 'hv3', 'across the router'],
    ['hv3', 'hv2', 'back'],
    ['hv2', 'hv1', 'home'],
  ])('is followed by the traffic of all others within a second: %s → %s, %s', async (from, to) => {
    const { lab } = centre;
    expect(lab.vm('a5').host).toBe(from);
    const pings = await Promise.all(OBSERVERS.map(async (vm) => SteadyPing.start(centre, vm, A5)));
    await lab.unplug('a5');
    await lab.plug('a5', to);
    const plugged = performance.now();
    await Promise.all(pings.map(async (ping) => ping.more(1)));
    expect(performance.now() - plugged).toBeLessThan(SOON_MS);
    const results = await Promise.all(pings.map(async (ping) => ping.stop()));
    for (const { lost } of results) expect(lost.length).toBeLessThan(SOON_MS);
  });

  it('is reached by nobody while its port is on no bridge', async () => {
    await centre.lab.unplug('a5');
    await until(async () => !(await centre.flows('hv3', 'table=40')).join().includes('02:0a:00:00:00:05'), 'hv3 knows');
    expect(await Promise.all(OBSERVERS.map(async (vm) => centre.reaches(vm, A5)))).toEqual([false, false, false]);
    await centre.lab.plug('a5', 'hv1');
    expect(await untilAllReachA5()).toBeLessThan(SOON_MS);
  });
});

/** What hv1 had written down when a5 was still its own. */
let early: string;

describe.each([
  ['hv2', 'double2', 'a neighbour'],
  ['hv3', 'double3', 'a host behind the router'],
])('an interface that a second port claims, on %s', (to, double) => {
  /** Which machine answers. */
  async function answering(from: string, seconds = '1'): Promise<string> {
    const { output } = await centre.ping(from, A5, { extra: ['-W', seconds] });
    const ttl = Number(/ ttl=(\d+)/.exec(output)?.[1]);
    return Object.keys(TTL).find((vm) => TTL[vm] === ttl) ?? output;
  }

  /** Waits until one machine answers all observers. */
  async function answers(vm: string): Promise<void> {
    let found: readonly string[] = [];
    await until(
      async () => {
        found = await Promise.all(OBSERVERS.map(async (observer) => answering(observer, '0.1')));
        return found.every((each) => each === vm);
      },
      () => `${vm} answers all; it was ${found.join(', ')}`,
    );
  }

  beforeAll(async () => {
    await centre.settled();
    await centre.saved('hv1');
    early = join(centre.lab.dir, 'early', double);
    await cp(centre.stateDir('hv1'), early, { recursive: true });
  });

  it('belongs to the newest claim: traffic goes there within a second, and the old host says so', async () => {
    const { lab } = centre;
    const mark = await centre.agent('hv1').mark();
    expect(await answering('a1')).toBe('a5');
    await lab.host(to).vsctl('set', 'interface', double, 'external_ids:vnet-interface=if-a5');
    const claimed = performance.now();
    await answers(double);
    expect(performance.now() - claimed).toBeLessThan(SOON_MS);
    const line = await centre.agent('hv1').message((each) => each['port'] === 'a5', { after: mark });
    expect(line['msg']).toBe(
      'the interface has moved to another host: this port is left alone until it is plugged anew',
    );
    expect(line['remedy']).toBe('ovs-vsctl del-port a5');
  });

  it('stays there when the agent of the old host starts again', async () => {
    const agent = centre.agent('hv1');
    await agent.kill('SIGKILL');
    await agent.start();
    await agent.message('synced');
    await agent.message((each) => each['port'] === 'a5');
    await centre.settled();
    expect(await Promise.all(OBSERVERS.map(async (vm) => answering(vm)))).toEqual([double, double, double]);
  });

  it.each([
    { remembers: 'that it has lost it', newest: true },
    { remembers: 'at most how it was before', newest: false },
  ])('stays there when vnmgr and the old host’s agent start again, which remembers $remembers', async ({ newest }) => {
    const agent = centre.agent('hv1');
    await centre.saved('hv1');
    await centre.vnmgr.stop();
    await agent.kill('SIGKILL');
    if (!newest) await cp(early, centre.stateDir('hv1'), { recursive: true });
    await agent.start();
    await centre.startManager();
    await centre.settled();
    expect(await Promise.all(OBSERVERS.map(async (vm) => answering(vm)))).toEqual([double, double, double]);
  });

  it('comes back when the old port is plugged anew, and the other host says so', async () => {
    const { lab } = centre;
    const mark = await centre.agent(to).mark();
    await lab.unplug('a5');
    await lab.plug('a5', 'hv1');
    const plugged = performance.now();
    await answers('a5');
    expect(performance.now() - plugged).toBeLessThan(SOON_MS);
    const line = await centre.agent(to).message((each) => each['port'] === double, { after: mark });
    expect(line['msg']).toBe(
      'the interface has moved to another host: this port is left alone until it is plugged anew',
    );
    await lab.host(to).vsctl('remove', 'interface', double, 'external_ids', 'vnet-interface');
  });
});

describe('an address that moves to another MAC', () => {
  const SPARE = '10.0.0.50';

  it('is corrected in the ARP caches of all other machines at once', async () => {
    const { lab } = centre;
    const members = ['a1', 'a2', 'a3', 'a5'];
    const { uuid } = await centre.api('POST', 'ip_leases?wait=flows', {
      interface_uuid: 'if-a2',
      network_uuid: 'nw-a',
      ipv4_address: SPARE,
    });
    for (const [from, to] of [
      ['a2', 'a1'],
      ['a1', 'a3'],
      ['a3', 'a2'],
    ] as const) {
      await lab.exec(from, ['ip', 'address', 'add', `${SPARE}/24`, 'dev', 'eth0']);
      const others = members.filter((vm) => vm !== from && vm !== to);
      for (const vm of others) {
        expect(await centre.reaches(vm, SPARE), `${vm} → ${from}`).toBe(true);
        expect(await arpCache(vm)).toContain(lab.vm(from).mac);
      }
      await lab.exec(from, ['ip', 'address', 'del', `${SPARE}/24`, 'dev', 'eth0']);
      await lab.exec(to, ['ip', 'address', 'add', `${SPARE}/24`, 'dev', 'eth0']);
      await centre.api('PUT', `ip_leases/${String(uuid)}/release`);
      await centre.api('PUT', `ip_leases/${String(uuid)}/attach`, { interface_uuid: `if-${to}` });
      const attached = performance.now();
      for (const vm of others) {
        await until(async () => (await arpCache(vm)).includes(lab.vm(to).mac), `${vm} has the MAC of ${to}`);
      }
      expect(performance.now() - attached).toBeLessThan(SOON_MS);
      for (const vm of others) expect(await centre.reaches(vm, SPARE), `${vm} → ${to}`).toBe(true);
      await lab.exec(to, ['ip', 'address', 'del', `${SPARE}/24`, 'dev', 'eth0']);
    }
  });

  async function arpCache(vm: string): Promise<string> {
    return (await centre.lab.exec(vm, ['ip', 'neighbour', 'show', SPARE, 'dev', 'eth0'])).stdout;
  }
});
