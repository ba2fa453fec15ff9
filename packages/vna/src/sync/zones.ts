import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hash32 } from '../hash.ts';
import type { Log } from '../log.ts';
import { PORT_ZONES, zoneAfter, zoneIn } from '../pipeline/conntrack-zones.ts';
import type { SeenPort, SwitchPort } from '../state/tables.ts';

const FILE = 'zones.json';
/** The largest number of any zone. */
const LAST_ZONE = 0xffff;

/**
 * Gives each port of the bridge a conntrack zone of its own, so that connections of one machine are never taken for those
 * of another with the same addresses.
 *
 * A port keeps its zone until it is unplugged, across restarts: the agent's, by the state directory, and the switch's, which
 * keeps the claim. Without a state directory a port gets the zone that its claim leads to, which is the same one again
 * unless two ports' claims lead to the same.
 */
export class Zones {
  readonly #dir: string | undefined;
  readonly #log: Log;
  /** Zone by claim. */
  #zones: ReadonlyMap<string, number>;

  constructor(dir: string | undefined, log: Log) {
    this.#dir = dir;
    this.#log = log;
    this.#zones = dir === undefined ? new Map() : this.#load(dir);
  }

  /** The ports of the bridge with their zones; those that are not among them lose theirs. */
  assign(ports: readonly SeenPort[]): readonly SwitchPort[] {
    const before = this.#zones;
    this.#zones = allocate(
      before,
      ports.map(({ claim }) => claim),
    );
    const same = before.size === this.#zones.size && [...before.keys()].every((claim) => this.#zones.has(claim));
    if (!same && this.#dir !== undefined) this.#save(this.#dir);
    return ports.map((port) => ({ ...port, zone: this.#zones.get(port.claim)! }));
  }

  #load(dir: string): ReadonlyMap<string, number> {
    const path = join(dir, FILE);
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch {
      return new Map();
    }
    try {
      return parseZones(text);
    } catch (error) {
      this.#log.warn({ path, error: String(error) }, 'the saved zones cannot be read; going on without them');
      return new Map();
    }
  }

  /** Replaces the file at once or not at all. */
  #save(dir: string): void {
    const path = join(dir, FILE);
    try {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      writeFileSync(`${path}.new`, JSON.stringify(Object.fromEntries(this.#zones)), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    } catch (error) {
      this.#log.error({ path, error: String(error) }, 'the zones could not be saved');
    }
  }
}

/** Zones for these claims and no others: the one that a claim had, or the next free one from where its name leads. */
export function allocate(before: ReadonlyMap<string, number>, claims: readonly string[]): ReadonlyMap<string, number> {
  const zones = new Map<string, number>();
  const taken = new Set<number>();
  for (const claim of claims) {
    const zone = before.get(claim);
    if (zone === undefined || zone > PORT_ZONES.last || taken.has(zone)) continue;
    zones.set(claim, zone);
    taken.add(zone);
  }
  for (const claim of claims.filter((each) => !zones.has(each)).sort()) {
    let zone = zoneIn(PORT_ZONES, hash32(claim));
    while (taken.has(zone)) zone = zoneAfter(PORT_ZONES, zone);
    zones.set(claim, zone);
    taken.add(zone);
  }
  return zones;
}

function parseZones(text: string): ReadonlyMap<string, number> {
  const saved: unknown = JSON.parse(text);
  if (typeof saved !== 'object' || saved === null || Array.isArray(saved)) throw new Error('not an object');
  const zones = new Map<string, number>();
  for (const [claim, zone] of Object.entries(saved)) {
    if (!Number.isInteger(zone) || zone < PORT_ZONES.first || zone > LAST_ZONE) throw new Error(`${claim}: not a zone`);
    zones.set(claim, zone as number);
  }
  return zones;
}
