import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';

export interface CachePurgeOptions {
  /** A command to ovs-vswitchd, as `ovs-appctl` gives it. */
  readonly control: (command: string) => Promise<string>;
  readonly log: Log;
  readonly settleMs?: number;
  readonly restMs?: number;
}

/** Changes of this time share a purge. */
const SETTLE_MS = 1_000;
/** Between two purges: each makes the next packet of every flow take the slow path. */
const REST_MS = 10_000;

/**
 * Empties the datapath's cache a moment after flows have changed. Open vSwitch before 3.2 takes no notice when it cannot change
 * an entry of the cache: packets in that flow then go the old way for as long as they come, past changed filters and to links
 * that are down.
 */
export class CachePurge {
  readonly #options: CachePurgeOptions;
  readonly #closing = new AbortController();
  #running = false;
  #again = false;
  #needed: boolean | undefined;

  constructor(options: CachePurgeOptions) {
    this.#options = options;
  }

  /** Flows have changed. */
  soon(): void {
    this.#again = true;
    if (this.#running || this.#needed === false) return;
    this.#running = true;
    void this.#run().finally(() => (this.#running = false));
  }

  close(): void {
    this.#closing.abort();
  }

  async #run(): Promise<void> {
    const { control, log, settleMs = SETTLE_MS, restMs = REST_MS } = this.#options;
    const { signal } = this.#closing;
    try {
      this.#needed ??= leavesEntries(await control('version'));
      while (this.#again && this.#needed && !signal.aborted) {
        await sleep(settleMs, undefined, { signal });
        this.#again = false;
        await control('revalidator/purge');
        await sleep(restMs - settleMs, undefined, { signal });
      }
    } catch (error) {
      if (!signal.aborted) log.debug({ error: String(error) }, 'the cache of the switch was not emptied');
    }
  }
}

/** `ovs-vswitchd (Open vSwitch) 3.1.0` */
export function leavesEntries(version: string): boolean {
  const [, major = 0, minor = 0] = (/ (\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  return major < 3 || (major === 3 && minor < 2);
}
