import type { Log } from '../log.ts';
import type { State } from '../state/state.ts';
import type { Session } from './session.ts';
import { saveState } from './state-file.ts';

/** Saving takes at most a twentieth of the time, however large the state is. */
const AFTER_MS = 1_000;
const SHARE = 20;

/** Saves what the agent holds, for a start without a manager; nothing of it without a state directory. */
export class StateSaver<R extends object> {
  readonly #dir: string | undefined;
  readonly #state: State<R>;
  readonly #session: Pick<Session, 'held' | 'up' | 'complete'>;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  #lastMs = 0;

  constructor(dir: string | undefined, state: State<R>, session: Pick<Session, 'held' | 'up' | 'complete'>, log: Log) {
    this.#dir = dir;
    this.#state = state;
    this.#session = session;
    this.#log = log;
  }

  soon(): void {
    if (this.#dir === undefined) return;
    this.#timer ??= setTimeout(() => this.#save(), Math.max(AFTER_MS, SHARE * this.#lastMs));
  }

  /** Saves once more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#save();
  }

  /** Half a view is not saved. */
  #save(): void {
    this.#timer = undefined;
    const { held, up, complete } = this.#session;
    if (this.#dir === undefined || !held || (up && !complete)) return;
    try {
      const started = performance.now();
      saveState(this.#dir, held, this.#state);
      this.#lastMs = performance.now() - started;
    } catch (error) {
      this.#log.error({ state_dir: this.#dir, error: String(error) }, 'the state could not be saved');
    }
  }
}
