/** Who contributes: told apart by identity, ordered by kind and id. */
export interface Contributor {
  readonly kind: string;
  readonly id: number;
}

/** What one unit says. */
export interface Contribution {
  readonly by: Contributor;
}

/**
 * Contributions of units, filed under keys. One unit for a key is the ordinary case, and costs no map of its own. What a
 * key stands for is resolved from all its contributions; only keys whose contributions changed are resolved again.
 */
export class Contributions<C extends Contribution> {
  readonly #entries = new Map<string, C | Map<Contributor, C>>();
  #dirty = new Set<string>();

  put(key: string, contribution: C): void {
    this.#dirty.add(key);
    const entry = this.#entries.get(key);
    if (entry instanceof Map) entry.set(contribution.by, contribution);
    else if (!entry || entry.by === contribution.by) this.#entries.set(key, contribution);
    else {
      const both = [entry, contribution].map((each) => [each.by, each] as const);
      this.#entries.set(key, new Map(both));
    }
  }

  remove(key: string, by: Contributor): void {
    const entry = this.#entries.get(key);
    if (entry instanceof Map) {
      if (!entry.delete(by)) return;
      if (entry.size === 0) this.#entries.delete(key);
    } else {
      if (entry?.by !== by) return;
      this.#entries.delete(key);
    }
    this.#dirty.add(key);
  }

  get size(): number {
    return this.#entries.size;
  }

  keys(): IterableIterator<string> {
    return this.#entries.keys();
  }

  /** The contributions of a key, ordered by unit so that the result does not depend on the order of events. */
  of(key: string): readonly C[] {
    const entry = this.#entries.get(key);
    if (!entry) return [];
    if (!(entry instanceof Map)) return [entry];
    return [...entry.values()].sort((a, b) => compare(a.by, b.by));
  }

  /** The keys touched since the last call. */
  takeDirty(): ReadonlySet<string> {
    const dirty = this.#dirty;
    this.#dirty = new Set();
    return dirty;
  }
}

function compare(a: Contributor, b: Contributor): number {
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
  return a.id - b.id;
}
