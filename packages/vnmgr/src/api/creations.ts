/** POST: new rows, with what their entity's rules add to them. */
import { type EntityEndpoint, type EntityName, type Row, declarationOf } from '@vnet/model';
import { renderOne } from '../replies/index.ts';
import { requestRules } from '../rules/index.ts';
import type { Editor } from '../rules/editor.ts';
import type { Extra, RequestRule } from '../rules/rule.ts';
import { answerAdded } from './answers.ts';
import { type Call, type NamedRow, pathColumns, resolve, resolvePath } from './call.ts';

export function rulesOf(entity: EntityName): RequestRule<EntityName> {
  return (requestRules[entity] ?? {}) as RequestRule<EntityName>;
}

/** What a request asks for, with ids in place of uuids. */
export interface Wanted {
  readonly columns: Readonly<Record<string, unknown>>;
  readonly extra: Extra;
}

/** The row of a request before its completion. */
export function draftOf(entity: EntityName, { columns, extra }: Wanted): Wanted['columns'] {
  const { prepare } = rulesOf(entity);
  return prepare === undefined ? columns : prepare(columns, extra);
}

/** Rows of one entity, with what belongs to them, in as few statements as possible. */
export async function createAll(
  edit: Editor,
  entity: EntityName,
  wanted: readonly Wanted[],
  by: 'request' | 'document' = 'request',
): Promise<Row[]> {
  const rows = await edit.insertAll<EntityName>(
    entity,
    wanted.map((each) => draftOf(entity, each)),
  );
  const { created, declared = created } = rulesOf(entity);
  const made = rows.map((row, i) => ({ row, extra: wanted[i]!.extra }));
  await (by === 'document' ? declared : created)?.(edit, made);
  return rows;
}

/** @throws {VnetError} */
export async function create(edit: Editor, call: Call): Promise<unknown> {
  const { endpoint } = call;
  const { entity, api } = endpoint;
  const parents = await resolvePath(edit.tx, call);
  const { columns, extra } = await resolve(edit.tx, call);
  const wanted = { columns: { ...columns, ...pathColumns(endpoint, parents) }, extra };
  const [row] = await createAll(edit, entity, [wanted]);
  await edit.settle();
  if (api.kind === 'relation') {
    const [parent, other] = parents;
    return await answerAdded(edit.tx, { endpoint, api, parent: parent!, other: other! }, row!);
  }
  const reply = await renderOne<EntityName>(edit.tx, entity, (await edit.tx.get<EntityName>(entity, row!.id)) ?? row!);
  return api.kind === 'child' ? { ...reply, ...childUuids(endpoint, parents, call) } : reply;
}

/** A child without a uuid of its own is answered with the uuids that it was made from. */
function childUuids({ entity, api }: EntityEndpoint, [parent]: readonly NamedRow[], { values }: Call): object {
  const { prefix, bare, fields } = declarationOf(entity);
  if (prefix !== undefined || bare === true || api.kind !== 'child') return {};
  const references = Object.keys(fields).filter((column) => fields[column]!.type === 'reference');
  const unsaid = references.filter((column) => fields[column]!.expand === undefined);
  const uuids = unsaid.map((column) => {
    const name = column.replace(/_id$/, '_uuid');
    return [name, column === api.parent ? parent!.uuid : (values[name] ?? null)];
  });
  return Object.fromEntries(uuids) as object;
}
