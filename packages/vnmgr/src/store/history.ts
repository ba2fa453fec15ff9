/** The log of revisions: written with each transaction, read at start and by auditors. */
import { type EntityName, type Row, isEntityName } from '@vnet/model';
import type { Knex } from 'knex';
import { IN_CHUNK, type Page, turns } from './queries.ts';
import type { Change } from './transaction.ts';

/** Who made a revision, for the audit trail. */
export interface Author {
  readonly who: string;
  readonly request_id: string;
}

export interface Revision {
  readonly revision: number;
  readonly changes: readonly Change[];
}

/** Lines in one INSERT: a line has a few kilobytes at most. */
const INSERT_CHUNK = 500;

interface ChangeLine {
  readonly revision: number;
  readonly entity: string;
  readonly row_id: number;
  readonly before: string | null;
  readonly after: string | null;
}

function operationOf({ before, after }: Change): string {
  if (before === null) return 'create';
  return after === null ? 'delete' : 'update';
}

/** A row that was renamed is found by its new uuid. */
function uuidOf({ before, after }: Change): string | null {
  const row = after ?? before;
  return row !== null && 'uuid' in row ? row.uuid : null;
}

function json(row: Row | null): string | null {
  return row === null ? null : JSON.stringify(row);
}

function parseRow(text: string | null): Row | null {
  return text === null ? null : (JSON.parse(text) as Row);
}

export async function lastRevision(db: Knex): Promise<number> {
  const [row] = await db('revisions').max<{ last: number | null }[]>({ last: 'id' });
  return row?.last ?? 0;
}

/** Names this database's history among all others: numbers of revisions mean something only together with it. */
export async function historyId(db: Knex): Promise<string> {
  const row = await db('revisions').where({ id: 0 }).first<{ request_id: string } | undefined>('request_id');
  return row?.request_id ?? '';
}

/** Writes the next revision; gives its number. */
export async function appendRevision(
  db: Knex.Transaction,
  author: Author,
  time: number,
  changes: readonly Change[],
): Promise<number> {
  const revision = (await lastRevision(db)) + 1;
  await db('revisions').insert({ id: revision, time, ...author });
  const lines = changes.map((change) => ({
    revision,
    entity: change.entity,
    row_id: change.id,
    uuid: uuidOf(change),
    operation: operationOf(change),
    before: json(change.before),
    after: json(change.after),
  }));
  for await (const chunk of turns(lines, INSERT_CHUNK)) await db('changes').insert(chunk);
  return revision;
}

/** Revisions after `since`, oldest first. Entities that this program does not know are left out. */
export async function revisionsSince(db: Knex, since: number): Promise<Revision[]> {
  const lines = (await db('changes').where('revision', '>', since).orderBy('id')) as ChangeLine[];
  const revisions = new Map<number, Change[]>();
  for (const line of lines) {
    const { revision } = line;
    const changes = revisions.get(revision) ?? [];
    revisions.set(revision, changes);
    if (!isEntityName(line.entity)) continue;
    changes.push({
      entity: line.entity,
      id: line.row_id,
      before: parseRow(line.before),
      after: parseRow(line.after),
    });
  }
  return [...revisions].map(([revision, changes]) => ({ revision, changes }));
}

/** The oldest revision whose changes are still there; 0 when there has been none yet. */
export async function oldestRevision(db: Knex): Promise<number> {
  const kept = db('revisions').where('id', '>', 0);
  const [row] = await kept.min<{ oldest: number | null }[]>({ oldest: 'id' });
  return row?.oldest ?? 0;
}

/** Revision of the last change of a row, 0 when the log does not reach back to it. */
export async function lastChangeOf(db: Knex, entity: EntityName, id: number): Promise<number> {
  const query = db('changes').where({ entity, row_id: id }).max<{ last: number | null }[]>({ last: 'revision' });
  const [row] = await query;
  return row?.last ?? 0;
}

/**
 * Forgets what happened before a time (epoch milliseconds). Revision 0 stays, it names the history; so does the last one,
 * from which the next number follows.
 */
export async function prune(db: Knex, before: number): Promise<void> {
  const last = await lastRevision(db);
  const old = db('revisions').where('time', '<', before).where('id', '<', last);
  const [row] = await old.max<{ newest: number | null }[]>({ newest: 'id' });
  const newest = row?.newest ?? 0;
  await db('changes').where('revision', '<=', newest).delete();
  await db('revisions').where('id', '<=', newest).where('id', '>', 0).delete();
}

/** A line of the log of revisions, without its changes. */
export interface LoggedRevision extends Author {
  readonly revision: number;
  /** Epoch milliseconds. */
  readonly time: number;
}

/** A change as the log has it. */
export interface LoggedChange extends Change {
  readonly revision: number;
  /** Number of the line. */
  readonly line: number;
}

/** Which revisions there are, the last first; with a uuid those that touch a row of that name. */
export async function revisionsPage(
  db: Knex,
  uuid: string | undefined,
  { limit, offset }: Page,
): Promise<{ readonly total: number; readonly page: readonly LoggedRevision[] }> {
  const kept = () => {
    const query = db('revisions').where('id', '>', 0);
    return uuid === undefined ? query : query.whereIn('id', db('changes').where({ uuid }).select('revision'));
  };
  const [row] = await kept().count<{ count: number | string }[]>({ count: '*' });
  const rows = await kept()
    .orderBy('id', 'desc')
    .limit(limit)
    .offset(offset)
    .select<LoggedRevision[]>({ revision: 'id' }, 'time', 'who', 'request_id');
  return { total: Number(row?.count ?? 0), page: rows };
}

/** Rows of an entity that refer to one of these ids in one of these columns. */
export interface Referrer {
  readonly entity: EntityName;
  readonly columns: readonly string[];
  readonly ids: readonly number[];
}

async function loggedChanges(query: Knex.QueryBuilder): Promise<LoggedChange[]> {
  const lines = (await query.orderBy('id')) as (ChangeLine & { readonly id: number })[];
  return lines.flatMap(({ id: line, revision, entity, row_id: id, before, after }) =>
    isEntityName(entity) ? [{ line, revision, entity, id, before: parseRow(before), after: parseRow(after) }] : [],
  );
}

/** Changes of these revisions, in their order; with a uuid those of the rows that it names. */
export async function changesIn(db: Knex, revisions: readonly number[], uuid?: string): Promise<LoggedChange[]> {
  const query = db('changes').whereIn('revision', revisions);
  return await loggedChanges(uuid === undefined ? query : query.where({ uuid }));
}

/** Changes of these revisions in rows that refer to others; a few that do not may be among them. */
export async function referringChangesIn(
  db: Knex,
  revisions: readonly number[],
  referrers: readonly Referrer[],
): Promise<LoggedChange[]> {
  if (referrers.length === 0) return [];
  const query = db('changes').whereIn('revision', revisions);
  void query.where((any) => {
    for (const { entity, columns, ids } of referrers) {
      // Rows are stored as JSON, and their times are last: a comma follows each number.
      const patterns = columns.flatMap((column) => ids.map((id) => `%"${column}":${id},%`));
      void any.orWhere((one) => {
        void one.where({ entity }).where((either) => {
          for (const text of patterns) void either.orWhere('before', 'like', text).orWhere('after', 'like', text);
        });
      });
    }
  });
  return await loggedChanges(query);
}

/** The uuids that rows have or had, as far as the log reaches back. */
export async function uuidsEver(
  db: Knex,
  entity: EntityName,
  ids: readonly number[],
): Promise<{ readonly id: number; readonly uuid: string }[]> {
  const found: { id: number; uuid: string }[] = [];
  for await (const chunk of turns(ids, IN_CHUNK)) {
    const lines = db('changes').where({ entity }).whereIn('row_id', chunk).whereNotNull('uuid').orderBy('id');
    found.push(...(await lines.select<{ id: number; uuid: string }[]>({ id: 'row_id' }, 'uuid')));
  }
  return found;
}
