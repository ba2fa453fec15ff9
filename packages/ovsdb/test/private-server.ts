import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const SCHEMA = '/usr/share/openvswitch/vswitch.ovsschema';

/** A real ovsdb-server with a fresh Open_vSwitch database, alone in a temporary directory. */
export class PrivateServer {
  readonly dir = mkdtempSync(join(tmpdir(), 'ovsdb-test-'));
  readonly socket = join(this.dir, 'db.sock');
  readonly control = join(this.dir, 'ovsdb-server.ctl');
  readonly endpoint = `unix:${this.socket}`;
  readonly #database = join(this.dir, 'conf.db');
  #process: ChildProcess | undefined;

  constructor() {
    execFileSync('ovsdb-tool', ['create', this.#database, SCHEMA]);
  }

  /** Resolves when the server accepts connections, on its control socket too. */
  async start(): Promise<void> {
    const args = [`--remote=punix:${this.socket}`, `--unixctl=${this.control}`, '-vconsole:off', this.#database];
    this.#process = spawn('ovsdb-server', args, {
      cwd: this.dir,
      stdio: 'ignore',
      env: { ...process.env, OVS_RUNDIR: this.dir },
    });
    for (const socket of [this.socket, this.control]) {
      while (!(await accepts(socket))) await sleep(5);
    }
  }

  /** Kills the server as a crash would. */
  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
  }

  /** Changes the database while no server runs, as `ovsdb-tool transact` does. */
  transactOffline(operations: readonly object[]): void {
    execFileSync('ovsdb-tool', ['transact', this.#database, JSON.stringify(['Open_vSwitch', ...operations])]);
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
