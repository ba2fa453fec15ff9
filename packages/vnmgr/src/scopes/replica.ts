import type { EntityName, WireRow } from '@vnet/model';
import { toWire } from '@vnet/model';
import type { Revision } from '../store/history.ts';
import type { Queries } from '../store/queries.ts';
import type { Change } from '../store/transaction.ts';
import { Membership, type Node, type Touched, scopedEntities } from './membership.ts';

/** How many revisions back an agent may resume; older ones get a snapshot. */
export const KEPT_REVISIONS = 10_000;

/** A row that a revision touched, with every scope in which an agent may have seen that. */
interface Trace {
  readonly node: Node;
  readonly scopes: readonly string[];
}

interface LogEntry {
  readonly revision: number;
  readonly traces: readonly Trace[];
}

/** The rows of an agent's scopes that it has to put, and to forget. */
export interface Delta {
  readonly put: readonly Node[];
  readonly del: readonly Node[];
}

function scopesTouched({ node, changed, entered, left }: Touched): string[] {
  return changed ? [...node.scopes.keys(), ...left] : [...entered, ...left];
}

/** Whether a row is in at least one of the scopes. */
export function isVisible(node: Node, scopes: ReadonlySet<string>): boolean {
  if (node.row === undefined) return false;
  const [few, has]: [Iterable<string>, (scope: string) => boolean] =
    node.scopes.size < scopes.size
      ? [node.scopes.keys(), (scope) => scopes.has(scope)]
      : [scopes, (scope) => node.scopes.has(scope)];
  for (const scope of few) if (has(scope)) return true;
  return false;
}

export function wireRow(node: Node): WireRow {
  return toWire(node.row!);
}

/** The rows that travel to agents, in memory, with their scopes and with what the last revisions touched. */
export class Replica {
  readonly #membership = new Membership();
  readonly #log: LogEntry[] = [];
  #revision: number;
  readonly #kept: number;

  constructor(revision = 0, kept = KEPT_REVISIONS) {
    this.#revision = revision;
    this.#kept = kept;
  }

  /**
   * Loads the rows as they are, goes back to the first of the `recent` revisions and forward again, so that agents can
   * resume from any of them although this process has just started.
   *
   * @param revision the last one, which `queries` shows
   * @param recent consecutive revisions up to the last one
   */
  static async load(
    queries: Queries,
    revision: number,
    recent: readonly Revision[],
    kept = KEPT_REVISIONS,
  ): Promise<Replica> {
    const rows = new Map<string, Change>();
    for (const entity of scopedEntities) {
      for (const row of await queries.all(entity)) {
        rows.set(`${entity}/${row.id}`, { entity, id: row.id, before: null, after: row });
      }
    }
    for (const change of recent.flatMap(({ changes }) => changes).reverse()) {
      const { entity, id, before } = change;
      if (before === null) rows.delete(`${entity}/${id}`);
      else rows.set(`${entity}/${id}`, { entity, id, before: null, after: before });
    }
    const replica = new Replica(revision - recent.length, kept);
    replica.#membership.apply([...rows.values()]);
    for (const each of recent) replica.apply(each);
    return replica;
  }

  /** The last revision that it shows. */
  get revision(): number {
    return this.#revision;
  }

  /** @throws {Error} when a revision is missing in between: everything after it would be wrong */
  apply({ revision, changes }: Revision): Touched[] {
    if (revision !== this.#revision + 1) {
      throw new Error(`revision ${revision} came after ${this.#revision}: restart to load the model anew`);
    }
    const touched = this.#membership.apply(changes);
    this.#revision = revision;
    this.#log.push({ revision, traces: touched.map((one) => ({ node: one.node, scopes: scopesTouched(one) })) });
    if (this.#log.length > this.#kept) this.#log.shift();
    return touched;
  }

  find(entity: EntityName, id: number): Node | undefined {
    return this.#membership.find(entity, id);
  }

  /** Every row that is in one of the scopes. */
  snapshot(scopes: Iterable<string>): Set<Node> {
    const nodes = new Set<Node>();
    for (const scope of scopes) {
      for (const node of this.#membership.rowsIn(scope)) if (node.row !== undefined) nodes.add(node);
    }
    return nodes;
  }

  /** What one who held these scopes as of `since` has missed; undefined when that is too long ago or not yet. */
  missed(since: number, scopes: ReadonlySet<string>): Delta | undefined {
    const oldest = this.#log[0]?.revision ?? this.#revision + 1;
    if (since > this.#revision || since < oldest - 1) return undefined;
    const concerned = new Map<string, Node>();
    for (const { traces } of this.#log.slice(since + 1 - oldest)) {
      for (const { node, scopes: seenIn } of traces) {
        if (seenIn.some((scope) => scopes.has(scope))) concerned.set(`${node.entity}/${node.id}`, node);
      }
    }
    // A row that left the engine and came back has another node: ask again for the one that counts.
    const nodes = [...concerned.values()].map((node) => this.#membership.find(node.entity, node.id) ?? node);
    return {
      put: nodes.filter((node) => isVisible(node, scopes)),
      del: nodes.filter((node) => !isVisible(node, scopes)),
    };
  }
}
