/** What the endpoints that change something do, under the rules. */
import { type Endpoint, type EntityName, type Row, VnetError, declarationOf } from '@vnet/model';
import { bareIpLeases, render, renderOne } from '../replies/index.ts';
import { Editor } from '../rules/editor.ts';
import { requestRules } from '../rules/index.ts';
import { attachIpLease, releaseIpLease } from '../rules/leases.ts';
import type { Extra, RequestRule, Settings } from '../rules/rule.ts';
import { lastChangeOf, lastRevision, oldestRevision } from '../store/history.ts';
import type { Transaction } from '../store/transaction.ts';
import { type Call, type NamedRow, pathColumns, resolve, resolvePath } from './call.ts';

export interface WriteCall extends Call {
  /** Refuse when the row has changed since this revision. */
  readonly ifMatch?: number | undefined;
}

function rulesOf(entity: EntityName): RequestRule<EntityName> {
  return (requestRules[entity] ?? {}) as RequestRule<EntityName>;
}

async function checkUnchanged(edit: Editor, { endpoint, ifMatch }: WriteCall, row: Row): Promise<void> {
  if (ifMatch === undefined) return;
  const last = await edit.tx.withKnex((db) => lastChangeOf(db, endpoint.entity, row.id));
  if (last > ifMatch) {
    throw new VnetError('PreconditionFailed', `changed at revision ${last}, after ${ifMatch}: read it again`);
  }
  const newest = await edit.tx.withKnex(lastRevision);
  if (ifMatch > newest) {
    throw new VnetError(
      'PreconditionFailed',
      `revision ${ifMatch} has not been, the last one is ${newest}: read again`,
    );
  }
  const oldest = await edit.tx.withKnex(oldestRevision);
  if (ifMatch < oldest - 1) {
    throw new VnetError('PreconditionFailed', `revision ${ifMatch} is too old to tell: the log begins at ${oldest}`);
  }
}

async function create(edit: Editor, call: WriteCall): Promise<unknown> {
  const { endpoint } = call;
  const { entity } = endpoint;
  const parents = await resolvePath(edit.tx, call);
  const { columns, extra } = await resolve(edit.tx, call);
  const rules = rulesOf(entity);
  const given = { ...columns, ...pathColumns(endpoint, parents) };
  const row = await edit.insert(entity, rules.prepare?.(given, extra) ?? given);
  await rules.created?.(edit, row, extra);
  await edit.settle();
  const reply = await renderOne(edit.tx, entity, (await edit.tx.get(entity, row.id)) ?? row);
  return endpoint.api.kind === 'child' ? { ...reply, ...childUuids(endpoint, parents, call) } : reply;
}

/** A child without a uuid of its own is answered with the uuids that it was made from. */
function childUuids({ entity, api }: Endpoint, [parent]: readonly NamedRow[], { values }: Call): object {
  const { prefix, fields } = declarationOf(entity);
  if (prefix !== undefined || api.kind !== 'child') return {};
  const references = Object.keys(fields).filter((column) => fields[column]!.type === 'reference');
  const uuids = references.map((column) => {
    const name = column.replace(/_id$/, '_uuid');
    return [name, column === api.parent ? parent!.uuid : (values[name] ?? null)];
  });
  return Object.fromEntries(uuids) as object;
}

async function update(edit: Editor, call: WriteCall): Promise<unknown> {
  const { entity } = call.endpoint;
  const [row] = await resolvePath(edit.tx, call);
  await checkUnchanged(edit, call, row!);
  const { columns, extra } = await resolve(edit.tx, call);
  const updated = await edit.update(entity, row!, columns);
  await rulesOf(entity).updated?.(edit, updated, extra);
  await edit.settle();
  return await renderOne(edit.tx, entity, (await edit.tx.get(entity, updated.id)) ?? updated);
}

async function removeNamed(edit: Editor, call: WriteCall): Promise<unknown> {
  const { endpoint } = call;
  const rows = await resolvePath(edit.tx, call);
  const row = rows.at(-1)!;
  if (endpoint.api.kind === 'child') checkParent(endpoint, row, rows[0]!);
  await checkUnchanged(edit, call, row);
  await edit.remove(endpoint.entity, [row]);
  await edit.settle();
  return [row.uuid];
}

function checkParent({ api }: Endpoint, row: NamedRow, parent: NamedRow): void {
  const column = api.kind === 'child' ? api.parent : '';
  if ((row as unknown as Record<string, unknown>)[column] === parent.id) return;
  throw new VnetError('UnknownUUIDResource', row.uuid);
}

/** Children without a uuid: those with the given values, all of them when none is given. */
async function removeMatching(edit: Editor, call: WriteCall): Promise<unknown> {
  const { endpoint } = call;
  const { entity } = endpoint;
  const parents = await resolvePath(edit.tx, call);
  const { columns } = await resolve(edit.tx, call);
  const rows = await edit.tx.all(entity, { ...columns, ...pathColumns(endpoint, parents) });
  const replies = await render(edit.tx, entity, rows);
  await edit.remove(entity, rows);
  await edit.settle();
  return replies;
}

/** Removing a relation that is not there is no error, as in OpenVNet. */
async function removeRelation(edit: Editor, call: WriteCall): Promise<unknown> {
  const { endpoint } = call;
  const ends = await resolvePath(edit.tx, call);
  const row = await edit.tx.first(endpoint.entity, pathColumns(endpoint, ends));
  if (row !== undefined) {
    await checkUnchanged(edit, call, row);
    await edit.remove(endpoint.entity, [row]);
    await edit.settle();
  }
  return [ends[1]!.uuid];
}

async function remove(edit: Editor, call: WriteCall): Promise<unknown> {
  const { api, entity } = call.endpoint;
  if (api.kind === 'relation') return await removeRelation(edit, call);
  const isNamed = declarationOf(entity).prefix !== undefined;
  return isNamed ? await removeNamed(edit, call) : await removeMatching(edit, call);
}

type Action = (edit: Editor, row: Row, extra: Extra) => Promise<unknown>;

/** `PUT /<resource>/:uuid/<action>`, by the name of the endpoint. */
const actions: Readonly<Record<string, Action>> = {
  'ip_leases.attach': async (edit, row, { interface_id, mac_lease_id }) => {
    const wanted = { interface_id: interface_id as number | null, mac_lease_id: mac_lease_id as number | null };
    return await leaseReply(edit, await attachIpLease(edit, row as Row<'ip_lease'>, wanted));
  },
  'ip_leases.release': async (edit, row) => await leaseReply(edit, await releaseIpLease(edit, row as Row<'ip_lease'>)),
};

async function leaseReply(edit: Editor, lease: Row<'ip_lease'>): Promise<unknown> {
  await edit.settle();
  const [reply] = await bareIpLeases(edit.tx, [lease]);
  return reply;
}

async function act(edit: Editor, call: WriteCall, action: Action): Promise<unknown> {
  const [row] = await resolvePath(edit.tx, call);
  await checkUnchanged(edit, call, row!);
  const { columns, extra } = await resolve(edit.tx, call);
  return await action(edit, row!, { ...columns, ...extra });
}

/** @throws {VnetError} */
export async function write(tx: Transaction, settings: Settings, call: WriteCall): Promise<unknown> {
  const edit = new Editor(tx, settings);
  const { endpoint } = call;
  const action = actions[endpoint.name];
  if (action !== undefined) return await act(edit, call, action);
  if (endpoint.operation === 'create') return await create(edit, call);
  return endpoint.operation === 'update' ? await update(edit, call) : await remove(edit, call);
}
