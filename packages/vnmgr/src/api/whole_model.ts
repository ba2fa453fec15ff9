/** What the endpoints do that are about the model as a whole. */
import { type EntityName, type ValidRequest, VnetError, declarationOf, entityNames } from '@vnet/model';
import { renderOne } from '../replies/index.ts';
import type { Settings } from '../rules/rule.ts';
import type { Queries } from '../store/queries.ts';
import type { Transaction } from '../store/transaction.ts';

type Query = (queries: Queries, request: ValidRequest) => Promise<unknown>;

/** The entity whose uuids begin like this one. */
function entityOf(uuid: string): EntityName {
  const entity = entityNames.find((name) => declarationOf(name).prefix === uuid.split('-', 1)[0]);
  if (entity !== undefined) return entity;
  const prefixes = entityNames.flatMap((name) => declarationOf(name).prefix ?? []);
  throw new VnetError(
    'InvalidUUID',
    `${uuid}: nothing has uuids that begin like this; there are ${prefixes.join(', ')}`,
  );
}

const queries: Readonly<Record<string, Query>> = {
  find: async (db, { path }) => {
    const uuid = path['uuid'] ?? '';
    const entity = entityOf(uuid);
    return { entity, object: await renderOne<EntityName>(db, entity, await db.byUuid<EntityName>(entity, uuid)) };
  },
};

/** @throws {VnetError} */
export async function query(db: Queries, name: string, request: ValidRequest): Promise<unknown> {
  const answer = queries[name];
  if (answer === undefined) throw new VnetError('UnknownEndpoint', name);
  return await answer(db, request);
}

/** @throws {VnetError} */
export function applyDocument(
  _tx: Transaction,
  _settings: Settings,
  _request: ValidRequest,
  _document: unknown,
): Promise<unknown> {
  return Promise.reject(new VnetError('UnknownEndpoint', 'apply'));
}
