import type { Log } from '../log.ts';

/** How often one port's drops are spoken of. */
const PERIOD_MS = 10_000;

/** Counts the packets that were too big for the way to their destination, and says so, at most once in a while for a port. */
export class TooBigLog {
  readonly #log: Log;
  readonly #counts = new Map<number, { dropped: number; answered: number; mtu: number }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** `answered`: the sender was told which size would pass. */
  count(port: number, mtu: number, answered: boolean): void {
    const counts = this.#counts.get(port) ?? { dropped: 0, answered: 0, mtu };
    this.#counts.set(port, { dropped: counts.dropped + 1, answered: counts.answered + (answered ? 1 : 0), mtu });
    this.#timer ??= setTimeout(() => this.#say(), PERIOD_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#say();
  }

  #say(): void {
    this.#timer = undefined;
    for (const [port, { dropped, answered, mtu }] of this.#counts) {
      const details = { port_number: port, dropped, answered, mtu, remedy: `set the MTU of the machine to ${mtu}` };
      this.#log.warn(details, 'packets too big for the way to their destination were dropped');
    }
    this.#counts.clear();
  }
}
