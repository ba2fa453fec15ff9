/** Where the bus says what happened to a connection; a pino logger fits as it is. */
export interface BusLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const REPEAT_MS = 10_000;
const REMEMBERED_LINES = 1_000;

/** Logs what a client can cause as often as it likes: at most once in ten seconds for each `key`. */
export class RepeatedLines {
  readonly #log: BusLog;
  readonly #seen = new Map<string, { at: number; suppressed: number }>();

  constructor(log: BusLog) {
    this.#log = log;
  }

  warn(key: string, fields: object, message: string): void {
    this.#say('warn', key, fields, message);
  }

  error(key: string, fields: object, message: string): void {
    this.#say('error', key, fields, message);
  }

  #say(level: 'warn' | 'error', key: string, fields: object, message: string): void {
    const now = Date.now();
    const last = this.#seen.get(key);
    if (last !== undefined && now - last.at < REPEAT_MS) {
      last.suppressed++;
      return;
    }
    if (this.#seen.size >= REMEMBERED_LINES) this.#seen.clear();
    this.#seen.set(key, { at: now, suppressed: 0 });
    const repeated = last === undefined || last.suppressed === 0 ? {} : { repeated: last.suppressed };
    this.#log[level]({ ...fields, ...repeated }, message);
  }
}
