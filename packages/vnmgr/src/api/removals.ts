/** DELETE: rows with everything that needs them. */
import { type ChildApi, type EntityName, type RelationApi, type Row, VnetError, declarationOf } from '@vnet/model';
import { render, renderOne } from '../replies/index.ts';
import type { Editor } from '../rules/editor.ts';
import { sameChild } from '../rules/same_child.ts';
import { answerRemoved } from './answers.ts';
import { type Call, type NamedRow, type WriteCall, pathColumns, resolve, resolvePath } from './call.ts';
import { checkUnchanged } from './conditions.ts';
import { draftOf } from './creations.ts';

async function removeAll(edit: Editor, entity: EntityName, rows: readonly Row[]): Promise<void> {
  await edit.remove<EntityName>(entity, rows);
  await edit.settle();
}

async function removeNamed(edit: Editor, call: WriteCall): Promise<unknown> {
  const { entity, api } = call.endpoint;
  const rows = await resolvePath(edit.tx, call);
  const row = rows.at(-1)!;
  if (api.kind === 'child' && (row as unknown as Record<string, unknown>)[api.parent] !== rows[0]!.id) {
    throw new VnetError('UnknownUUIDResource', row.uuid);
  }
  await checkUnchanged(edit, call, row);
  await removeAll(edit, entity, [row]);
  return [row.uuid];
}

/** Children without a uuid: those with the given values, all of them when none is given. */
async function removeMatching(edit: Editor, call: WriteCall): Promise<unknown> {
  const { endpoint } = call;
  const { entity } = endpoint;
  const parents = await resolvePath(edit.tx, call);
  const { columns } = await resolve(edit.tx, call);
  const rows = await edit.tx.all<EntityName>(entity, { ...columns, ...pathColumns(endpoint, parents) });
  const replies = await render<EntityName>(edit.tx, entity, rows);
  await removeAll(edit, entity, rows);
  return replies;
}

async function removeSame(edit: Editor, call: Call, api: ChildApi): Promise<unknown> {
  const { endpoint } = call;
  const { entity } = endpoint;
  const [parent] = await resolvePath(edit.tx, call);
  const { columns, extra } = await resolve(edit.tx, call);
  const draft = draftOf(entity, { columns: { ...columns, [api.parent]: parent!.id }, extra });
  const row = await sameChild(edit, entity, await edit.complete<EntityName>(entity, draft));
  if (row === undefined) {
    throw new VnetError('UnknownResource', `Couldn't find resource with parameters: ${JSON.stringify(call.values)}`);
  }
  const reply = await renderOne<EntityName>(edit.tx, entity, row);
  await removeAll(edit, entity, [row]);
  return api.removed === 'parent' ? { uuid: parent!.uuid } : reply;
}

/** Removing a relation that is not there is no error, as in OpenVNet, unless its declaration says so. */
async function removeRelation(edit: Editor, call: WriteCall, api: RelationApi): Promise<unknown> {
  const { endpoint } = call;
  const [parent, other] = (await resolvePath(edit.tx, call)) as [NamedRow, NamedRow];
  const rows = await edit.tx.all<EntityName>(endpoint.entity, pathColumns(endpoint, [parent, other]));
  if (rows.length === 0 && api.strict === true) {
    throw new VnetError('UnknownUUIDResource', `${parent.uuid} has no ${api.path.replaceAll('_', ' ')} ${other.uuid}`);
  }
  for (const row of rows) await checkUnchanged(edit, call, row);
  await removeAll(edit, endpoint.entity, rows);
  return await answerRemoved(edit.tx, { endpoint, api, parent, other }, rows[0]);
}

/** @throws {VnetError} */
export async function remove(edit: Editor, call: WriteCall): Promise<unknown> {
  const { api, entity } = call.endpoint;
  if (api.kind === 'relation') return await removeRelation(edit, call, api);
  if (declarationOf(entity).prefix !== undefined) return await removeNamed(edit, call);
  const isKeyed = api.kind === 'child' && api.key !== undefined;
  return isKeyed ? await removeSame(edit, call, api) : await removeMatching(edit, call);
}
