import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { DataCentre } from './data-centre.ts';
import { until } from './until.ts';

const PROGRAM = fileURLToPath(new URL('./sockets.py', import.meta.url));

/** How long it takes to be sure that something passes. A connection that was blocked is tried again after seconds only. */
const PATIENCE_S = 15;
/** After this, what has not come does not come: a hundred times what a machine needs to answer. */
const SILENCE_S = 0.3;

export type Way = 'tcp' | 'udp' | 'icmp';

/** Something that one machine tries: `tcp:22` from `from` to `to`. */
export interface Attempt {
  readonly from: string;
  readonly to: string;
  readonly way: Way;
  /** Not for ICMP. */
  readonly port?: number;
}

/** Real sockets in all machines of a data centre: echo servers, their clients, and pings. */
export class Sockets implements AsyncDisposable {
  readonly #centre: DataCentre;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  #requests = 0;

  constructor(centre: DataCentre) {
    const { lab } = centre;
    const namespaces = Object.fromEntries(lab.vms.map(({ name, namespace }) => [name, namespace]));
    const [program = '', ...args] = lab.machine.command(['python3', '-Bu', PROGRAM, JSON.stringify(namespaces)]);
    this.#centre = centre;
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface(this.#child.stdout).on('line', (line) => {
      const [number, result] = JSON.parse(line) as [number, unknown];
      this.#waiting.get(number)!(result);
      this.#waiting.delete(number);
    });
  }

  /** Lets a machine echo on TCP and UDP ports. */
  async listen(vm: string, ...ports: readonly number[]): Promise<void> {
    const ways = ports.flatMap((port) => [
      this.#ask('listen', PATIENCE_S, vm, 'tcp', port),
      this.#ask('listen', PATIENCE_S, vm, 'udp', port),
    ]);
    await Promise.all(ways);
  }

  /** Whether the attempt is answered: `expected` only says how long to wait for it. */
  async succeeds({ from, to, way, port = 0 }: Attempt, expected: boolean): Promise<boolean> {
    return (await this.#ask(way, expected ? PATIENCE_S : SILENCE_S, from, this.#address(to), port)) === true;
  }

  /** Opens a TCP connection. @throws Error when it is not answered */
  async connect(from: string, to: string, port: number): Promise<Connection> {
    const number = await this.#ask('connect', PATIENCE_S, from, this.#address(to), port);
    if (number === null) throw new Error(`no connection from ${from} to port ${port} of ${to}`);
    return new Connection((action, seconds) => this.#ask(action, seconds, number));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill();
    await closed;
  }

  #address(vm: string): string {
    return this.#centre.lab.vm(vm).address!.split('/')[0]!;
  }

  async #ask(action: string, seconds: number, ...words: readonly unknown[]): Promise<unknown> {
    const number = this.#requests++;
    this.#child.stdin.write(`${JSON.stringify([number, action, seconds, words])}\n`);
    return new Promise((resolve) => this.#waiting.set(number, resolve));
  }
}

/** An open TCP connection to an echo server. */
export class Connection {
  readonly #ask: (action: string, seconds: number) => Promise<unknown>;

  constructor(ask: (action: string, seconds: number) => Promise<unknown>) {
    this.#ask = ask;
  }

  /** Whether what is said is echoed: `expected` only says how long to wait for it. */
  async answers(expected: boolean): Promise<boolean> {
    return (await this.#ask('say', expected ? PATIENCE_S : SILENCE_S)) === true;
  }

  /** Begins to exchange data, a kilobyte every millisecond or so. */
  async transfer(): Promise<void> {
    await this.#ask('transfer', PATIENCE_S);
  }

  /** Waits until some more kilobytes of the transfer have come back. */
  async flows(more = 20): Promise<void> {
    const wanted = (await this.#echoed()) + more;
    await until(async () => (await this.#echoed()) >= wanted, 'the transfer goes on');
  }

  /** Waits until nothing comes back any more. */
  async stops(): Promise<void> {
    let last = -1;
    let since = 0;
    await until(async () => {
      const now = await this.#echoed();
      if (now !== last) [last, since] = [now, performance.now()];
      return performance.now() - since > SILENCE_S * 1000;
    }, 'the transfer stops');
  }

  async close(): Promise<void> {
    await this.#ask('close', PATIENCE_S);
  }

  async #echoed(): Promise<number> {
    return Number(await this.#ask('echoed', PATIENCE_S));
  }
}
