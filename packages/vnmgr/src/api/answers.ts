/** What POST and DELETE below `/<resource>/:uuid` answer: OpenVNet was not of one mind there (reference §2). */
import type { EntityEndpoint, EntityName, RelationApi, Row } from '@vnet/model';
import { type Reply, renderOne } from '../replies/index.ts';
import type { Queries, Where } from '../store/queries.ts';
import type { NamedRow } from './call.ts';

export interface Relation {
  readonly endpoint: EntityEndpoint;
  readonly api: RelationApi;
  /** The rows that the path names. */
  readonly parent: NamedRow;
  readonly other: NamedRow;
}

/** `{ uuid, interfaces: [uuid, …] }` */
async function members(queries: Queries, { endpoint, api, parent }: Relation): Promise<Reply> {
  const where = { [api.parent]: parent.id } as Where<EntityName>;
  const rows = (await queries.all<EntityName>(endpoint.entity, where)) as unknown as Record<string, number>[];
  const others = await queries.byIds<EntityName>(
    endpoint.other!,
    rows.map((row) => row[api.other]!),
  );
  const uuids = rows.map((row) => (others.get(row[api.other]!) as NamedRow | undefined)?.uuid);
  return { uuid: parent.uuid, [api.path]: uuids };
}

type Shape = NonNullable<RelationApi['added'] | RelationApi['removed']>;

/** @param row the row in between, as it is or was */
const shapes: Record<Shape, (queries: Queries, relation: Relation, row: Row | undefined) => Promise<unknown>> = {
  row: (queries, { endpoint }, row) => renderOne<EntityName>(queries, endpoint.entity, row!),
  parent: (_queries, { parent }) => Promise.resolve({ uuid: parent.uuid }),
  other: (queries, { endpoint, other }) => renderOne<EntityName>(queries, endpoint.other!, other),
  members,
  uuid: (_queries, { other }) => Promise.resolve([other.uuid]),
  'uuid if any': (_queries, { other }, row) => Promise.resolve(row === undefined ? [] : [other.uuid]),
};

export async function answerAdded(queries: Queries, relation: Relation, row: Row): Promise<unknown> {
  return await shapes[relation.api.added ?? 'row'](queries, relation, row);
}

export async function answerRemoved(queries: Queries, relation: Relation, row: Row | undefined): Promise<unknown> {
  return await shapes[relation.api.removed ?? 'uuid'](queries, relation, row);
}
