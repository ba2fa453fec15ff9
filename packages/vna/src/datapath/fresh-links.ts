/**
 * For 3 s after a link has come up OVS says that LACP has a partner there (`lacp_current`), whether or not one answers: it
 * is asking. The rest is for the news to arrive.
 */
const ASKING_MS = 3_500;
/** Timers may be early by a little. */
const LATER_MS = 50;

/** Knows which links have come up a moment ago. Those that were up when they were first seen have not. */
export class FreshLinks {
  readonly #changed: () => void;
  /** Claim → whether it was up, and until when it is fresh. */
  readonly #links = new Map<string, { readonly up: boolean; readonly freshUntil: number }>();
  readonly #timers = new Set<NodeJS.Timeout>();

  /** @param changed a link is no longer fresh */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  isFresh(claim: string, up: boolean, now = performance.now()): boolean {
    const before = this.#links.get(claim);
    const hasComeUp = up && before?.up === false;
    const freshUntil = hasComeUp ? now + ASKING_MS : (before?.freshUntil ?? 0);
    this.#links.set(claim, { up, freshUntil });
    if (hasComeUp) this.#lookAgain();
    return up && now < freshUntil;
  }

  /** Forgets all but these. */
  retain(claims: ReadonlySet<string>): void {
    for (const claim of this.#links.keys()) if (!claims.has(claim)) this.#links.delete(claim);
  }

  close(): void {
    this.#timers.forEach(clearTimeout);
  }

  #lookAgain(): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#changed();
    }, ASKING_MS + LATER_MS);
    this.#timers.add(timer);
  }
}
