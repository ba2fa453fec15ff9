import type { Log } from '../log.ts';
import type { CachePurge } from './cache-purge.ts';

export interface DatapathCacheOptions {
  /** Settles when the switch has ended the round of its cache that is under way, or the next one (`revalidator/wait`). */
  readonly round: () => Promise<unknown>;
  /** Makes the switch begin a round now, and not when half a second is over. */
  readonly nudge: () => void;
  /** For switches that do not always let the cache follow. */
  readonly purge?: CachePurge;
  readonly log: Log;
}

/** The switch begins no round within 5 ms of the one before. */
const NUDGE_MS = 5;

/**
 * The datapath's cache of decisions, which follows the flows: Open vSwitch looks at all of it, round after round, and until it
 * has, packets go where the flows of before sent them.
 *
 * A round under way may have begun before a change; the one after it has not. So two of them have to end.
 */
export class DatapathCache {
  readonly #options: DatapathCacheOptions;
  /** Ends with the last look at the cache that was asked for. */
  #looks: Promise<void> = Promise.resolve();
  /** Whether a look has been asked for that has not begun. */
  #asked = false;
  #warned = false;

  constructor(options: DatapathCacheOptions) {
    this.#options = options;
  }

  /** Packets may go by flows that are no more. Changes that come while the cache is looked at share the next look. */
  outdated(): void {
    this.#options.purge?.soon();
    if (this.#asked) return;
    this.#asked = true;
    this.#looks = this.#looks.then(() => this.#look());
  }

  /** When it settles, no packet goes by flows of which it was said before that they are no more. Never rejects. */
  async settled(): Promise<void> {
    await this.#looks;
  }

  close(): void {
    this.#options.purge?.close();
  }

  async #look(): Promise<void> {
    this.#asked = false;
    const { round, nudge, log } = this.#options;
    const nudges = setInterval(nudge, NUDGE_MS);
    try {
      for (let rounds = 0; rounds < 2; rounds++) {
        const ended = round();
        nudge();
        await ended;
      }
      this.#warned = false;
    } catch (error) {
      // Said once, and again only after it has worked.
      if (!this.#warned)
        log.warn({ error: String(error) }, 'it is not known when the cache of the switch follows the flows');
      this.#warned = true;
    } finally {
      clearInterval(nudges);
    }
  }
}
