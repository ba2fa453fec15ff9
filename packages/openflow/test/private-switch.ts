/**
 * A real Open vSwitch of one's own: ovsdb-server and ovs-vswitchd in a temporary directory. Its userspace datapath has dummy
 * devices: no network devices are made, so that several can run side by side, without root.
 */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const SCHEMA = '/usr/share/openvswitch/vswitch.ovsschema';
const BRIDGE = 'br0';
/** A dump of 100,000 flows takes some 20 MB. */
const MAX_OUTPUT = 256 * 1024 * 1024;

export class PrivateSwitch {
  readonly directory = mkdtempSync(join(tmpdir(), 'vnet-openflow-'));
  readonly bridge = BRIDGE;
  readonly target = `unix:${join(this.directory, `${BRIDGE}.mgmt`)}`;
  #database: ChildProcess | undefined;
  #daemon: ChildProcess | undefined;

  static async start(): Promise<PrivateSwitch> {
    const instance = new PrivateSwitch();
    execFileSync('ovsdb-tool', ['create', join(instance.directory, 'conf.db'), SCHEMA]);
    instance.#database = instance.#spawn('ovsdb-server', [
      join(instance.directory, 'conf.db'),
      `--remote=punix:${instance.#socket}`,
    ]);
    await until(() => existsSync(instance.#socket));
    instance.vsctl('--no-wait', 'init');
    await instance.startDaemon();
    instance.vsctl('add-br', BRIDGE, '--', 'set', 'bridge', BRIDGE, 'datapath_type=dummy', 'fail_mode=secure');
    return instance;
  }

  get #socket(): string {
    return join(this.directory, 'db.sock');
  }

  get #environment(): NodeJS.ProcessEnv {
    return { ...process.env, OVS_RUNDIR: this.directory, OVS_LOGDIR: this.directory, OVS_DBDIR: this.directory };
  }

  #spawn(program: string, args: readonly string[]): ChildProcess {
    return spawn(program, ['-vconsole:off', ...args], { env: this.#environment, stdio: 'ignore' });
  }

  async startDaemon(): Promise<void> {
    this.#daemon = this.#spawn('ovs-vswitchd', [
      `unix:${this.#socket}`,
      '--disable-system',
      '--enable-dummy',
      '--pidfile',
    ]);
    await until(() => existsSync(join(this.directory, 'ovs-vswitchd.pid')));
  }

  async killDaemon(): Promise<void> {
    await end(this.#daemon);
  }

  vsctl(...args: string[]): string {
    return this.#run('ovs-vsctl', [`--db=unix:${this.#socket}`, '--timeout=10', ...args]);
  }

  /** `ovs-ofctl -O OpenFlow13 COMMAND BRIDGE …` */
  ofctl(command: string, ...args: string[]): string {
    return this.#run('ovs-ofctl', ['-O', 'OpenFlow13', command, this.target, ...args]);
  }

  /** The flows as text without counters, one per line. */
  dumpFlows(): string[] {
    const lines = this.#run('ovs-ofctl', ['-O', 'OpenFlow13', 'dump-flows', '--no-stats', this.target]).split('\n');
    return lines.map((line) => line.trim()).filter((line) => line.includes('actions='));
  }

  #run(program: string, args: readonly string[]): string {
    return execFileSync(program, args, {
      env: this.#environment,
      encoding: 'utf8',
      maxBuffer: MAX_OUTPUT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  async stop(): Promise<void> {
    await end(this.#daemon);
    await end(this.#database);
    rmSync(this.directory, { recursive: true });
  }
}

async function end(process: ChildProcess | undefined): Promise<void> {
  if (!process || process.exitCode !== null || process.signalCode !== null) return;
  process.kill('SIGKILL');
  await once(process, 'exit');
}

/** Looks again and again until `condition` holds; gives up after ten seconds. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`still not so after ten seconds: ${condition.toString()}`);
    await delay(10);
  }
}
