import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 10;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface DaemonOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A program that runs beside the test, with its output in a file. */
export class Daemon {
  readonly argv: readonly string[];
  /** File with what it writes to stdout and stderr. */
  readonly log: string;
  readonly pid: number;
  /** Settles when the program has ended. */
  readonly exited: Promise<Exit>;
  readonly #kill: (signal: NodeJS.Signals) => boolean;
  #exit: Exit | undefined;

  constructor(argv: readonly string[], log: string, options: DaemonOptions = {}) {
    const [program = '', ...args] = argv;
    const file = openSync(log, 'a');
    const child = spawn(program, args, {
      stdio: ['ignore', file, file],
      env: { ...process.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    closeSync(file);
    this.argv = argv;
    this.log = log;
    this.pid = child.pid ?? -1;
    this.#kill = (signal) => child.kill(signal);
    this.exited = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        this.#exit = { code, signal };
        resolve(this.#exit);
      };
      child.on('exit', end);
      child.on('error', () => end(127, null));
    });
  }

  get running(): boolean {
    return this.#exit === undefined;
  }

  /** Asks it to end, and waits until it has. */
  async stop(): Promise<Exit> {
    return this.kill('SIGTERM');
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Exit> {
    if (this.running) this.#kill(signal);
    return this.exited;
  }

  async output(): Promise<string> {
    return readFile(this.log, 'utf8');
  }

  /**
   * Waits for a line of the log.
   * @param from number of characters of the log to skip: what stands there already does not count
   * @returns the first line that fits
   * @throws Error with the end of the log when the time is up or the program has ended
   */
  async line(fits: (line: string) => boolean, options: { timeout?: number; from?: number } = {}): Promise<string> {
    const deadline = Date.now() + (options.timeout ?? 10_000);
    for (;;) {
      // Looked at before the log: what the program wrote last is then in it.
      const { running } = this;
      const found = (await this.output()).slice(options.from).split('\n').slice(0, -1).find(fits);
      if (found !== undefined) return found;
      if (!running || Date.now() > deadline) throw new Error(await this.#complaint());
      await delay(POLL_MS);
    }
  }

  /** Waits for a JSON log line with this `msg`. */
  async message(
    msg: string,
    options: { timeout?: number; from?: number } = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    const line = await this.line((text) => messageOf(text)?.['msg'] === msg, options);
    return messageOf(line)!;
  }

  async #complaint(): Promise<string> {
    const state = this.#exit ? `ended with ${this.#exit.signal ?? this.#exit.code}` : 'did not say what was waited for';
    const end = (await this.output()).split('\n').slice(-15).join('\n');
    return `${this.argv.join(' ')} ${state}; end of ${this.log}:\n${end}`;
  }
}

function messageOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
