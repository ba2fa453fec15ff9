import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandOf } from '../src/index.ts';
import { Capture } from './capture.ts';
import { DataCentre } from './data-centre.ts';
import { LEGACY, mapVlans, TRUNK, TWO_EDGES } from './edge-site.ts';
import { datagram, Sender } from './frames.ts';
import { SteadyPing } from './steady-ping.ts';
import { until } from './until.ts';

const MANAGER_ADDRESS = '10.1.0.2';
const EDGES = ['edge1', 'edge2'] as const;
const MACHINE = LEGACY.newa;

let dir: string;
let centre: DataCentre;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'vnet-edges-'));
  const hosts = Object.keys(TWO_EDGES.topology.hosts!);
  const [program = '', ...words] = commandOf('vnmgr', 'keygen', dir, ...hosts);
  execFileSync(program, words);
  const handouts = Object.fromEntries(hosts.map((host) => [host, join(dir, 'handout', host)]));
  const listen = `tcp://${MANAGER_ADDRESS}:9102`;
  centre = await DataCentre.up({ ...TWO_EDGES, listen, keys: { vnmgr: dir, ...handouts } });
  for (const edge of EDGES) await mapVlans(centre, edge);
  await centre.reachedAfter('newa', '10.0.0.3');
});

afterAll(async () => {
  await centre.down();
  rmSync(dir, { recursive: true });
});

/** Which edge carries VLAN 100, as the manager says. */
async function holder(): Promise<(typeof EDGES)[number]> {
  const role = await roleOf100();
  const name = EDGES.find((edge) => role?.datapath_uuid === `dp-${edge}`);
  if (!name) throw new Error(`nobody carries VLAN 100: ${JSON.stringify(role)}`);
  return name;
}

async function roleOf100() {
  type Role = { vlan_id: number; datapath_uuid: string; alone: boolean };
  const { items } = (await centre.api('GET', 'edge_roles')) as { items?: Role[] };
  return items?.find(({ vlan_id }) => vlan_id === 100);
}

function other(edge: string): (typeof EDGES)[number] {
  return edge === 'edge1' ? 'edge2' : 'edge1';
}

/** Whether the switch of an edge host lets VLAN 100 pass. */
async function isOpen(edge: string): Promise<boolean> {
  const [flow] = (await centre.flows(edge, 'table=15')).filter((each) => each.includes('dl_vlan=100 '));
  const end = /load:(0x\w+)->NXM_NX_REG1/.exec(flow ?? '')?.[1];
  return end !== undefined && (await centre.flows(edge, 'table=16')).some((each) => each.includes(`reg1=${end} `));
}

/** How many copies of one broadcast of a machine others get. */
async function copies(from: string, to: string): Promise<number> {
  const marker = `marker ${Math.random()}`;
  await using capture = await Capture.on(centre.lab.node(to), 'eth0');
  const sender = new Sender(centre.lab.node(from));
  const { mac, address } = from === 'newa' ? MACHINE : { mac: centre.lab.vm(from).mac, address: '10.0.0.3' };
  const frame = (text: string): Buffer =>
    datagram({ src: mac, dst: 'ff:ff:ff:ff:ff:ff', srcIp: address, dstIp: '255.255.255.255' }, text);
  sender.send([frame(marker)]);
  await capture.frame((each) => each.includes(marker), `${to} gets a broadcast of ${from}`);
  // What went round would have come before this one.
  sender.send([frame('the end')]);
  await capture.frame((each) => each.includes('the end'), `${to} gets the last broadcast of ${from}`);
  sender.close();
  return capture.frames.filter((each) => each.includes(marker)).length;
}

/** Something happens to the edge that carries the VLAN: how long the VLAN is without one, and whether ever two were open. */
async function takeOver(what: (edge: string) => Promise<unknown>): Promise<number> {
  const before = await holder();
  const next = other(before);
  const seen = { bothOpen: false, watching: true };
  const watch = (async () => {
    while (seen.watching) {
      const [one, two] = await Promise.all([isOpen(before), isOpen(next)]);
      seen.bothOpen ||= one && two;
    }
  })();
  const start = performance.now();
  try {
    await what(before);
    await until(() => isOpen(next), `${next} takes over`, 15_000);
    await centre.reachedAfter('a3', MACHINE.address);
  } finally {
    seen.watching = false;
    await watch;
  }
  const ms = performance.now() - start;
  expect(seen.bothOpen, 'both were open at the same time').toBe(false);
  expect(await isOpen(before)).toBe(false);
  return ms;
}

async function expectNoLoop(): Promise<void> {
  expect(await copies('newa', 'a3')).toBe(1);
  expect(await copies('newa', 'a2')).toBe(1);
  expect(await copies('a3', 'newa')).toBe(1);
  expect(await copies('a3', 'a2')).toBe(1);
}

describe('two edge hosts on one VLAN', () => {
  it('make no loop: one of them carries it', async () => {
    const open = await Promise.all(EDGES.map(isOpen));
    expect(open.filter(Boolean)).toHaveLength(1);
    expect(open[EDGES.indexOf(await holder())]).toBe(true);
    await expectNoLoop();
    for (const vm of ['a1', 'a2', 'a3']) {
      expect((await centre.ping(vm, MACHINE.address, { count: 3 })).received).toBe(3);
    }
  });

  it('take over when the agent of the one that carries it is killed', async () => {
    let killed = '';
    const ms = await takeOver(async (edge) => {
      killed = edge;
      await centre.agent(edge).kill();
    });
    process.stderr.write(`take-over after the agent was killed: ${(ms / 1000).toFixed(1)} s\n`);
    expect(ms).toBeLessThan(8_000);
    await expectNoLoop();
    await centre.agent(killed).start();
    await centre.settled();
    await expectNoLoop();
  });

  it('take over when the one that carries it is cut off from the manager, and it stops before', async () => {
    let cut = '';
    const ms = await takeOver(async (edge) => {
      cut = edge;
      await centre.lab.exec(edge, ['ip', 'route', 'add', 'blackhole', MANAGER_ADDRESS]);
    });
    process.stderr.write(`take-over after a cut from the manager: ${(ms / 1000).toFixed(1)} s\n`);
    expect(ms).toBeLessThan(8_000);
    await expectNoLoop();
    await centre.lab.exec(cut, ['ip', 'route', 'del', 'blackhole', MANAGER_ADDRESS]);
    await centre.agent(cut).message('synced', { after: await centre.agent(cut).mark(), timeout: 30_000 });
    expect(await holder()).toBe(other(cut));
    await expectNoLoop();
  });

  it('hand over when the trunk of the one that carries it loses its link', async () => {
    let dead = '';
    const ms = await takeOver(async (edge) => {
      dead = edge;
      await centre.lab.exec(edge, ['ip', 'link', 'set', TRUNK, 'down']);
    });
    process.stderr.write(`take-over after a trunk lost its link: ${(ms / 1000).toFixed(1)} s\n`);
    expect(ms).toBeLessThan(4_000);
    const { stdout } = await centre.vnctl('agents');
    expect(stdout).toContain('a trunk is dead');
    await centre.lab.exec(dead, ['ip', 'link', 'set', TRUNK, 'up']);
    await centre.settled();
    expect(await holder()).toBe(other(dead));
    await expectNoLoop();
  });

  it('lose nothing when the agent of the one that carries it, or the manager, is restarted', async () => {
    const before = await holder();
    const ping = await SteadyPing.start(centre, 'a3', MACHINE.address.split('/')[0]!);
    await centre.agent(before).stop();
    await centre.agent(before).start();
    await centre.settled();
    await centre.vnmgr.stop();
    await centre.startManager();
    await centre.settled();
    await ping.more(1_000);
    const { lost, answers } = await ping.stop();
    process.stderr.write(`restart of the edge's agent and of the manager: ${lost.length} of ${answers} lost\n`);
    expect(lost).toEqual([]);
    expect(await holder()).toBe(before);
    await expectNoLoop();
  });

  it('count as one while the port of the other is on no bridge, until the manager has heard that it is', async () => {
    const [one, two] = [await holder(), other(await holder())];
    const marks = [await centre.agent(one).mark(), await centre.agent(two).mark()] as const;
    await centre.lab.host(two).vsctl('del-port', TRUNK);
    const warning = 'the port of an edge interface is not on the bridge: it carries no VLAN';
    expect(await centre.agent(two).message(warning, { after: marks[1] })).toMatchObject({ port: TRUNK });
    await until(async () => (await roleOf100())?.alone === true, `${one} goes on by itself`);
    await centre.settled();
    const ping = await SteadyPing.start(centre, 'a3', MACHINE.address.split('/')[0]!);
    await centre.vnmgr.stop();
    await ping.more(5_000);
    const { lost, answers } = await ping.stop();
    process.stderr.write(`manager away, the other edge not plugged: ${lost.length} of ${answers} lost\n`);
    expect(lost).toEqual([]);
    await centre.lab.host(two).vsctl('add-port', 'br0', TRUNK);
    const seen = async (): Promise<boolean> =>
      (await centre.flows(two, 'table=15')).some((each) => each.includes('dl_vlan=100 '));
    await until(seen, `${two} knows that its trunk is back`);
    expect(await isOpen(two)).toBe(false);
    await centre.startManager();
    await until(async () => (await roleOf100())?.alone === false, `${one} knows of ${two}`);
    await until(() => isOpen(one), `${one} goes on`);
    expect(await isOpen(two)).toBe(false);
    await expectNoLoop();
  });

  it('say when and why they begin and stop', async () => {
    const [one, two] = [await holder(), other(await holder())];
    const [begun, stopped] = [await centre.agent(two).mark(), await centre.agent(one).mark()];
    await centre.lab.exec(one, ['ip', 'link', 'set', TRUNK, 'down']);
    const about = { vlan: 100, network: 'nw-a', port: TRUNK };
    const is100 = (line: Readonly<Record<string, unknown>>, msg: string): boolean =>
      line['vlan'] === 100 && line['msg'] === msg;
    const end = await centre
      .agent(one)
      .message((line) => is100(line, 'this edge carries a VLAN no more'), { after: stopped });
    expect(end).toMatchObject({ ...about, reason: 'its trunk is dead' });
    const start = await centre
      .agent(two)
      .message((line) => is100(line, 'this edge carries a VLAN from now on'), { after: begun });
    expect(start).toMatchObject(about);
    await centre.lab.exec(one, ['ip', 'link', 'set', TRUNK, 'up']);
    await centre.settled();
  });

  it('hand over at once when the mapping of the one that carries it is deleted, and need no manager then', async () => {
    const before = await holder();
    const ms = await takeOver(async (edge) => centre.vnctl('vlan-translations', 'del', `vt-${edge}x100`));
    process.stderr.write(`take-over after the mapping was deleted: ${(ms / 1000).toFixed(1)} s\n`);
    expect(ms).toBeLessThan(3_000);
    await centre.lab.exec(other(before), ['ip', 'route', 'add', 'blackhole', MANAGER_ADDRESS]);
    const lost = await centre.ping('a3', MACHINE.address, { count: 50 });
    expect(lost.received).toBe(50);
    await centre.lab.exec(other(before), ['ip', 'route', 'del', 'blackhole', MANAGER_ADDRESS]);
  });
});
