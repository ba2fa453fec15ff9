/** What goes with a row that is deleted (reference §6.3): everything that refers to it, and everything that it owns. */
import { type EntityName, type Row, declarationOf, entityNames, isEntityName } from '@vnet/model';
import type { Queries } from '../store/queries.ts';

interface Referrer {
  readonly entity: EntityName;
  readonly column: string;
}

function referrersOf(target: EntityName): Referrer[] {
  return entityNames.flatMap((entity) =>
    Object.entries(declarationOf(entity).fields)
      .filter(([, { to, owned }]) => to === target && owned !== true)
      .map(([column]) => ({ entity, column })),
  );
}

interface Owned {
  readonly entity: EntityName;
  readonly column: string;
}

function ownedBy(entity: EntityName): Owned[] {
  return Object.entries(declarationOf(entity).fields).flatMap(([column, { to, owned }]) =>
    owned === true && to !== undefined && isEntityName(to) ? [{ entity: to, column }] : [],
  );
}

const referrers = new Map(entityNames.map((entity) => [entity, referrersOf(entity)]));
const owned = new Map(entityNames.map((entity) => [entity, ownedBy(entity)]));

export interface Removal {
  readonly entity: EntityName;
  readonly rows: readonly Row[];
}

/** All that has to be removed for `rows` to go, in an order in which nothing refers to what is gone. */
export async function planRemoval(queries: Queries, entity: EntityName, rows: readonly Row[]): Promise<Removal[]> {
  const planned = new Set<string>();
  const plan: Removal[] = [];

  const visit = async (target: EntityName, candidates: readonly Row[]): Promise<void> => {
    const fresh = candidates.filter(({ id }) => !planned.has(`${target}/${id}`));
    if (fresh.length === 0) return;
    for (const { id } of fresh) planned.add(`${target}/${id}`);
    const ids = fresh.map(({ id }) => id);
    for (const referrer of referrers.get(target)!) {
      await visit(referrer.entity, await queries.allIn(referrer.entity, referrer.column, ids));
    }
    plan.push({ entity: target, rows: fresh });
    for (const { entity: own, column } of owned.get(target)!) {
      const ownedIds = fresh.map((row) => (row as unknown as Record<string, number>)[column]!);
      plan.push({ entity: own, rows: await queries.allIn(own, 'id', ownedIds) });
    }
  };

  await visit(entity, rows);
  return plan;
}
