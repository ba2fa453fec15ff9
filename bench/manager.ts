/** vnmgr and vnapi as they run, on a MariaDB of this benchmark alone; and clients of theirs. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type MariaDb, startMariaDb } from '../packages/vnmgr/test/mariadb.ts';

interface Started {
  readonly process: ChildProcess;
  /** The line of its log that says that it is ready. */
  readonly ready: Readonly<Record<string, unknown>>;
}

/** Runs a program of dist/ until it says that it is ready. */
async function start(name: string, args: readonly string[]): Promise<Started> {
  const main = fileURLToPath(new URL(`../packages/${name}/dist/main.js`, import.meta.url));
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  return await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)));
    // Goes on reading: a program whose log is not read stands still.
    createInterface({ input: child.stderr }).on('line', (line) => {
      const said = JSON.parse(line) as Record<string, unknown>;
      if (said['msg'] === 'ready') resolve({ process: child, ready: said });
    });
  });
}

export class ManagerUnderTest implements AsyncDisposable {
  readonly #database: MariaDb;
  readonly #dir: string;
  readonly #programs: readonly ChildProcess[];
  readonly #address: string;
  readonly #agent = new Agent({ keepAlive: true });

  private constructor(database: MariaDb, dir: string, programs: readonly ChildProcess[], address: string) {
    this.#database = database;
    this.#dir = dir;
    this.#programs = programs;
    this.#address = address;
  }

  static async up(): Promise<ManagerUnderTest> {
    const dir = mkdtempSync(join(tmpdir(), 'vnet-bench-'));
    const database = await startMariaDb();
    const bus = `ipc://${dir}/bus`;
    const vnmgr = await start('vnmgr', ['--database', await database.createDatabase(), '--listen', bus]);
    const vnapi = await start('vnapi', ['--manager', bus, '--listen', '127.0.0.1:0']);
    const programs = [vnmgr.process, vnapi.process];
    return new ManagerUnderTest(database, dir, programs, String(vnapi.ready['address']));
  }

  /** One request; throws unless it is answered with 200. */
  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const url = `${this.#address}/api/1.0/${path}`;
    return await new Promise((resolve, reject) => {
      const sent = request(url, { method, headers, agent: this.#agent }, (reply) => {
        const parts: Buffer[] = [];
        reply.on('data', (part: Buffer) => parts.push(part));
        reply.on('end', () => {
          const answer = Buffer.concat(parts).toString();
          if (reply.statusCode === 200) resolve(JSON.parse(answer));
          else reject(new Error(`${method} ${path}: ${reply.statusCode} ${answer}`));
        });
      });
      sent.on('error', reject);
      sent.end(text);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
    for (const program of this.#programs.toReversed()) {
      const ended = once(program, 'exit');
      program.removeAllListeners('exit');
      const gone = once(program, 'exit');
      program.kill('SIGTERM');
      await Promise.race([ended, gone]);
    }
    await this.#database.close();
    rmSync(this.#dir, { recursive: true });
  }
}
