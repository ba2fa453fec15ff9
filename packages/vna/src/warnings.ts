import type { Warning } from './compile/emit.ts';
import type { Log } from './log.ts';

/** Says what is wrong once when it begins, and once when it is over. */
export class Warnings {
  readonly #log: Log;
  #said = new Map<string, string>();

  constructor(log: Log) {
    this.#log = log;
  }

  update(warnings: ReadonlyMap<string, Warning>): void {
    const now = new Map([...warnings].map(([subject, warning]) => [subject, JSON.stringify(warning)]));
    for (const [subject, warning] of warnings) {
      if (this.#said.get(subject) === now.get(subject)) continue;
      this.#log[warning.level ?? 'warn']({ subject, ...warning.details }, warning.message);
    }
    for (const subject of this.#said.keys()) if (!now.has(subject)) this.#log.info({ subject }, 'no longer a problem');
    this.#said = now;
  }
}
