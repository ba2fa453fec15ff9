/** The table of endpoints, derived from the declarations: routes of vnapi, commands of vnctl, dispatch of vnmgr. */
import type { Api, ChildApi, Declaration, Field, RelationApi, ResourceApi } from './declaration.ts';
import { type EntityName, declarationOf, entityNames, isEntityName } from './entities/index.ts';
import type { Operation } from './messages.ts';

/** A request parameter: a field under its name in requests. */
export interface Param extends Field {
  readonly name: string;
  /** The column that it fills, absent for what only requests carry. */
  readonly column?: string;
}

export interface PathParam {
  readonly name: string;
  /** Absent: a uuid of any entity. */
  readonly entity?: EntityName;
}

/** What every line of the table says. */
interface EndpointBase {
  /** `networks.create`, `datapaths.networks.list`, `ip_leases.attach`: what `ApiRequest.endpoint` says. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/api/1.0`, with `:name` for parameters: `/datapaths/:uuid/networks/:network_uuid`. */
  readonly path: string;
  readonly operation: Operation;
  /** First segment of the path, the noun in vnctl: `datapaths`. */
  readonly resource: string;
  readonly pathParams: readonly PathParam[];
  readonly params: readonly Param[];
  /** One line. */
  readonly doc: string;
}

/** Follows from the declaration of an entity. */
export interface EntityEndpoint extends EndpointBase {
  /** The entity that is created, listed …: `datapath_network` for the path above. */
  readonly entity: EntityName;
  /** The entity at the other end of a relation: `network` for the path above. */
  readonly other?: EntityName;
  /** Second noun, for children and relations: `networks`. */
  readonly sub?: string;
  /** `create`, `list`, `show`, `update`, `delete` or the name of an action. */
  readonly verb: string;
  readonly api: Api;
}

/** About the model as a whole: `packages/model/src/whole_model.ts`. */
export interface ModelEndpoint extends EndpointBase {
  /** The body is not parameters but one document, in the parameter of this name. */
  readonly document?: string;
}

export type Endpoint = EntityEndpoint | ModelEndpoint;

/** Whether requests make such rows; rules make the others. */
export function isMadeByRequests(api: Api): boolean {
  return api.kind === 'relation' ? api.changes !== 'none' : api.readOnly !== true;
}

export function isEntityEndpoint(endpoint: Endpoint): endpoint is EntityEndpoint {
  return 'entity' in endpoint;
}

export const PAGING: readonly Param[] = [
  { name: 'limit', type: 'integer', min: 0, max: 10_000, doc: 'How many items to answer with at most (30).' },
  { name: 'offset', type: 'integer', min: 0, doc: 'How many items to skip.' },
];

function referenced(field: Field | undefined): EntityName {
  if (field?.to === undefined || !isEntityName(field.to)) throw new Error(`not a reference to an entity: ${field?.to}`);
  return field.to;
}

function paramName(column: string, field: Field): string {
  return field.param ?? (field.type === 'reference' ? column.replace(/_id$/, '_uuid') : column);
}

/** Everything a request may carry for the entity, in order of declaration. */
function paramsOf(declaration: Declaration): Param[] {
  const stored = Object.entries(declaration.fields)
    .filter(([, field]) => field.internal !== true)
    .map(([column, field]): Param => ({ ...field, name: paramName(column, field), column }));
  return [...stored, ...namedFields(declaration.params)];
}

function namedFields(fields: Readonly<Record<string, Field>> = {}): Param[] {
  return Object.entries(fields).map(([name, field]): Param => ({ ...field, name }));
}

function uuidParam(declaration: Declaration): Param[] {
  if (declaration.prefix === undefined) return [];
  const doc = `Own uuid, ${declaration.prefix}-…; made up when not given.`;
  return [{ name: 'uuid', type: 'reference', to: declaration.name, doc, column: 'uuid' }];
}

/** As an update takes it: nothing required, no defaults. */
function optional({ required: _required, default: _default, ...param }: Param): Param {
  return param;
}

function withoutColumns(params: readonly Param[], ...columns: string[]): Param[] {
  return params.filter(({ column }) => column === undefined || !columns.includes(column));
}

function words(name: string): string {
  return name.replaceAll('_', ' ').replace(/\b(?:dns|ip|mac|vlan)\b/g, (short) => short.toUpperCase());
}

/** `an IP lease` */
function one(name: string): string {
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${words(name)}`;
}

function resourceEndpoints(declaration: Declaration, entity: EntityName, api: ResourceApi): EntityEndpoint[] {
  const { path } = api;
  const noun = one(entity);
  const shown = api.shownWith === undefined ? noun : `${noun}, ${api.shownWith}`;
  const params = paramsOf(declaration);
  const collection = { path: `/${path}`, pathParams: [], entity, resource: path, api } as const;
  const uuid: readonly PathParam[] = [{ name: 'uuid', entity }];
  const item = { ...collection, path: `/${path}/:uuid`, pathParams: uuid, params: [] } as const;
  const endpoint = (verb: string) => ({ name: `${path}.${verb}`, verb });
  const list: EntityEndpoint = {
    ...collection,
    ...endpoint('list'),
    method: 'GET',
    operation: 'list',
    params: PAGING,
    doc: `List the ${words(path)}.`,
  };
  if (api.readOnly === true) return [list];
  return [
    {
      ...collection,
      ...endpoint('create'),
      method: 'POST',
      operation: 'create',
      params: [...uuidParam(declaration), ...params],
      doc: `Make ${noun}.`,
    },
    list,
    { ...item, ...endpoint('show'), method: 'GET', operation: 'show', doc: `Show ${shown}.` },
    {
      ...item,
      ...endpoint('update'),
      method: 'PUT',
      operation: 'update',
      params: params.filter((param) => param.mutable).map(optional),
      doc: `Change ${noun}.`,
    },
    { ...item, ...endpoint('delete'), method: 'DELETE', operation: 'delete', doc: `Delete ${noun}.` },
    ...Object.entries(api.actions ?? {}).map(
      ([action, { doc, method, params: fields }]) =>
        ({
          ...item,
          ...endpoint(action),
          path: `/${path}/:uuid/${action}`,
          method: method ?? 'PUT',
          operation: 'update',
          params: namedFields(fields),
          doc,
        }) as const,
    ),
  ];
}

/** First segment of the path of a resource. */
function resourcePath(entity: EntityName): string {
  const api = declarationOf(entity).api.find(({ kind }) => kind === 'resource');
  if (api === undefined) throw new Error(`${entity} is not a resource`);
  return api.path;
}

function childEndpoints(declaration: Declaration, entity: EntityName, api: ChildApi): EntityEndpoint[] {
  const parent = referenced(declaration.fields[api.parent]);
  const resource = resourcePath(parent);
  const params = withoutColumns(paramsOf(declaration), api.parent);
  const uuid: readonly PathParam[] = [{ name: 'uuid', entity: parent }];
  const common = { path: `/${resource}/:uuid/${api.path}`, pathParams: uuid, entity, resource, sub: api.path, api };
  const endpoint = (verb: string) => ({ ...common, name: `${resource}.${api.path}.${verb}`, verb });
  const list: EntityEndpoint = {
    ...endpoint('list'),
    method: 'GET',
    operation: 'list',
    params: PAGING,
    doc: `List the ${words(api.path)} of ${one(parent)}.`,
  };
  if (api.readOnly === true) return [list];
  const ownUuid = `${entity}_uuid`;
  return [
    {
      ...endpoint('create'),
      method: 'POST',
      operation: 'create',
      params: [...uuidParam(declaration), ...params],
      doc: `Make ${one(entity)}.`,
    },
    list,
    declaration.prefix === undefined
      ? {
          ...endpoint('delete'),
          method: 'DELETE',
          operation: 'delete',
          params: params.map((param) => (api.key?.includes(param.column ?? '') === true ? param : optional(param))),
          doc:
            api.key !== undefined
              ? `Delete the ${words(entity)} that has these values.`
              : `Delete each ${words(entity)} that has these values; without any, all of them.`,
        }
      : {
          ...endpoint('delete'),
          method: 'DELETE',
          operation: 'delete',
          path: `${common.path}/:${ownUuid}`,
          pathParams: [...uuid, { name: ownUuid, entity }],
          params: [],
          doc: `Delete ${one(entity)}.`,
        },
  ];
}

function relationEndpoints(declaration: Declaration, entity: EntityName, api: RelationApi): EntityEndpoint[] {
  const parent = referenced(declaration.fields[api.parent]);
  const other = referenced(declaration.fields[api.other]);
  const resource = resourcePath(parent);
  const otherUuid = api.other.replace(/_id$/, '_uuid');
  const uuid: readonly PathParam[] = [{ name: 'uuid', entity: parent }];
  const sub = api.path;
  const collection = { path: `/${resource}/:uuid/${sub}`, pathParams: uuid, entity, other, resource, sub, api };
  const item = {
    ...collection,
    path: `${collection.path}/:${otherUuid}`,
    pathParams: [...uuid, { name: otherUuid, entity: other }],
  };
  const endpoint = (verb: string) => ({ name: `${resource}.${api.path}.${verb}`, verb });
  const otherName = one(api.other.replace(/_id$/, ''));
  const owner = one(parent);
  const params = withoutColumns(paramsOf(declaration), api.parent, api.other);
  const list: EntityEndpoint = {
    ...collection,
    ...endpoint('list'),
    method: 'GET',
    operation: 'list',
    params: PAGING,
    doc: `List the ${words(sub)} of ${owner}.`,
  };
  switch (api.changes ?? 'add') {
    case 'none':
      return [list];
    case 'set':
      return [
        list,
        {
          ...item,
          ...endpoint('update'),
          method: 'PUT',
          operation: 'update',
          params: params.map(optional),
          doc: `Say whether ${otherName} belongs to ${owner} by itself.`,
        },
      ];
    case 'add':
      return [
        {
          ...item,
          ...endpoint('create'),
          method: 'POST',
          operation: 'create',
          params,
          doc: `Add ${otherName} to ${owner}.`,
        },
        list,
        {
          ...item,
          ...endpoint('delete'),
          method: 'DELETE',
          operation: 'delete',
          params: [],
          doc: `Take ${otherName} from ${owner}.`,
        },
      ];
  }
}

function endpointsOf(entity: EntityName): EntityEndpoint[] {
  const declaration = declarationOf(entity);
  return declaration.api.flatMap((api) => {
    switch (api.kind) {
      case 'resource':
        return resourceEndpoints(declaration, entity, api);
      case 'child':
        return childEndpoints(declaration, entity, api);
      case 'relation':
        return relationEndpoints(declaration, entity, api);
    }
  });
}

/** Of the entities, in the order of their declarations. */
export const entityEndpoints: readonly EntityEndpoint[] = entityNames.flatMap(endpointsOf);
