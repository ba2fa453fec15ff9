import type { PackedFlow } from '../pipeline/flow.ts';
import type { State } from '../state/state.ts';
import { Contributions, type Contribution } from './contributions.ts';
import { DERIVED, OUTPUT_KINDS, type OutputKind, type Outputs, type Units } from './emit.ts';
import { conflict, FlowTooLargeError, mergeFlow, type FlowContribution } from './merge.ts';
import { Recorder } from './recorder.ts';
import { sameLink, UnitRun, type Link } from './unit-run.ts';

export { UnitRun };

export interface FlowChange {
  readonly key: string;
  /** Absent when the flow is no longer wanted. */
  readonly flow: PackedFlow | undefined;
}

export type OutputChanges = { readonly [K in OutputKind]: ReadonlyMap<string, Outputs[K] | undefined> };

export interface Changes {
  readonly flows: readonly FlowChange[];
  readonly outputs: OutputChanges;
  /** Flows that units disagreed about, or that are too large: said aloud. */
  readonly conflicts: readonly string[];
}

interface Output<V> extends Contribution {
  readonly value: V;
}

/**
 * The incremental compiler: state in, flows and other outputs out.
 *
 * Units are pure functions. While one runs, each row and each index entry that it reads is recorded; it runs again when
 * one of those changes, and only then. Which units there are follows from the units themselves (`need`, `each`), from
 * the roots on.
 *
 * Invariant: after `run`, the outputs equal those of a new engine on the same state, whatever the order of events.
 */
export class Engine {
  readonly #state: State<UnitRun>;
  readonly #units: Units;
  readonly #runs = new Map<string, Map<number, UnitRun>>();
  readonly #dirty: Set<UnitRun>;
  readonly #recorder: Recorder;
  readonly #flows = new Contributions<FlowContribution>();
  readonly #outputs: { readonly [K in OutputKind]: Contributions<Output<Outputs[K]>> };
  readonly #problems: string[] = [];
  #unitsRun = 0;

  /** `dirty` is the set that the state's changes are noted in. */
  constructor(state: State<UnitRun>, dirty: Set<UnitRun>, units: Units, roots: readonly string[]) {
    this.#state = state;
    this.#dirty = dirty;
    this.#units = units;
    this.#recorder = new Recorder(state);
    this.#outputs = Object.fromEntries(OUTPUT_KINDS.map((kind) => [kind, new Contributions()])) as never;
    for (const kind of roots) this.#acquire(kind, 0);
  }

  /** How many units have run since the start: what tests count instead of seconds. */
  get unitsRun(): number {
    return this.#unitsRun;
  }

  /** How many units there are. */
  get units(): number {
    return [...this.#runs.values()].reduce((count, runs) => count + runs.size, 0);
  }

  /** Number of flows wanted. */
  get flowCount(): number {
    return this.#flows.size;
  }

  /** Brings the outputs up to date with the state and says what is different since the last call. */
  run(): Changes {
    for (const unit of this.#dirty) {
      this.#dirty.delete(unit);
      if (unit.users > 0) this.#execute(unit);
    }
    const conflicts = this.#problems.splice(0);
    const flows: FlowChange[] = [];
    for (const key of this.#flows.takeDirty()) flows.push({ key, flow: this.#resolve(key, conflicts) });
    const outputs = Object.fromEntries(
      OUTPUT_KINDS.map((kind) => {
        const all = this.#outputs[kind];
        return [kind, new Map([...all.takeDirty()].map((key) => [key, all.of(key)[0]?.value]))];
      }),
    ) as unknown as OutputChanges;
    return { flows, outputs, conflicts };
  }

  /** All flows wanted. */
  *flows(): IterableIterator<readonly [string, PackedFlow]> {
    for (const key of this.#flows.keys()) {
      const flow = this.#resolve(key, []);
      if (flow) yield [key, flow];
    }
  }

  /** Of the flows with these cookies: who wants them. Looks at all flows: for people who ask, not for packets. */
  reasonsOf(cookies: ReadonlySet<bigint>): Map<bigint, string> {
    const reasons = new Map<bigint, string>();
    for (const [, { cookie, reason }] of this.flows()) {
      if (reason !== undefined && cookies.has(cookie)) reasons.set(cookie, reason);
    }
    return reasons;
  }

  /** What is wanted of one kind of output. */
  output<K extends OutputKind>(kind: K): ReadonlyMap<string, Outputs[K]> {
    const all: Contributions<Output<Outputs[K]>> = this.#outputs[kind];
    return new Map([...all.keys()].map((key) => [key, all.of(key)[0]!.value]));
  }

  #resolve(key: string, conflicts: string[]): PackedFlow | undefined {
    const contributions = this.#flows.of(key);
    if (contributions.length < 2) return contributions[0];
    const problem = conflict(key, contributions);
    if (problem) conflicts.push(problem);
    try {
      return mergeFlow(key, contributions);
    } catch (error) {
      if (!(error instanceof FlowTooLargeError)) throw error;
      conflicts.push(error.message);
      return undefined;
    }
  }

  #execute(unit: UnitRun): void {
    this.#unitsRun++;
    const { flows: oldFlows, links: oldLinks } = unit;
    unit.forget();
    this.#problems.push(...this.#recorder.record(unit, this.#units[unit.kind]!));

    for (const [key, flow] of unit.flows) {
      const old = oldFlows.get(key);
      if (old?.cookie !== flow.cookie || old.reason !== flow.reason) this.#flows.put(key, flow);
    }
    for (const key of oldFlows.keys()) if (!unit.flows.has(key)) this.#flows.remove(key, unit);
    // New ties are made before old ones are cut, so that what both need is not dropped in between.
    unit.links.forEach((link, index) => {
      const old = oldLinks.find((each) => each.key === link.key);
      if (old && sameLink(old, link)) unit.links[index] = old;
      else this.#tie(unit, link);
    });
    for (const old of oldLinks) {
      if (!unit.links.some((link) => link.key === old.key)) this.#cut(unit, old);
    }
  }

  /** A link of a key that the unit had with another value takes the place of the old one. */
  #tie(unit: UnitRun, link: Link): void {
    switch (link.target) {
      case 'output':
        (this.#outputs[link.kind] as Contributions<Output<unknown>>).put(link.name, { by: unit, value: link.value });
        return this.#derive(link.kind, link.name);
      case 'unit':
        return this.#acquire(link.kind, link.id);
      case 'each': {
        const { bucket, kind } = link;
        link.follower = { entered: (id) => this.#acquire(kind, id), left: (id) => this.#release(kind, id) };
        (bucket.followers ??= new Set()).add(link.follower);
        bucket.ids.forEach((id) => this.#acquire(kind, id));
      }
    }
  }

  #cut(unit: UnitRun, link: Link): void {
    switch (link.target) {
      case 'output':
        this.#outputs[link.kind].remove(link.name, unit);
        return this.#derive(link.kind, link.name);
      case 'unit':
        return this.#release(link.kind, link.id);
      case 'each': {
        const { bucket, kind, follower } = link;
        if (follower) bucket.followers?.delete(follower);
        if (bucket.followers?.size === 0) bucket.followers = undefined;
        bucket.ids.forEach((id) => this.#release(kind, id));
      }
    }
  }

  /** Outputs that other units read are rows of the state, too. */
  #derive(kind: OutputKind, name: string): void {
    const table = DERIVED[kind];
    if (!table) return;
    const value = this.#outputs[kind].of(name)[0]?.value;
    if (value) this.#state.put(table, value as never);
    else this.#state.delete(table, Number(name));
  }

  #acquire(kind: string, id: number): void {
    let runs = this.#runs.get(kind);
    if (!runs) this.#runs.set(kind, (runs = new Map<number, UnitRun>()));
    let unit = runs.get(id);
    if (!unit) runs.set(id, (unit = new UnitRun(kind, id)));
    if (unit.users++ === 0) this.#dirty.add(unit);
  }

  #release(kind: string, id: number): void {
    const runs = this.#runs.get(kind);
    const unit = runs?.get(id);
    if (!runs || !unit || --unit.users > 0) return;
    runs.delete(id);
    const { flows, links } = unit;
    unit.forget();
    for (const key of flows.keys()) this.#flows.remove(key, unit);
    for (const link of links) this.#cut(unit, link);
  }
}
