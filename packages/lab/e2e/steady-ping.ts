import type { Daemon } from '../src/index.ts';
import type { DataCentre } from './data-centre.ts';
import { until } from './until.ts';

/** A ping every millisecond, or as often as wanted, that goes on while something happens, and then says what was lost. */
export class SteadyPing {
  readonly #daemon: Daemon;

  private constructor(daemon: Daemon) {
    this.#daemon = daemon;
  }

  /** Begins; when the promise settles, answers come. */
  static async start(centre: DataCentre, from: string, address: string, hertz = 1_000): Promise<SteadyPing> {
    const name = `ping-${address}-${starts++}`;
    const argv = ['ping', '-n', '-i', String(1 / hertz), address];
    const ping = new SteadyPing(centre.lab.spawn(from, name, argv));
    await ping.more(hertz / 10);
    return ping;
  }

  /** Waits for some more answers. */
  async more(count: number): Promise<void> {
    const wanted = (await this.#answers()).length + count;
    await until(async () => (await this.#answers()).length >= wanted, `${count} more answers`);
  }

  /** Ends it: how many answers came, and which numbers up to the last answer did not. */
  async stop(): Promise<{ readonly answers: number; readonly lost: readonly number[] }> {
    await this.#daemon.kill('SIGINT');
    const answers = new Set(await this.#answers());
    const last = Math.max(...answers);
    const lost = Array.from({ length: last }, (_, index) => index + 1).filter((number) => !answers.has(number));
    return { answers: answers.size, lost };
  }

  async #answers(): Promise<readonly number[]> {
    return [...(await this.#daemon.output()).matchAll(/icmp_seq=(\d+) ttl/g)].map(([, number]) => Number(number));
  }
}

let starts = 0;
