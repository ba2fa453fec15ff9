/** Runs the rules that wait for a time, in the manager that has the right to write. */
import type { EntityName } from '@vnet/model';
import { Editor } from './rules/editor.ts';
import type { BackgroundRule, Settings } from './rules/rule.ts';
import type { Revision } from './store/history.ts';
import type { Store } from './store/store.ts';

export interface BackgroundOptions {
  readonly store: Store;
  readonly settings: Settings;
  readonly rules: readonly BackgroundRule[];
  readonly onError: (error: unknown, during: string) => void;
}

/** Looks again after so long even if nothing happens: clocks are set, and timers have a longest time. */
const LONGEST_SLEEP_MS = 10_000;
/** After a failure, so that a database that is away is not asked without end. */
const PAUSE_MS = 1_000;

/** One rule and the timer of its next time. */
class Alarm {
  readonly #options: BackgroundOptions;
  readonly #rule: BackgroundRule;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #running: Promise<void> = Promise.resolve();

  constructor(options: BackgroundOptions, rule: BackgroundRule) {
    this.#options = options;
    this.#rule = rule;
  }

  concerns(entity: EntityName): boolean {
    return this.#rule.on.includes(entity);
  }

  /** Asks the database for the next time, and runs what is due. */
  wake(): void {
    this.#running = this.#running.then(() => this.#look());
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #look(): Promise<void> {
    if (this.#closed) return;
    const { store, onError } = this.#options;
    try {
      const due = store.writing ? await store.read((queries) => this.#rule.due(queries)) : undefined;
      if (due !== undefined && due <= Date.now()) {
        await this.#run();
        // What it changed wakes it again, by the revision.
        this.#sleep(PAUSE_MS);
      } else this.#sleep(due === undefined ? LONGEST_SLEEP_MS : due - Date.now());
    } catch (error) {
      onError(error, `the background rule "${this.#rule.name}"`);
      this.#sleep(PAUSE_MS);
    }
  }

  async #run(): Promise<void> {
    const { store, settings } = this.#options;
    await store.write({ who: 'vnmgr', request_id: this.#rule.name }, async (tx) => {
      const edit = new Editor(tx, settings);
      await this.#rule.run(edit);
      await edit.settle();
    });
  }

  #sleep(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(() => this.wake(), Math.min(ms, LONGEST_SLEEP_MS)).unref();
  }
}

export class Background {
  readonly #alarms: readonly Alarm[];

  constructor(options: BackgroundOptions) {
    this.#alarms = options.rules.map((rule) => new Alarm(options, rule));
    this.wake();
  }

  /** The right to write was gained or lost. */
  wake(): void {
    for (const alarm of this.#alarms) alarm.wake();
  }

  /** A revision may bring another time. */
  revision({ changes }: Revision): void {
    for (const alarm of this.#alarms) if (changes.some(({ entity }) => alarm.concerns(entity))) alarm.wake();
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await Promise.all(this.#alarms.map((alarm) => alarm.close()));
  }
}
