/** What the endpoints do that are about the model as a whole. */
import { type EntityName, type ValidRequest, VnetError, declarationOf, entityNames } from '@vnet/model';
import { BatchRefused, type Outcome, applyDocument as applyParsed } from '../document/apply.ts';
import { exportModel } from '../document/export.ts';
import { type Document, parseDocument } from '../document/parse.ts';
import { renderOne } from '../replies/index.ts';
import type { Settings } from '../rules/rule.ts';
import type { Author } from '../store/history.ts';
import { Queries } from '../store/queries.ts';
import type { Store, Written } from '../store/store.ts';
import { history } from './history.ts';
import { tree } from './tree.ts';

/** Answers one request without changing anything. */
export type Query = (queries: Queries, request: ValidRequest) => Promise<unknown>;

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

/** Many queries that see the same state. */
async function inSnapshot<T>(db: Queries, work: (queries: Queries) => Promise<T>): Promise<T> {
  const isolation = db.isMysql ? ({ isolationLevel: 'repeatable read' } as const) : undefined;
  return await db.withKnex((knex) => knex.transaction((trx) => work(new Queries(trx)), isolation));
}

/** @param connected datapath ids of the agents that are there */
export function treeWith(connected: () => ReadonlySet<string>): Query {
  return async (db, { values }) => await inSnapshot(db, (snapshot) => tree(snapshot, values, connected()));
}

const queries: Readonly<Record<string, Query>> = {
  find: async (db, { path }) => {
    const uuid = path['uuid'] ?? '';
    const entity = entityOf(uuid);
    return { entity, object: await renderOne<EntityName>(db, entity, await db.byUuid<EntityName>(entity, uuid)) };
  },
  tree: treeWith(() => new Set()),
  history: async (db, { values }) => await history(db, values),
  export: async (db) => await inSnapshot(db, exportModel),
};

/**
 * @param live what only a running manager can answer, or can answer better, because it knows agents
 * @throws {VnetError}
 */
export async function query(
  db: Queries,
  name: string,
  request: ValidRequest,
  live: Readonly<Record<string, Query>>,
): Promise<unknown> {
  const answer = live[name] ?? queries[name];
  if (answer === undefined) throw new VnetError('UnknownEndpoint', name);
  return await answer(db, request);
}

/** Ends the transaction of a dry run. */
class DryRun extends Error {
  readonly outcome: Omit<Outcome, 'applied'>;

  constructor(outcome: Omit<Outcome, 'applied'>) {
    super('a dry run');
    this.outcome = outcome;
  }
}

async function attempt(
  store: Store,
  author: Author,
  settings: Settings,
  document: Document,
  { values }: ValidRequest,
  oneByOne: ReadonlySet<string>,
): Promise<Written<Outcome>> {
  const prune = values['prune'] === true;
  try {
    return await store.write(author, async (tx): Promise<Outcome> => {
      const outcome = await applyParsed(tx, settings, document, { prune, oneByOne });
      if (values['dry_run'] === true) throw new DryRun(outcome);
      return { applied: true, ...outcome };
    });
  } catch (error) {
    if (!(error instanceof DryRun)) throw error;
    return { result: { applied: false, ...error.outcome }, revision: store.revision };
  }
}

/**
 * @param text what a client has sent as a document
 * @throws {VnetError} naming section, uuid and field
 */
export async function applyDocument(
  store: Store,
  author: Author,
  settings: Settings,
  request: ValidRequest,
  text: unknown,
): Promise<Written<Outcome>> {
  const document = parseDocument(text);
  const oneByOne = new Set<string>();
  for (;;) {
    try {
      return await attempt(store, author, settings, document, request, oneByOne);
    } catch (error) {
      if (!(error instanceof BatchRefused)) throw error;
      oneByOne.add(error.section);
    }
  }
}
