import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Host } from '../src/index.ts';
import { Program, type LogLine } from './program.ts';
import type { Abilities } from './strict-openflow.ts';
import type { StrictLine } from './strict-proxy.ts';

const PROXY = fileURLToPath(new URL('strict-proxy.ts', import.meta.url));

/** Where the agent waits for the switch, and where the proxy does, in the namespace of the host. */
const AGENT = 'tcp:127.0.0.1:6653';
const DOOR = 'tcp:127.0.0.1:6654';

/** ONF's bundles, by which a controller may find out whether the switch has them. */
const BUNDLE = 'experimenter message 0x4f4e4600/2300';

let switches = 0;

/** The switch of a host as one that speaks OpenFlow 1.3 and nothing else: all it is told goes through a proxy that refuses the rest. */
export class StrictSwitch {
  /** What the agent needs as options to be the controller of it. */
  readonly agentOptions: readonly string[];
  readonly #host: Host;
  readonly #line: StrictLine;
  readonly #proxy: Program;

  private constructor(host: Host, line: StrictLine, agentOptions: readonly string[]) {
    this.#host = host;
    this.#line = line;
    this.agentOptions = agentOptions;
    const number = ++switches;
    const command = [process.execPath, '--import', 'tsx', PROXY, JSON.stringify(line)];
    this.#proxy = new Program(() => host.spawn(`strict-${number}`, command));
  }

  /** The switch is known by OpenFlow alone, and dials the agent over TCP. */
  static async thatDials(host: Host, abilities: Abilities = {}): Promise<StrictSwitch> {
    await host.exec(['ip', 'link', 'set', 'lo', 'up']);
    const strict = new StrictSwitch(host, { listen: DOOR, dial: AGENT, controller: 'listens', ...abilities }, [
      '--ovsdb',
      'none',
      '--openflow',
      `listen:${AGENT}`,
    ]);
    await strict.#proxy.start();
    await host.vsctl('set', 'bridge', host.bridge, 'protocols=OpenFlow13', 'fail_mode=secure');
    await host.vsctl('set-controller', host.bridge, DOOR);
    await host.vsctl('set', 'controller', host.bridge, 'connection-mode=out-of-band', 'max_backoff=1000');
    return strict;
  }

  /** The agent dials the switch by a socket file; its OVSDB is as ever. */
  static async withDatabase(host: Host, abilities: Abilities = {}): Promise<StrictSwitch> {
    const socket = `unix:${host.paths.runDir}/strict.mgmt`;
    const line = { listen: socket, dial: host.openflow, controller: 'dials', ...abilities } as const;
    const strict = new StrictSwitch(host, line, ['--openflow', socket]);
    await strict.#proxy.start();
    return strict;
  }

  /** Where one who wants to be its controller dials, as ovs-ofctl has it; only of one with a database. */
  get endpoint(): string {
    return this.#line.listen;
  }

  /** What it was asked that OpenFlow 1.3 has not; each request for a bundle is one too. */
  async refusals(): Promise<readonly LogLine[]> {
    return (await this.#proxy.lines()).filter(({ msg }) => msg === 'refused');
  }

  /**
   * All that went wrong: what was refused, by the proxy or by the switch behind, but for what is documented as a probe.
   * @param probes what may be refused besides: the words of the refusal
   * @returns each thing once, and how often
   */
  async violations(probes: readonly string[] = []): Promise<readonly string[]> {
    const lines = await this.#proxy.lines();
    const connections = lines.filter(({ msg }) => msg === 'connected').length;
    const wrong = lines.filter(({ msg }) => msg !== 'ready' && msg !== 'connected');
    const bundles = wrong.filter(({ what }) => what === BUNDLE);
    // Once for each connection.
    const allowed = new Set(bundles.slice(0, connections));
    const left = wrong.filter((each) => !allowed.has(each) && !probes.includes(String(each['what'])));
    const texts = left.map(({ msg, error, what }) =>
      [msg, error, what].flatMap((each) => (typeof each === 'string' ? [each] : [])).join(': '),
    );
    return [...new Set(texts)].map((text) => `${texts.filter((each) => each === text).length} × ${text}`);
  }

  /** Where its log is, for the one who looks for what went wrong. */
  get log(): string {
    return this.#proxy.daemon.log;
  }

  async stop(): Promise<void> {
    await this.#proxy.stop();
    if (this.#line.listen.startsWith('unix:')) await rm(this.#line.listen.slice('unix:'.length), { force: true });
    if (this.#line.controller === 'listens') await this.#host.vsctl('del-controller', this.#host.bridge);
  }
}
