/**
 * The parts of a document about the model, derived from the declarations: a section for each resource, and in its objects
 * one for each kind of rows that belong to them. A row has one place, that of the first way in which the API has it.
 */
import {
  type Api,
  type ChildApi,
  type EntityEndpoint,
  type EntityName,
  type Param,
  type RelationApi,
  declarationOf,
  entityEndpoints,
  isMadeByRequests,
  entityNames,
  isEntityName,
} from '@vnet/model';
import { rulesOf } from '../api/creations.ts';

/** The other end of a relation, by whose uuid the row in between goes. */
export interface Other {
  readonly column: string;
  readonly entity: EntityName;
  /** Name in messages: `network_uuid`. */
  readonly param: string;
}

export interface Section {
  /** `interfaces`, `interfaces.ports` */
  readonly name: string;
  /** What the document calls it: `ports`. */
  readonly key: string;
  readonly entity: EntityName;
  /** The request that makes such a row. */
  readonly endpoint: EntityEndpoint;
  /** What an object may say, beside what its place says already. */
  readonly params: readonly Param[];
  /** Reference column that names the object around it. */
  readonly parent?: string;
  /** Of relations. */
  readonly other?: Other;
  /** Rows go by their values: a list, not objects by uuid. */
  readonly isList: boolean;
  /** A row whose values are the defaults is as good as none: the relation is set, not added. */
  readonly isSetting: boolean;
  readonly nested: readonly Section[];
}

/** The first way in which requests make rows of the entity. */
function homeOf(entity: EntityName): Api | undefined {
  return declarationOf(entity).api.find(isMadeByRequests);
}

/** With the defaults that an update leaves out: an object in a document is whole. */
function paramsOf({ entity, params }: EntityEndpoint): Param[] {
  const { fields } = declarationOf(entity);
  return params
    .filter(({ column }) => column !== 'uuid')
    .map((param) => {
      const standard = param.column === undefined ? undefined : fields[param.column]?.default;
      return standard === undefined ? param : { ...param, default: standard };
    });
}

function otherOf(api: RelationApi, endpoint: EntityEndpoint): Other {
  return { column: api.other, entity: endpoint.other!, param: api.other.replace(/_id$/, '_uuid') };
}

function sectionOf(entity: EntityName, api: Api, prefix: string): Section {
  const makes = api.kind === 'relation' && api.changes === 'set' ? 'update' : 'create';
  const endpoint = entityEndpoints.find((each) => each.entity === entity && each.api === api && each.verb === makes)!;
  return {
    name: prefix + api.path,
    key: api.path,
    entity,
    endpoint,
    params: paramsOf(endpoint),
    ...(api.kind === 'resource' ? {} : { parent: api.parent }),
    ...(api.kind === 'relation' ? { other: otherOf(api, endpoint) } : {}),
    isList: api.kind === 'child' && declarationOf(entity).prefix === undefined,
    isSetting: makes === 'update',
    nested: api.kind === 'resource' ? nestedIn(entity, `${api.path}.`) : [],
  };
}

function isNestedIn(parent: EntityName, entity: EntityName, api: Api | undefined): api is ChildApi | RelationApi {
  if (api === undefined || api.kind === 'resource') return false;
  return declarationOf(entity).fields[api.parent]?.to === parent;
}

function nestedIn(parent: EntityName, prefix: string): Section[] {
  return entityNames.flatMap((entity) => {
    const api = homeOf(entity);
    return isNestedIn(parent, entity, api) ? [sectionOf(entity, api, prefix)] : [];
  });
}

/** One for each resource. */
export const sections: readonly Section[] = entityNames.flatMap((entity) => {
  const api = homeOf(entity);
  return api?.kind === 'resource' ? [sectionOf(entity, api, '')] : [];
});

/** Every section there is, those of nested rows too, by the entity of its rows. */
export const sectionByEntity: ReadonlyMap<EntityName, Section> = new Map(
  sections.flatMap((section) => [section, ...section.nested]).map((section) => [section.entity, section]),
);

function referredBy(entity: EntityName): EntityName[] {
  const { fields, params = {} } = declarationOf(entity);
  return [...Object.values(fields), ...Object.values(params)].flatMap(({ to }) =>
    to !== undefined && isEntityName(to) ? [to] : [],
  );
}

/**
 * An order in which rows can be made: each entity after those that its rows and their requests refer to, and after the
 * children of these, without which they are not whole (the ranges of a group that addresses are taken from).
 */
function dependencyOrder(): EntityName[] {
  const order: EntityName[] = [];
  const seen = new Set<EntityName>();
  const visit = (entity: EntityName): void => {
    if (seen.has(entity)) return;
    seen.add(entity);
    for (const target of referredBy(entity)) {
      visit(target);
      for (const { entity: child, other } of sectionByEntity.get(target)?.nested ?? []) {
        if (other === undefined) visit(child);
      }
    }
    order.push(entity);
  };
  entityNames.forEach(visit);
  return order;
}

/** Rows that bring rows of other entities with them, by all that is there then. */
function isLast(entity: EntityName): boolean {
  return rulesOf(entity).declared !== undefined;
}

/** All sections in the order in which their rows can be made. */
export const creationOrder: readonly Section[] = dependencyOrder()
  .sort((a, b) => Number(isLast(a)) - Number(isLast(b)))
  .flatMap((entity) => sectionByEntity.get(entity) ?? []);
