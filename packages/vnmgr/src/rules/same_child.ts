/** Children without a uuid that are told apart by what they say (`ChildApi.key`). */
import { type EntityName, type Row, VnetError, declarationOf } from '@vnet/model';
import type { Where } from '../store/queries.ts';
import type { Draft, Edit } from './rule.ts';

function keyOf(entity: EntityName): readonly string[] | undefined {
  for (const api of declarationOf(entity).api) {
    if (api.kind === 'child' && api.key !== undefined) return [api.parent, ...api.key];
  }
  return undefined;
}

/** The row that says the same as a completed draft. */
export async function sameChild<E extends EntityName>(
  edit: Edit,
  entity: E,
  draft: Draft<E>,
): Promise<Row<E> | undefined> {
  const columns = draft as Readonly<Record<string, unknown>>;
  const where = (keyOf(entity) ?? []).map((column) => [column, columns[column] ?? null] as const);
  return await edit.tx.first(entity, Object.fromEntries(where) as Where<E>);
}

/** @throws {VnetError} ArgumentError when there is one already */
export async function refuseSame<E extends EntityName>(edit: Edit, entity: E, draft: Draft<E>): Promise<void> {
  if (keyOf(entity) === undefined || (await sameChild(edit, entity, draft)) === undefined) return;
  throw new VnetError('ArgumentError', `${entity.replaceAll('_', ' ')}: there is one with the same values already`);
}
