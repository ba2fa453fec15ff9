import type { Log } from '../log.ts';

/** How often one thing is spoken of. */
const PERIOD_MS = 10_000;

/** Counts what goes wrong again and again, and says so at most once in a while for each thing. */
export class Complaints {
  readonly #log: Log;
  readonly #counts = new Map<string, { message: string; details: object; times: number }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  count(what: string, message: string, details: object): void {
    this.#counts.set(what, { message, details, times: (this.#counts.get(what)?.times ?? 0) + 1 });
    this.#timer ??= setTimeout(() => this.#say(), PERIOD_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#say();
  }

  #say(): void {
    this.#timer = undefined;
    for (const { message, details, times } of this.#counts.values()) this.#log.warn({ ...details, times }, message);
    this.#counts.clear();
  }
}
