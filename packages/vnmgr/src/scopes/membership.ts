/**
 * Which row is in which scope, kept by counting derivations (docs/architecture.md, "Rows and scopes").
 *
 *     count(row, scope) = 1 if the scope is the row's own
 *                       + number of rows that lend it to the row
 *                       + number of reference columns by which the row follows one that is in the scope
 *
 * A row is in a scope while the count is above 0. A change moves only the counts that it touches, and moving one moves
 * those of the followers: nothing is ever scanned. Counts do not ask whether the row itself is there, so the changes of a
 * revision may come in any order.
 */
import { type EntityName, type Row, type ScopeRules, declarationOf, entityNames, isEntityName } from '@vnet/model';
import type { Change } from '../store/transaction.ts';

/** One row's place in the engine; it outlives the row while anything else still counts for it. */
export interface Node {
  readonly entity: EntityName;
  readonly id: number;
  /** The row as it stands, undefined when there is none. */
  row: Row | undefined;
  /** Scopes with their counts, all above 0. */
  readonly scopes: Map<string, number>;
  readonly followers: Map<Node, number>;
}

/** What a set of changes did to one row. */
export interface Touched {
  readonly node: Node;
  /** The row itself was made, changed or removed (not only its scopes). */
  readonly changed: boolean;
  readonly entered: readonly string[];
  readonly left: readonly string[];
}

type Columns = Readonly<Record<string, unknown>>;

interface Scoping {
  readonly own: NonNullable<ScopeRules['own']>;
  /** Reference columns with the entity they refer to. */
  readonly lends: readonly (readonly [column: string, to: EntityName])[];
  readonly follows: readonly (readonly [column: string, to: EntityName])[];
  /** All columns that any of the above looks at. */
  readonly columns: readonly string[];
}

function scopingOf(entity: EntityName): Scoping | undefined {
  const { scopes, fields } = declarationOf(entity);
  if (scopes === undefined) return undefined;
  const targets = (columns: readonly string[] = []): (readonly [string, EntityName])[] =>
    columns.map((column) => {
      const to = fields[column]?.to ?? '';
      if (!isEntityName(to)) throw new Error(`${entity}.${column} is not a reference`);
      return [column, to];
    });
  const { own = [], lends = [], follows = [] } = scopes;
  return {
    own,
    lends: targets(lends),
    follows: targets(follows),
    columns: [...own.map(({ column }) => column), ...lends, ...follows],
  };
}

const scopings = new Map(
  entityNames.flatMap((entity) => {
    const scoping = scopingOf(entity);
    return scoping === undefined ? [] : [[entity, scoping] as const];
  }),
);

/** Entities whose rows travel to agents. */
export const scopedEntities: readonly EntityName[] = [...scopings.keys()];

function ownScopes({ own }: Scoping, row: Columns): string[] {
  const names = own
    .filter(({ column }) => row[column] != null)
    .map(({ scope, column }) => `${scope}/${String(row[column])}`);
  return [...new Set(names)];
}

/** Enters minus leaves per scope: 1, 0 or -1 when all is done. */
type Moves = Map<Node, Map<string, number>>;

export class Membership {
  readonly #nodes = new Map<EntityName, Map<number, Node>>(scopedEntities.map((entity) => [entity, new Map()]));
  readonly #members = new Map<string, Set<Node>>();
  #moves: Moves = new Map();

  /** Follows the changes of one revision (or a first load) and says what they did. */
  apply(changes: readonly Change[]): Touched[] {
    this.#moves = new Map();
    const changed = new Set<Node>();
    for (const change of changes) {
      const scoping = scopings.get(change.entity);
      if (scoping === undefined) continue;
      const node = this.#node(change.entity, change.id);
      changed.add(node);
      const before = node.row;
      node.row = change.after ?? undefined;
      this.#rederive(node, scoping, before, node.row);
    }
    const touched = this.#summary(changed);
    for (const { node } of touched) this.#forgetIfUnused(node);
    return touched;
  }

  /** The rows that are in a scope. */
  rowsIn(scope: string): ReadonlySet<Node> {
    return this.#members.get(scope) ?? new Set();
  }

  find(entity: EntityName, id: number): Node | undefined {
    return this.#nodes.get(entity)?.get(id);
  }

  /** Every row with its scopes. */
  *nodes(): IterableIterator<Node> {
    for (const nodes of this.#nodes.values()) yield* nodes.values();
  }

  #node(entity: EntityName, id: number): Node {
    const nodes = this.#nodes.get(entity);
    if (nodes === undefined) throw new Error(`${entity} is in no scope`);
    let node = nodes.get(id);
    if (node === undefined) {
      node = { entity, id, row: undefined, scopes: new Map(), followers: new Map() };
      nodes.set(id, node);
    }
    return node;
  }

  #rederive(node: Node, scoping: Scoping, before: Row | undefined, after: Row | undefined): void {
    const [old, now] = [before, after] as unknown as (Columns | undefined)[];
    if (old !== undefined && now !== undefined && scoping.columns.every((column) => old[column] === now[column])) {
      return;
    }
    // First what is new, then what is no longer so: what stays never leaves in between.
    if (now !== undefined) this.#derive(node, scoping, now, 1);
    if (old !== undefined) this.#derive(node, scoping, old, -1);
  }

  #derive(node: Node, scoping: Scoping, row: Columns, by: 1 | -1): void {
    const own = ownScopes(scoping, row);
    for (const scope of own) this.#count(node, scope, by);
    for (const [column, to] of scoping.lends) {
      const id = row[column];
      if (typeof id !== 'number') continue;
      const borrower = this.#node(to, id);
      for (const scope of own) this.#count(borrower, scope, by);
      if (!this.#moves.has(borrower)) this.#forgetIfUnused(borrower);
    }
    for (const [column, to] of scoping.follows) {
      const id = row[column];
      if (typeof id === 'number') this.#follow(node, this.#node(to, id), by);
    }
  }

  #follow(node: Node, leader: Node, by: 1 | -1): void {
    const times = (leader.followers.get(node) ?? 0) + by;
    if (times === 0) leader.followers.delete(node);
    else leader.followers.set(node, times);
    for (const scope of leader.scopes.keys()) this.#count(node, scope, by);
    if (!this.#moves.has(leader)) this.#forgetIfUnused(leader);
  }

  #count(node: Node, scope: string, by: number): void {
    const before = node.scopes.get(scope) ?? 0;
    const after = before + by;
    if (after === 0) node.scopes.delete(scope);
    else node.scopes.set(scope, after);
    if (before > 0 === after > 0) return;
    this.#move(node, scope, by);
    for (const [follower, times] of node.followers) this.#count(follower, scope, by * times);
  }

  #move(node: Node, scope: string, by: number): void {
    const direction = Math.sign(by);
    const moves = this.#moves.get(node) ?? new Map<string, number>();
    this.#moves.set(node, moves);
    moves.set(scope, (moves.get(scope) ?? 0) + direction);
    const members = this.#members.get(scope) ?? new Set();
    if (direction > 0) members.add(node);
    else members.delete(node);
    if (members.size === 0) this.#members.delete(scope);
    else this.#members.set(scope, members);
  }

  #summary(changed: ReadonlySet<Node>): Touched[] {
    const nodes = new Set([...changed, ...this.#moves.keys()]);
    const touched = [...nodes].map((node) => {
      const moves = [...(this.#moves.get(node) ?? [])];
      const entered = moves.filter(([, by]) => by > 0).map(([scope]) => scope);
      const left = moves.filter(([, by]) => by < 0).map(([scope]) => scope);
      return { node, changed: changed.has(node), entered, left };
    });
    this.#moves = new Map();
    return touched.filter(({ changed: own, entered, left }) => own || entered.length > 0 || left.length > 0);
  }

  #forgetIfUnused({ entity, id, row, scopes, followers }: Node): void {
    if (row === undefined && scopes.size === 0 && followers.size === 0) this.#nodes.get(entity)?.delete(id);
  }
}
