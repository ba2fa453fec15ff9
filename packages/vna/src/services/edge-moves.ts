import type { State } from '../state/state.ts';

/** A MAC that has moved stays so long at least. */
const STAY_MS = 10_000;
/** What came back in vain is in several places at a time until it has been in one for so long. */
const QUIET_MS = 30_000;
const LOOK_MS = 1_000;

export interface EdgeMovesOptions<R extends object> {
  readonly state: State<R>;
  readonly changed: () => void;
  readonly now: () => number;
}

/**
 * When MACs have moved between VLANs: a machine is followed at once, a MAC that is in two VLANs not to and fro. Table
 * `edge_twice` of the state.
 */
export class EdgeMoves<R extends object> {
  readonly #options: EdgeMovesOptions<R>;
  /** MAC → when it moved last, and where to. */
  readonly #last = new Map<number, { readonly at: number; readonly place: string }>();
  readonly #looks: NodeJS.Timeout;

  constructor(options: EdgeMovesOptions<R>) {
    this.#options = options;
    this.#looks = setInterval(() => this.look(), LOOK_MS);
  }

  /** Whether a MAC that is seen at another place than it was is there from now on; `from`: as far as that is known. */
  follows(mac: number, to: string, from = this.#last.get(mac)?.place): boolean {
    const { state, changed, now } = this.#options;
    const last = this.#last.get(mac);
    if (from === undefined || from === to) return true;
    const stays = last !== undefined && now() - last.at < STAY_MS;
    const row = state.get('edge_twice', mac);
    if (!stays) this.#last.set(mac, { at: now(), place: to });
    if (row || stays) {
      const places = new Set([...(row?.vlans.split(', ') ?? []), from, to]);
      state.put('edge_twice', { id: mac, vlans: [...places].sort().join(', '), dropped: true });
      changed();
    }
    return !stays;
  }

  /** It has been seen at another place, which another host knows. */
  left(mac: number, place: string): void {
    this.#last.set(mac, { at: this.#options.now(), place });
  }

  /** Whether it is in several places. */
  isTwice(mac: number): boolean {
    return this.#options.state.get('edge_twice', mac) !== undefined;
  }

  /** What has come to rest. */
  look(): void {
    const { state, changed, now } = this.#options;
    for (const [mac, { at }] of this.#last) {
      const row = state.get('edge_twice', mac);
      const age = now() - at;
      if (row?.dropped && age >= STAY_MS) {
        state.put('edge_twice', { ...row, dropped: false });
        changed();
      } else if (age >= QUIET_MS) {
        this.#last.delete(mac);
        if (!row) continue;
        state.delete('edge_twice', mac);
        changed();
      }
    }
  }

  close(): void {
    clearInterval(this.#looks);
  }
}
