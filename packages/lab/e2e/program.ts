import type { Daemon, Exit } from '../src/index.ts';

export type LogLine = Readonly<Record<string, unknown>>;

/** A daemon of VNet that can be ended and started again. What it says is looked for in its present run only. */
export class Program {
  readonly #spawn: () => Daemon;
  #daemon: Daemon | undefined;
  /** Where the present run begins in the log file, in characters. */
  #from = 0;

  constructor(spawn: () => Daemon) {
    this.#spawn = spawn;
  }

  get daemon(): Daemon {
    if (!this.#daemon) throw new Error('The program was never started');
    return this.#daemon;
  }

  get running(): boolean {
    return this.#daemon?.running ?? false;
  }

  /** Starts it and waits until it is ready. */
  async start(): Promise<void> {
    await this.launch();
    await this.message('ready');
  }

  /** Starts it without waiting: for one that has reason not to become ready. */
  async launch(): Promise<void> {
    if (this.running) throw new Error(`${this.daemon.argv.join(' ')} runs already`);
    this.#from = this.#daemon ? (await this.#daemon.output()).length : 0;
    this.#daemon = this.#spawn();
  }

  async stop(): Promise<Exit> {
    return this.daemon.stop();
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Exit> {
    return this.daemon.kill(signal);
  }

  /** The log lines of the present run. */
  async lines(): Promise<readonly LogLine[]> {
    const text = (await this.daemon.output()).slice(this.#from);
    return text.split('\n').flatMap((line): LogLine[] => {
      const parsed = parse(line);
      return parsed ? [parsed] : [];
    });
  }

  /** How far the log has come: what is said later is looked for `after` this. */
  async mark(): Promise<number> {
    return (await this.daemon.output()).length;
  }

  /**
   * Waits for a log line.
   * @param what its `msg`, or a condition on it
   */
  async message(
    what: string | ((line: LogLine) => boolean),
    options: { readonly after?: number; readonly timeout?: number } = {},
  ): Promise<LogLine> {
    const fits = typeof what === 'string' ? (line: LogLine): boolean => line['msg'] === what : what;
    const text = await this.daemon.line(
      (each) => {
        const line = parse(each);
        return line !== undefined && fits(line);
      },
      { from: options.after ?? this.#from, ...(options.timeout === undefined ? {} : { timeout: options.timeout }) },
    );
    return parse(text)!;
  }
}

function parse(line: string): LogLine | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as LogLine) : undefined;
  } catch {
    return undefined;
  }
}
