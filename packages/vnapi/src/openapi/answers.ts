/** What each endpoint of an entity answers with 200: what `packages/vnmgr/src/api/{reads,writes,creations,removals,answers}.ts` do. */
import { declarationOf, type ChildApi, type EntityEndpoint, type EntityName, type RelationApi } from '@vnet/model';
import { replyProperties } from './leases.ts';
import { replyRef, uuidSchema } from './rows.ts';
import { always, arrayOf, each, objectOf, orNull, refTo, type Properties, type Schema } from './schema.ts';

/** `["nw-web"]` */
function uuidList(entity: EntityName): Schema {
  return { ...arrayOf(uuidSchema(entity)), minItems: 1, maxItems: 1 };
}

function uuidObject(entity: EntityName): Schema {
  return objectOf({ uuid: always(uuidSchema(entity)) });
}

export const COUNT: Schema = { type: 'integer', minimum: 0 };

export function pageOf(items: Schema): Schema {
  return objectOf(each({ total_count: COUNT, offset: COUNT, limit: COUNT, items: arrayOf(items) }));
}

/** A child without a uuid of its own is answered with the uuids that it was made from. */
function madeUuids(entity: EntityName, api: ChildApi): Properties {
  const { prefix, bare, fields } = declarationOf(entity);
  if (prefix !== undefined || bare === true) return {};
  const references = Object.entries(fields).filter(
    ([, { type, expand }]) => type === 'reference' && expand === undefined,
  );
  return Object.fromEntries(
    references.map(([column, { to, nullable }]) => {
      const uuid = uuidSchema(to as EntityName);
      const schema = column !== api.parent && nullable === true ? orNull(uuid) : uuid;
      return [column.replace(/_id$/, '_uuid'), always(schema)];
    }),
  );
}

function childAnswer({ entity, operation, pathParams }: EntityEndpoint, api: ChildApi): Schema {
  if (operation === 'create') {
    const uuids = madeUuids(entity, api);
    const hasMore = Object.keys(uuids).length > 0;
    return hasMore ? objectOf({ ...replyProperties(entity), ...uuids }) : replyRef(entity);
  }
  if (declarationOf(entity).prefix !== undefined) return uuidList(entity);
  if (api.removed === 'parent') return uuidObject(pathParams[0]!.entity!);
  return api.key === undefined ? arrayOf(replyRef(entity)) : replyRef(entity);
}

type Shape = NonNullable<RelationApi['added'] | RelationApi['removed']>;

function relationAnswer({ entity, other, operation, pathParams }: EntityEndpoint, api: RelationApi): Schema {
  const parent = pathParams[0]!.entity!;
  const end = other!;
  const shapes: Readonly<Record<Shape, () => Schema>> = {
    row: () => replyRef(entity),
    parent: () => uuidObject(parent),
    other: () => replyRef(end),
    members: () => objectOf(each({ uuid: uuidSchema(parent), [api.path]: arrayOf(uuidSchema(end)) })),
    uuid: () => uuidList(end),
    'uuid if any': () => ({ ...arrayOf(uuidSchema(end)), maxItems: 1 }),
  };
  if (operation === 'create') return shapes[api.added ?? 'row']();
  if (operation === 'delete') return shapes[api.removed ?? 'uuid']();
  const nothing: Schema = { type: 'object', maxProperties: 0, description: 'Nothing was said.' };
  return { anyOf: [replyRef(entity), nothing] };
}

/** Replies of actions, and those to which agents add something. */
const specialAnswers: Readonly<Record<string, () => Schema>> = {
  'datapaths.show': () => objectOf({ ...replyProperties('datapath'), agent: always(refTo('DatapathAgent')) }),
  'interfaces.rename': () => uuidList('interface'),
  'ip_leases.attach': () => refTo('BareIpLease'),
  'ip_leases.release': () => refTo('BareIpLease'),
  'lease_policies.ip_leases': () => replyRef('ip_lease'),
};

export function entityAnswer(endpoint: EntityEndpoint): Schema {
  const { name, api, entity, other, operation } = endpoint;
  const special = specialAnswers[name];
  if (special !== undefined) return special();
  if (operation === 'list') {
    const isOthers = api.kind === 'relation' && api.list === 'others';
    return pageOf(replyRef(isOthers ? other! : entity));
  }
  if (api.kind === 'child') return childAnswer(endpoint, api);
  if (api.kind === 'relation') return relationAnswer(endpoint, api);
  return operation === 'delete' ? uuidList(entity) : replyRef(entity);
}
