/**
 * The document that export writes and apply takes: a section for each resource, in its objects what belongs to them. A row
 * has one place, that of the first way in which requests make it (`packages/vnmgr/src/document/sections.ts`).
 */
import {
  declarationOf,
  entityEndpoints,
  isMadeByRequests,
  entityNames,
  modelName,
  type Api,
  type EntityEndpoint,
  type EntityName,
} from '@vnet/model';
import { paramSchema } from './requests.ts';
import { arrayOf, mapOf, maybe, objectOf, orNull, refTo, type Properties, type Schema } from './schema.ts';

function homeOf(entity: EntityName): Api | undefined {
  return declarationOf(entity).api.find(isMadeByRequests);
}

/** The request that makes such a row. */
function makerOf(entity: EntityName, api: Api): EntityEndpoint {
  const verb = api.kind === 'relation' && api.changes === 'set' ? 'update' : 'create';
  return entityEndpoints.find((each) => each.entity === entity && each.api === api && each.verb === verb)!;
}

function withoutDefault({ default: _default, ...schema }: Schema): Schema {
  return schema;
}

/** Everything may be left out; null takes a value away. */
function valuesOf(entity: EntityName, api: Api): Properties {
  const params = makerOf(entity, api).params.filter(({ column }) => column !== 'uuid');
  const schemas = params.map((param): [string, Schema] => {
    const schema = withoutDefault(paramSchema({ ...param, nullable: true }));
    return [param.name, { ...schema, description: param.doc }];
  });
  return Object.fromEntries(schemas.map(([name, schema]) => [name, maybe(schema)]));
}

/** Rows that belong to one of the parent: objects by uuid, or a list of those without. */
function nestedIn(parent: EntityName): Properties {
  const nested = entityNames.flatMap((entity): [string, Schema][] => {
    const api = homeOf(entity);
    if (api === undefined || api.kind === 'resource') return [];
    const { fields, doc, prefix } = declarationOf(entity);
    if (fields[api.parent]?.to !== parent) return [];
    const row = objectOf(valuesOf(entity, api));
    const isList = api.kind === 'child' && prefix === undefined;
    return [[api.path, isList ? { ...arrayOf(row), description: doc } : mapOf(orNull(row), doc)]];
  });
  return Object.fromEntries(nested.map(([path, schema]) => [path, maybe(schema)]));
}

interface Section {
  readonly entity: EntityName;
  readonly path: string;
  readonly schema: Schema;
}

const sections: readonly Section[] = entityNames.flatMap((entity) => {
  const api = homeOf(entity);
  if (api?.kind !== 'resource') return [];
  const description = `${declarationOf(entity).doc} As a document has it, under its uuid.`;
  return [{ entity, path: api.path, schema: objectOf({ ...valuesOf(entity, api), ...nestedIn(entity) }, description) }];
});

function schemaName(entity: EntityName): string {
  return `${modelName(entity)}InDocument`;
}

export const documentSchemas: Readonly<Record<string, Schema>> = {
  Document: objectOf(
    Object.fromEntries(
      sections.map(({ entity, path }) => [
        path,
        maybe(mapOf(orNull(refTo(schemaName(entity))), 'By uuid; null deletes.')),
      ]),
    ),
    'A section for each resource, in it objects by uuid.',
  ),
  ...Object.fromEntries(sections.map(({ entity, schema }) => [schemaName(entity), schema])),
};
