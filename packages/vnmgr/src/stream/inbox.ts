import { setTimeout as sleep } from 'node:timers/promises';
import { type AgentFacts, VnetError } from '@vnet/model';
import { Editor } from '../rules/editor.ts';
import { applyFacts } from '../rules/facts.ts';
import type { Settings } from '../rules/rule.ts';
import type { Store } from '../store/store.ts';

export interface InboxOptions {
  readonly store: Store;
  readonly settings: Settings;
  readonly onError: (error: unknown, during: string) => void;
}

/** One message at most for a revision: a batch that cannot be written is tried message by message. */
const MAX_BATCH = 200;
const RETRY_MS = 1_000;

/** Nobody answers facts, so nothing of them may be lost: they wait here until they are written. */
export class Inbox {
  readonly #options: InboxOptions;
  #waiting: AgentFacts[] = [];
  #running: Promise<void> | undefined;
  readonly #closing = new AbortController();

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  add(facts: AgentFacts): void {
    this.#waiting.push(facts);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Gives up what waits for the database; agents say it again when they connect. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { onError } = this.#options;
    while (this.#waiting.length > 0 && !this.#closing.signal.aborted) {
      const batch = this.#waiting.splice(0, MAX_BATCH);
      try {
        await this.#write(batch);
      } catch (error) {
        onError(error, 'writing what agents said');
        // Agents are sent away with the right to write, and say it again to who has it.
        if (error instanceof VnetError && error.name === 'NotWriter') continue;
        if (!(error instanceof VnetError) || error.status !== 503) {
          await this.#oneByOne(batch);
          continue;
        }
        this.#waiting.unshift(...batch);
        await sleep(RETRY_MS, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      }
    }
  }

  /** One bad message must not take the others with it. */
  async #oneByOne(batch: readonly AgentFacts[]): Promise<void> {
    for (const facts of batch) {
      await this.#write([facts]).catch((error: unknown) => {
        this.#options.onError(error, `writing what datapath ${facts.datapath_id} said`);
      });
    }
  }

  async #write(batch: readonly AgentFacts[]): Promise<void> {
    const { store, settings } = this.#options;
    await store.write({ who: 'agents', request_id: '' }, async (tx) => {
      const edit = new Editor(tx, settings);
      for (const facts of batch) {
        await applyFacts(edit, facts);
        await edit.settle();
      }
    });
  }
}
