import { rm } from 'node:fs/promises';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentCommand } from '../src/index.ts';
import { Capture } from './capture.ts';
import { DataCentre } from './data-centre.ts';
import { LEGACY, mapVlan } from './edge-site.ts';
import { datagram, Sender } from './frames.ts';
import { everywhere, PlainHost } from './plain-host.ts';
import { mapPlainSite, TWO_PLAIN_EDGES } from './plain-site.ts';
import { Program } from './program.ts';
import { until } from './until.ts';

/** `edge1` has the plain switch, `edge2` an Open vSwitch with the whole pipeline; both are on one legacy switch. */
const EDGES = ['edge1', 'edge2'] as const;
type Edge = (typeof EDGES)[number];
const MACHINE = { ...LEGACY.newa, address: '10.0.0.101' };
const BROADCAST = 'ff:ff:ff:ff:ff:ff';

/** A line between an agent and the manager that can be cut so that neither is told. */
class ManagerLine {
  readonly path: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;

  constructor(path: string, manager: string) {
    this.path = path;
    this.#server = createServer((near) => {
      const far = connect({ path: manager });
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('data', (chunk: Buffer) => {
          if (!this.#isCut) to.write(chunk);
        });
        from.on('error', () => undefined);
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
      }
    }).listen(path);
  }

  /** From now on nothing passes. */
  cut(): void {
    this.#isCut = true;
  }

  /** What was begun is lost, as after a long time. */
  mend(): void {
    this.#isCut = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.path, { force: true });
  }
}

let centre: DataCentre;
let plain: PlainHost;
const agents = {} as Record<Edge, Program>;
const lines = {} as Record<Edge, ManagerLine>;

beforeAll(async () => {
  const { segments, ...site } = TWO_PLAIN_EDGES;
  centre = await DataCentre.up({ ...site, agents: ['hv2'] });
  for (const edge of EDGES) {
    lines[edge] = new ManagerLine(`${centre.lab.dir}/line-${edge}.sock`, centre.manager.slice('ipc://'.length));
  }
  for (const segment of Object.keys(segments)) {
    await centre.api('POST', 'segments', { uuid: `seg-${segment}`, mode: 'virtual', topology_uuid: 'topo-over' });
  }
  await centre.api('PUT', 'datapaths/dp-edge1', { enable_ovs_learn_action: false });
  plain = await PlainHost.of(centre, 'edge1', {}, `ipc://${lines.edge1.path}`);
  const where = { manager: `ipc://${lines.edge2.path}`, stateDir: centre.stateDir('edge2') };
  const command = agentCommand(centre.lab.host('edge2'), where);
  agents.edge1 = plain.agent;
  agents.edge2 = new Program(() => centre.lab.host('edge2').spawn('vna', command));
  for (const edge of EDGES) await startAgent(edge);
  // The first to map a VLAN is the first to carry it.
  for (const edge of EDGES) await mapPlainSite(centre, edge);
  await centre.reachedAfter('newa', '10.0.0.2');
});

afterAll(async () => {
  await plain.stop();
  await agents.edge2.stop();
  for (const edge of EDGES) await lines[edge].close();
  await centre.down();
});

/** Starts the agent of an edge, and waits until its switch has everything. */
async function startAgent(edge: Edge): Promise<void> {
  await agents[edge].launch();
  await agents[edge].message('synced', { timeout: 20_000 });
  await everywhere(centre);
}

/** Which edge carries VLAN 100, as the manager says; between two it may be nobody. */
async function holder(): Promise<Edge | undefined> {
  const { items } = (await centre.api('GET', 'edge_roles')) as { items?: { vlan_id: number; datapath_uuid: string }[] };
  const role = items?.find(({ vlan_id }) => vlan_id === 100);
  return EDGES.find((edge) => role?.datapath_uuid === `dp-${edge}`);
}

function other(edge: Edge): Edge {
  return edge === 'edge1' ? 'edge2' : 'edge1';
}

/** Numbered broadcasts from one machine, one every 10 ms, and what another gets of them. */
class Stream implements AsyncDisposable {
  readonly #capture: Capture;
  readonly #sender: Sender;
  readonly #timer: NodeJS.Timeout;
  readonly #sent: number[] = [];
  readonly #text: string;

  private constructor(capture: Capture, from: string, to: string) {
    this.#capture = capture;
    this.#sender = new Sender(centre.lab.node(from));
    this.#text = `${from} to ${to} number `;
    const src = from === 'newa' ? MACHINE.mac : centre.lab.vm(from).mac;
    const srcIp = from === 'newa' ? MACHINE.address : centre.lab.vm(from).address!;
    this.#timer = setInterval(() => {
      this.#sent.push(performance.now());
      const text = `${this.#text}${this.#sent.length}.`;
      this.#sender.send([datagram({ src, dst: BROADCAST, srcIp, dstIp: '255.255.255.255' }, text)]);
    }, 10);
  }

  static async from(from: string, to: string): Promise<Stream> {
    const stream = new Stream(await Capture.on(centre.lab.node(to), 'eth0', 'udp'), from, to);
    try {
      await stream.more();
      return stream;
    } catch (error) {
      await stream[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** How often each number came. */
  get copies(): ReadonlyMap<number, number> {
    const numbers = this.#capture.frames.flatMap((frame) => {
      const [, number] = new RegExp(`${this.#text}(\\d+)\\.`).exec(frame.toString('latin1')) ?? [];
      return number === undefined ? [] : [Number(number)];
    });
    return new Map([...new Set(numbers)].map((each) => [each, numbers.filter((n) => n === each).length]));
  }

  /** Between the first and the last broadcast that came more than once, in milliseconds; 0: there is none. */
  get doubled(): number {
    const twice = [...this.copies].filter(([, copies]) => copies > 1).map(([number]) => this.#sent[number - 1]!);
    return twice.length === 0 ? 0 : 10 + Math.max(...twice) - Math.min(...twice);
  }

  /** Waits until one that is sent from now on has come. */
  async more(timeout = 15_000): Promise<void> {
    const next = this.#sent.length + 2;
    await until(() => Math.max(0, ...this.copies.keys()) >= next, `${this.#text}${next} or later comes`, timeout);
  }

  /** The longest time that nothing of what was sent came, in milliseconds. */
  get gap(): number {
    const arrived = [...this.copies.keys()].sort((a, b) => a - b).map((number) => this.#sent[number - 1]!);
    return Math.max(...arrived.map((time, index) => time - (arrived[index - 1] ?? time)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#sender.close();
    await this.#capture.stop();
  }
}

/** Both ways between the legacy side and a VM on a host that is no edge. */
const WAYS = [
  ['newa', 'a2'],
  ['a2', 'newa'],
] as const;

/** While something happens: no broadcast comes twice anywhere, and how long none passed between legacy side and network. */
async function whileStreaming(happens: (streams: readonly Stream[]) => Promise<unknown>): Promise<number> {
  const streams = await Promise.all(WAYS.map(async ([from, to]) => Stream.from(from, to)));
  await using beside = await Capture.on(centre.lab.vm('a1'), 'eth0', 'udp');
  try {
    await happens(streams);
    for (const stream of streams) await stream.more();
  } finally {
    for (const stream of streams) await stream[Symbol.asyncDispose]();
  }
  for (const [index, { doubled }] of streams.entries()) {
    expect(doubled, `${WAYS[index]!.join(' → ')}: ms in which broadcasts came more than once`).toBe(0);
  }
  const texts = beside.frames.map((frame) => frame.subarray(42).toString('latin1'));
  expect(texts.length).toBeGreaterThan(0);
  expect(new Set(texts).size, 'a1 got something more than once').toBe(texts.length);
  return Math.max(...streams.map(({ gap }) => gap));
}

/** Something happens to the edge that carries the VLAN: the other one goes on. @returns how long nothing passed, in ms */
async function takeOver(from: Edge, what: () => unknown): Promise<number> {
  await carriedBy(from);
  const ms = await whileStreaming(async (streams) => {
    await what();
    await until(async () => (await holder()) === other(from), `${other(from)} takes over`, 15_000);
    for (const stream of streams) await stream.more();
  });
  await centre.reachedAfter('a2', MACHINE.address);
  return ms;
}

/** All is well, and one of them carries VLAN 100: to go on from there even when a test before has failed. */
async function carriedBy(edge: Edge): Promise<void> {
  for (const each of EDGES) {
    if (!agents[each].running) await startAgent(each);
  }
  if ((await holder()) !== edge) {
    await centre.vnctl('vlan-translations', 'del', `vt-${other(edge)}x100`);
    await until(async () => (await holder()) === edge, `${edge} carries VLAN 100`, 15_000);
    await mapVlan(centre, 100, 'a', other(edge));
  }
  await centre.reachedAfter('newa', '10.0.0.2');
  await centre.reachedAfter('a1', MACHINE.address);
}

function tell(what: string, ms: number): void {
  process.stderr.write(`${what}: ${(ms / 1000).toFixed(1)} s\n`);
}

describe('a plain edge and an OVS edge on one VLAN', () => {
  it('make no loop: the first carries it', async () => {
    expect(await holder()).toBe('edge1');
    expect(await whileStreaming(async (streams) => streams[0]!.more())).toBeLessThan(1_000);
    for (const vm of ['a1', 'a2']) {
      expect((await centre.ping(vm, MACHINE.address, { count: 3 })).received).toBe(3);
    }
  });

  it('take over when the agent of the plain edge is killed: its switch stops by itself', async () => {
    const ms = await takeOver('edge1', async () => agents.edge1.kill());
    tell('OVS edge for plain edge, agent killed', ms);
    expect(ms).toBeLessThan(8_000);
    await whileStreaming(async () => startAgent('edge1'));
    expect(await holder()).toBe('edge2');
  });

  it('take over when the agent of the OVS edge is killed: the plain edge begins', async () => {
    const ms = await takeOver('edge2', async () => agents.edge2.kill());
    tell('plain edge for OVS edge, agent killed', ms);
    expect(ms).toBeLessThan(8_000);
    await whileStreaming(async () => startAgent('edge2'));
    expect(await holder()).toBe('edge1');
  });

  it('take over when the plain edge is cut off from the manager', async () => {
    const ms = await takeOver('edge1', () => lines.edge1.cut());
    tell('OVS edge for plain edge, cut from the manager', ms);
    const after = await agents.edge1.mark();
    await whileStreaming(async () => {
      lines.edge1.mend();
      await agents.edge1.message('synced', { after, timeout: 30_000 });
    });
    expect(ms).toBeLessThan(8_000);
    expect(await holder()).toBe('edge2');
  });

  it('take over when the OVS edge hangs', async () => {
    const ms = await takeOver('edge2', () => process.kill(agents.edge2.daemon.pid, 'SIGSTOP'));
    tell('plain edge for OVS edge, agent hangs', ms);
    await whileStreaming(async (streams) => {
      process.kill(agents.edge2.daemon.pid, 'SIGCONT');
      await everywhere(centre);
      for (const stream of streams) await stream.more();
    });
    expect(ms).toBeLessThan(8_000);
    expect(await holder()).toBe('edge1');
  });

  it('hand over at once when the mapping of the plain edge is deleted, and again when that of the OVS edge is', async () => {
    const away = await takeOver('edge1', async () => centre.vnctl('vlan-translations', 'del', 'vt-edge1x100'));
    tell('OVS edge for plain edge, mapping deleted', away);
    expect(away).toBeLessThan(3_000);
    await mapVlan(centre, 100, 'a', 'edge1');
    const back = await takeOver('edge2', async () => centre.vnctl('vlan-translations', 'del', 'vt-edge2x100'));
    tell('plain edge for OVS edge, mapping deleted', back);
    expect(back).toBeLessThan(3_000);
  });

  it('is done in words of OpenFlow 1.3 on the plain switch', async () => {
    await plain.expectPlain();
  });
});
