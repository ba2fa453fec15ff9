/** The OpenAPI 3.1 document, from the declarations and the table of endpoints. */
import {
  declarationOf,
  endpoints,
  entityNames,
  isEntityEndpoint,
  modelName,
  type Endpoint,
  type EntityName,
} from '@vnet/model';
import { entityAnswer } from './answers.ts';
import { leaseSchemas, replyProperties } from './leases.ts';
import { bodyOf, commonParameters, parametersOf, type Parameter, type RequestBody } from './requests.ts';
import { errorResponses, headers, responsesOf } from './responses.ts';
import { rowProperties } from './rows.ts';
import { objectOf, type Schema } from './schema.ts';
import { modelAnswer, modelSchemas } from './whole_model.ts';

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly [string];
  readonly summary: string;
  readonly parameters: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: RequestBody;
  readonly responses: Readonly<Record<string, object>>;
}

export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: Readonly<Record<'title' | 'version' | 'description', string>>;
  readonly servers: readonly { readonly url: string; readonly description: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  /** By path, then by method in lower case. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
    readonly responses: typeof errorResponses;
    readonly headers: typeof headers;
  };
}

const DESCRIPTION = [
  'Parameters may be in the query string of any request, in a form, or in a JSON or YAML object; the body counts. Those',
  'that an endpoint does not have are passed over, unless `strict=1` is given. An object may be wrapped:',
  '`{"network": {…}}`. null, or an empty text, takes a value away where there may be none.',
  '',
  'Replies are JSON. For a path that ends in `.yml` they are YAML as OpenVNet wrote it, with Ruby symbols for keys.',
  'Success is 200, also of POST.',
].join('\n');

/** `/networks/:uuid` → `/networks/{uuid}` */
function templateOf(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

function operationOf(endpoint: Endpoint): Operation {
  const { name, resource, doc } = endpoint;
  const body = bodyOf(endpoint)?.body;
  const answer = isEntityEndpoint(endpoint) ? entityAnswer(endpoint) : modelAnswer(endpoint);
  return {
    operationId: name,
    tags: [resource],
    summary: doc,
    parameters: parametersOf(endpoint),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: responsesOf(endpoint, answer),
  };
}

function pathsOf(): OpenApi['paths'] {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const endpoint of endpoints) {
    const path = (paths[templateOf(endpoint.path)] ??= {});
    path[endpoint.method.toLowerCase()] = operationOf(endpoint);
  }
  return paths;
}

function tagsOf(): OpenApi['tags'] {
  const byName = new Map<string, string>();
  for (const endpoint of endpoints) {
    const { resource, doc } = endpoint;
    const isResource = isEntityEndpoint(endpoint) && endpoint.api.kind === 'resource';
    if (isResource) byName.set(resource, declarationOf(endpoint.entity).doc);
    else if (!byName.has(resource)) byName.set(resource, doc);
  }
  return [...byName].map(([name, description]) => ({ name, description }));
}

/** Entities that are answered by themselves, and those that only stand inside others' replies. */
function entitySchemas(): Readonly<Record<string, Schema>> {
  const isAnswered = (entity: EntityName): boolean => {
    const { prefix, api } = declarationOf(entity);
    return prefix !== undefined || api.length > 0;
  };
  const answered = entityNames.filter(isAnswered);
  const nested = new Set<EntityName>(['network', 'mac_lease', 'interface']);
  for (const entity of entityNames) {
    for (const { expand, to } of Object.values(declarationOf(entity).fields)) {
      if (expand === 'row') nested.add(to as EntityName);
    }
  }
  return Object.fromEntries([
    ...answered.map(
      (entity) => [modelName(entity), objectOf(replyProperties(entity), declarationOf(entity).doc)] as const,
    ),
    ...[...nested].map((entity) => {
      const description = `${declarationOf(entity).doc} As it stands in other replies.`;
      return [`${modelName(entity)}Row`, objectOf(rowProperties(entity), description)] as const;
    }),
  ]);
}

function bodySchemas(): Readonly<Record<string, Schema>> {
  const schemas = endpoints.map((endpoint) => [endpoint.name, bodyOf(endpoint)?.schema] as const);
  return Object.fromEntries(schemas.filter((entry): entry is [string, Schema] => entry[1] !== undefined));
}

export function openApiDocument(): OpenApi {
  return {
    openapi: '3.1.0',
    info: { title: 'VNet', version: '1.0', description: DESCRIPTION },
    servers: [
      { url: '/api/1.0', description: 'The API under its version.' },
      { url: '/api', description: 'The same without.' },
    ],
    tags: tagsOf(),
    paths: pathsOf(),
    components: {
      schemas: { ...entitySchemas(), ...leaseSchemas, ...modelSchemas, ...bodySchemas() },
      parameters: commonParameters,
      responses: errorResponses,
      headers,
    },
  };
}
