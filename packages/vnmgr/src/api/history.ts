/** What was changed, when and by whom: the log of revisions, for people. */
import { type EntityName, type Field, type ParamValue, type Row, declarationOf, entityNames } from '@vnet/model';
import { Names } from '../document/names.ts';
import { shown } from '../document/values.ts';
import { formatTime } from '../replies/plain.ts';
import {
  type LoggedChange,
  type LoggedRevision,
  changesIn,
  referringChangesIn,
  revisionsPage,
  uuidsEver,
} from '../store/history.ts';
import type { Queries } from '../store/queries.ts';

type Values = Readonly<Record<string, ParamValue>>;
type Columns = Readonly<Record<string, unknown>>;
type Fields = Record<string, readonly [unknown, unknown]>;

/** Revisions of a page when the request does not say. */
const DEFAULT_LIMIT = 30;

/** Rows that belong to others, which have their values: the address of a lease. */
const OWNED = new Set(
  entityNames.flatMap((name) =>
    Object.values(declarationOf(name).fields).flatMap(({ owned, to }) => (owned ? [to] : [])),
  ),
);

/** Knows the uuids of rows, of those too that are gone. */
class PastNames {
  readonly #names: Names;
  readonly #gone = new Map<string, string>();

  private constructor(names: Names) {
    this.#names = names;
  }

  /** Some queries for each entity, however many changes there are. */
  static async load(queries: Queries, changes: readonly LoggedChange[]): Promise<PastNames> {
    const names = new Names(queries);
    const past = new PastNames(names);
    const rowsOf = new Map<EntityName, Row[]>();
    for (const { entity, before, after } of changes) {
      const rows = rowsOf.get(entity) ?? [];
      rowsOf.set(entity, rows);
      rows.push(...[before, after].filter((row) => row !== null));
    }
    for (const [entity, rows] of rowsOf) names.learn(entity, rows);
    for (const [entity, rows] of rowsOf) {
      await names.loadReferences(entity, rows);
      for (const [column, { to }] of references(entity)) await past.#loadGone(queries, to as EntityName, column, rows);
    }
    return past;
  }

  async #loadGone(queries: Queries, entity: EntityName, column: string, rows: readonly Row[]): Promise<void> {
    const ids = rows.map((row) => (row as unknown as Columns)[column]).filter((id) => typeof id === 'number');
    const gone = [...new Set(ids)].filter((id) => this.of(entity, id) === null);
    if (gone.length === 0) return;
    for (const { id, uuid } of await queries.withKnex((db) => uuidsEver(db, entity, gone))) {
      this.#gone.set(`${entity}/${id}`, uuid);
    }
  }

  of(entity: EntityName, id: number): string | null {
    return this.#names.uuidOf(entity, id) ?? this.#gone.get(`${entity}/${id}`) ?? null;
  }
}

/** References to what has a uuid. */
function references(entity: EntityName): [string, Field][] {
  return Object.entries(declarationOf(entity).fields).filter(
    ([, { to, owned }]) => to !== undefined && owned !== true && declarationOf(to as EntityName).prefix !== undefined,
  );
}

/** The columns that say which row it is among those without uuid. */
function namingColumns(entity: EntityName): string[] {
  const [api] = declarationOf(entity).api;
  if (api?.kind === 'relation') return [api.parent, api.other];
  if (api?.kind === 'child') return [api.parent];
  return references(entity).map(([column]) => column);
}

function nameOf(entity: EntityName, row: Row, names: PastNames): string {
  if ('uuid' in row) return row.uuid;
  const { fields } = declarationOf(entity);
  const ids = namingColumns(entity).map((column) => [fields[column]!.to, (row as unknown as Columns)[column]] as const);
  const uuids = ids.flatMap(([to, id]) => (typeof id === 'number' ? [names.of(to as EntityName, id) ?? '?'] : []));
  return uuids.join(' ↔ ');
}

function valueOf(field: Field, row: Row | null, column: string, names: PastNames): unknown {
  const value = row === null ? null : ((row as unknown as Columns)[column] ?? null);
  if (typeof value !== 'number') return value;
  if (field.type === 'reference') return names.of(field.to as EntityName, value);
  return field.type === 'time' ? formatTime(value) : shown(field, value);
}

function requestName(column: string, { type, param }: Field): string {
  return param ?? (type === 'reference' ? column.replace(/_id$/, '_uuid') : column);
}

/** Old and new values of what requests can say; of a new row what is not so by itself. */
function fieldsOf({ entity, before, after }: LoggedChange, names: PastNames): Fields {
  if (after === null) return {};
  const fields: Fields = {};
  for (const [column, field] of Object.entries(declarationOf(entity).fields)) {
    if (field.internal === true) continue;
    const [old, now] = [before, after].map((row) => valueOf(field, row, column, names));
    const isNoise = before === null && now === (field.default ?? null);
    if (old !== now && !isNoise) fields[requestName(column, field)] = [old, now];
  }
  return fields;
}

function shownChange(change: LoggedChange, names: PastNames): object | undefined {
  const { entity, before, after } = change;
  const row = after ?? before;
  if (row === null || OWNED.has(entity)) return undefined;
  const operation = before === null ? 'create' : after === null ? 'delete' : 'update';
  const fields = fieldsOf(change, names);
  // Only rules have changed it, in columns that nobody sees.
  if (operation === 'update' && 'uuid' in row && before !== null && 'uuid' in before && before.uuid !== row.uuid) {
    fields['uuid'] = [before.uuid, row.uuid];
  }
  if (operation === 'update' && Object.keys(fields).length === 0) return undefined;
  return { operation, entity, uuid: 'uuid' in row ? row.uuid : null, name: nameOf(entity, row, names), fields };
}

/** Columns by which rows refer to an entity. */
function referrersOf(entity: EntityName): Map<EntityName, string[]> {
  return new Map(
    entityNames.flatMap((name) => {
      const columns = references(name).filter(([, { to }]) => to === entity);
      return columns.length === 0 ? [] : [[name, columns.map(([column]) => column)] as const];
    }),
  );
}

/** Whether a change is of the object, or of a row that refers to it. */
function concerns(change: LoggedChange, targets: ReadonlyMap<EntityName, ReadonlySet<number>>, uuid: string): boolean {
  const rows = [change.before, change.after].filter((row) => row !== null);
  if (rows.some((row) => 'uuid' in row && row.uuid === uuid)) return true;
  return references(change.entity).some(([column, { to }]) =>
    rows.some((row) => targets.get(to as EntityName)?.has((row as unknown as Record<string, number>)[column]!)),
  );
}

function targetsOf(changes: readonly LoggedChange[], uuid: string): Map<EntityName, Set<number>> {
  const targets = new Map<EntityName, Set<number>>();
  for (const { entity, id, before, after } of changes) {
    if (![before, after].some((row) => row !== null && 'uuid' in row && row.uuid === uuid)) continue;
    targets.set(entity, (targets.get(entity) ?? new Set<number>()).add(id));
  }
  return targets;
}

async function changesOfPage(queries: Queries, page: readonly LoggedRevision[], uuid: string | undefined) {
  const revisions = page.map(({ revision }) => revision);
  if (uuid === undefined) return await queries.withKnex((db) => changesIn(db, revisions));
  const own = await queries.withKnex((db) => changesIn(db, revisions, uuid));
  const targets = targetsOf(own, uuid);
  const referrers = [...targets].flatMap(([entity, ids]) =>
    [...referrersOf(entity)].map(([name, columns]) => ({ entity: name, columns, ids: [...ids] })),
  );
  const others = await queries.withKnex((db) => referringChangesIn(db, revisions, referrers));
  const all = new Map([...own, ...others].map((change) => [change.line, change]));
  return [...all.values()].filter((change) => concerns(change, targets, uuid)).sort((a, b) => a.line - b.line);
}

export async function history(queries: Queries, values: Values): Promise<unknown> {
  const uuid = typeof values['uuid'] === 'string' ? values['uuid'] : undefined;
  const limit = typeof values['limit'] === 'number' ? values['limit'] : DEFAULT_LIMIT;
  const offset = typeof values['offset'] === 'number' ? values['offset'] : 0;
  const { total, page } = await queries.withKnex((db) => revisionsPage(db, uuid, { limit, offset }));
  const changes = await changesOfPage(queries, page, uuid);
  const names = await PastNames.load(queries, changes);
  const byRevision = new Map<number, object[]>(page.map(({ revision }) => [revision, []]));
  for (const change of changes) {
    const line = shownChange(change, names);
    if (line !== undefined) byRevision.get(change.revision)?.push(line);
  }
  const items = page.map(({ revision, time, who, request_id }) => ({
    revision,
    time: formatTime(time),
    who,
    request_id,
    changes: byRevision.get(revision) ?? [],
  }));
  return { total_count: total, offset, limit, items };
}
