export interface Backoff {
  /** Before the second attempt. Default 100 ms. */
  readonly firstMs: number;
  /** The longest wait. Default 5000 ms. */
  readonly maxMs: number;
}

export const DEFAULT_BACKOFF: Backoff = { firstMs: 100, maxMs: 5000 };

/**
 * How long to wait after `failures` failed attempts in a row: doubling, with the upper half left to chance, so that many
 * clients do not come back in step. `random` is in [0, 1).
 */
export function backoffMs({ firstMs, maxMs }: Backoff, failures: number, random: number): number {
  const longest = Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(longest * (0.5 + random / 2));
}
