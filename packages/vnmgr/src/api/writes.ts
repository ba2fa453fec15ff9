/** What the endpoints that change something do, under the rules. */
import type { EntityName, Row } from '@vnet/model';
import { renderOne } from '../replies/index.ts';
import { Editor } from '../rules/editor.ts';
import type { Settings } from '../rules/rule.ts';
import type { Transaction } from '../store/transaction.ts';
import { actions } from './actions.ts';
import { type WriteCall, pathColumns, resolve, resolvePath } from './call.ts';
import { checkUnchanged } from './conditions.ts';
import { create, rulesOf } from './creations.ts';
import { remove } from './removals.ts';

async function answer(edit: Editor, entity: EntityName, row: Row): Promise<unknown> {
  await edit.settle();
  return await renderOne<EntityName>(edit.tx, entity, (await edit.tx.get<EntityName>(entity, row.id)) ?? row);
}

async function update(edit: Editor, call: WriteCall): Promise<unknown> {
  const { entity } = call.endpoint;
  const [row] = await resolvePath(edit.tx, call);
  await checkUnchanged(edit, call, row!);
  const { columns, extra } = await resolve(edit.tx, call);
  const updated = await edit.update<EntityName>(entity, row!, columns);
  await rulesOf(entity).updated?.(edit, updated, extra);
  return await answer(edit, entity, updated);
}

/** A relation that PUT makes and changes; it ends when the entity's reactions see no reason for it. */
async function setRelation(edit: Editor, call: WriteCall): Promise<unknown> {
  const { endpoint } = call;
  const { entity } = endpoint;
  const ends = pathColumns(endpoint, await resolvePath(edit.tx, call));
  const { columns } = await resolve(edit.tx, call);
  if (Object.keys(columns).length === 0) return {};
  const row = await edit.tx.first<EntityName>(entity, ends);
  if (row !== undefined) await checkUnchanged(edit, call, row);
  const set =
    row === undefined
      ? await edit.insert<EntityName>(entity, { ...columns, ...ends })
      : await edit.update<EntityName>(entity, row, columns);
  return await answer(edit, entity, set);
}

/** @throws {VnetError} */
export async function write(tx: Transaction, settings: Settings, call: WriteCall): Promise<unknown> {
  const edit = new Editor(tx, settings);
  const { name, operation, api } = call.endpoint;
  const action = actions[name];
  if (action !== undefined) {
    const [row] = await resolvePath(tx, call);
    await checkUnchanged(edit, call, row!);
    const { extra } = await resolve(tx, call);
    return await action(edit, row!, extra);
  }
  if (operation === 'create') return await create(edit, call);
  if (operation === 'delete') return await remove(edit, call);
  return api.kind === 'relation' ? await setRelation(edit, call) : await update(edit, call);
}
