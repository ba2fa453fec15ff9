export interface BackoffOptions {
  readonly minMs: number;
  readonly maxMs: number;
}

/** How long to wait before the next attempt: doubling, with jitter so that many clients do not come at once. */
export class Backoff {
  readonly #options: BackoffOptions;
  #attempts = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Milliseconds to wait now: between half and the whole of the current step. */
  next(): number {
    const step = Math.min(this.#options.maxMs, this.#options.minMs * 2 ** this.#attempts++);
    return step * (0.5 + Math.random() / 2);
  }

  /** To be called when a connection has ended that had lived for `ms`; a short life is no success. */
  lived(ms: number): void {
    if (ms >= this.#options.maxMs) this.#attempts = 0;
  }
}
