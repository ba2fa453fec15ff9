/**
 * Lets go of the connections in zones that are not tracked any more: the port was unplugged, or is not filtered any longer.
 * What conntrack knows of them would soon be out of date, and hinder those who come later.
 */
export class TrackedZones {
  readonly #forget: (zone: number) => void;
  #tracked: ReadonlySet<number> = new Set();

  constructor(forget: (zone: number) => void) {
    this.#forget = forget;
  }

  /** The zones of the flows that stand in the switch now. Those from before a restart are not known, and stay. */
  update(zones: Iterable<string>): void {
    const before = this.#tracked;
    this.#tracked = new Set([...zones].map(Number));
    for (const zone of before) if (!this.#tracked.has(zone)) this.#forget(zone);
  }
}
