import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { BRIDGE, type BridgePlan } from '../plan/plan.ts';
import { switchPaths, switchScript, type SwitchPaths } from '../plan/scripts.ts';
import type { Result } from './command.ts';
import { Node, type Surroundings } from './node.ts';
import { hasEnded } from './processes.ts';

/** A node with an Open vSwitch of its own. */
export class OvsNode extends Node {
  readonly bridge = BRIDGE;
  readonly paths: SwitchPaths;
  readonly #plan: BridgePlan;

  constructor(name: string, surroundings: Surroundings, runDir: string, plan: BridgePlan) {
    super(name, surroundings);
    this.paths = switchPaths(runDir);
    this.#plan = plan;
  }

  /** `unix:…/db.sock` */
  get ovsdb(): string {
    return `unix:${this.paths.ovsdb}`;
  }

  /** `unix:…/br0.mgmt` */
  get openflow(): string {
    return `unix:${this.paths.openflow}`;
  }

  async vsctl(...args: readonly string[]): Promise<string> {
    return text(await this.exec(['ovs-vsctl', `--db=${this.ovsdb}`, ...args]));
  }

  /** `ofctl('dump-flows')`: the bridge goes in behind the first word. */
  async ofctl(command: string, ...args: readonly string[]): Promise<string> {
    return text(await this.exec(['ovs-ofctl', '-O', 'OpenFlow13', command, this.openflow, ...args]));
  }

  async appctl(...args: readonly string[]): Promise<string> {
    return text(await this.exec(['ovs-appctl', '-t', this.paths.switchControl, ...args]));
  }

  /** Ends ovs-vswitchd, as a crash does with SIGKILL. The database and the local port's address stay. */
  async killSwitch(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const pid = Number(await readFile(this.paths.switchPid, 'utf8'));
    process.kill(pid, signal);
    while (!hasEnded(pid)) await delay(5);
  }

  /** Starts ovs-vswitchd again; returns when the bridge stands. */
  async startSwitch(): Promise<void> {
    await this.exec(['sh', '-s'], { input: switchScript(this.#plan, this.paths) });
  }

  async restartSwitch(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.killSwitch(signal);
    await this.startSwitch();
  }
}

function text(result: Result): string {
  return result.stdout.trimEnd();
}
