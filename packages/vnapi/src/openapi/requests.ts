/** What requests carry: parameters in the path and the query, bodies, and headers. */
import {
  declarationOf,
  isEntityName,
  READING,
  type Endpoint,
  type Field,
  type Param,
  type PathParam,
} from '@vnet/model';
import { LONGEST_WAIT_S, STRICT, WAIT } from '../conditions.ts';
import { BODY_TYPES } from '../parameters.ts';
import { maybe, objectOf, orNull, refTo, type Property, type Schema } from './schema.ts';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: true;
  readonly deprecated?: true;
  readonly description: string;
  readonly schema: Schema;
}

export interface RequestBody {
  readonly required?: true;
  readonly description?: string;
  readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
}

const TYPES: Readonly<Record<Field['type'], Schema>> = {
  string: { type: 'string' },
  integer: { type: 'integer' },
  boolean: { type: 'boolean' },
  choice: { type: 'string' },
  ipv4: { type: 'string', format: 'ipv4', examples: ['10.1.0.5'] },
  ipv4_prefix: { type: 'string', examples: ['10.1.0.0/24'] },
  mac: { type: 'string', examples: ['02:00:00:00:01:05'] },
  dpid: { type: 'string', pattern: '^(0x)?[0-9A-Fa-f]{1,16}$', examples: ['0x0000aaaaaaaaaaaa'] },
  time: { type: 'integer' },
  reference: { type: 'string' },
};

function uuidOf(entity: string | undefined): Schema {
  const prefix = entity !== undefined && isEntityName(entity) ? declarationOf(entity).prefix : undefined;
  if (prefix === undefined) return {};
  return { pattern: `^${prefix}-[a-z0-9]{1,16}$`, examples: [`${prefix}-1`] };
}

function limitsOf({ type, to, values, min, max, maxLength = 255 }: Param): Schema {
  if (type === 'reference') return uuidOf(to);
  if (type === 'string') return { maxLength };
  return {
    ...(values === undefined ? {} : { enum: values }),
    ...(min === undefined ? {} : { minimum: min }),
    ...(max === undefined ? {} : { maximum: max }),
  };
}

export function paramSchema(param: Param): Schema {
  const { type, default: value, nullable } = param;
  const schema: Schema = { ...TYPES[type], ...limitsOf(param), ...(value === undefined ? {} : { default: value }) };
  return nullable === true ? orNull(schema) : schema;
}

/** Parameters may be in the body instead, where there is one. */
function hasBody({ method, params }: Endpoint): boolean {
  return (method === 'POST' || method === 'PUT') && params.length > 0;
}

const ANY_UUID: Schema = { pattern: '^[a-z]+-[a-z0-9]{1,16}$', examples: ['nw-1'] };

function pathParameter({ name, entity }: PathParam): Parameter {
  const description = entity === undefined ? 'uuid of anything.' : `uuid of the ${entity.replaceAll('_', ' ')}.`;
  const form = entity === undefined ? ANY_UUID : uuidOf(entity);
  return { name, in: 'path', required: true, description, schema: { type: 'string', ...form } };
}

function queryParameters(param: Param, inBody: boolean): Parameter[] {
  const { name, doc, required, aliases = [] } = param;
  const schema = paramSchema(param);
  const isRequired = required === true && !inBody && aliases.length === 0;
  return [
    {
      name,
      in: 'query',
      ...(isRequired ? { required: true } : {}),
      description: required === true && inBody ? `${doc} Required, here or in the body.` : doc,
      schema,
    },
    ...aliases.map((alias): Parameter => ({
      name: alias,
      in: 'query',
      deprecated: true,
      description: `Old name of ${name}.`,
      schema,
    })),
  ];
}

function bodyProperties(param: Param): [string, Property][] {
  const { name, doc, aliases = [], required } = param;
  const schema = { ...paramSchema(param), description: doc };
  return [
    [name, { schema, optional: required !== true || aliases.length > 0 }],
    ...aliases.map((alias): [string, Property] => [alias, maybe({ ...schema, description: `Old name of ${name}.` })]),
  ];
}

/** A required parameter that has old names: one of them all is there. */
function underAnyName({ name, aliases = [] }: Param): Schema {
  return { anyOf: [name, ...aliases].map((each) => ({ required: [each] })) };
}

const waitParameters: readonly Parameter[] = [
  { name: WAIT.name, in: 'query', description: WAIT.doc, schema: paramSchema(WAIT) },
  {
    name: 'timeout',
    in: 'query',
    description: 'With wait: seconds after which it is answered with 202.',
    schema: { type: 'number', minimum: 0, maximum: LONGEST_WAIT_S, default: 10 },
  },
];

/** What endpoints share. */
export const commonParameters: Readonly<Record<string, Parameter>> = {
  strict: { name: STRICT.name, in: 'query', description: STRICT.doc, schema: paramSchema(STRICT) },
  wait: waitParameters[0]!,
  timeout: waitParameters[1]!,
  'If-Match': {
    name: 'If-Match',
    in: 'header',
    description: 'A revision, as ETag gives it: refused with 412 when the row has changed since.',
    schema: { type: 'string', examples: ['"32"'] },
  },
};

function commonOf({ operation }: Endpoint): string[] {
  if (READING.includes(operation)) return ['strict'];
  const isOfRow = operation === 'update' || operation === 'delete';
  return ['strict', 'wait', 'timeout', ...(isOfRow ? ['If-Match'] : [])];
}

export function parametersOf(endpoint: Endpoint): (Parameter | { readonly $ref: string })[] {
  const isInBody = hasBody(endpoint) && !('document' in endpoint);
  return [
    ...endpoint.pathParams.map(pathParameter),
    ...endpoint.params.flatMap((param) => queryParameters(param, isInBody)),
    ...commonOf(endpoint).map((name) => ({ $ref: `#/components/parameters/${name}` })),
  ];
}

/** The body of an endpoint that takes one, and what it has in it. */
export function bodyOf(endpoint: Endpoint): { readonly body: RequestBody; readonly schema?: Schema } | undefined {
  const contentOf = (schema: Schema, types: readonly string[]): RequestBody['content'] =>
    Object.fromEntries(types.map((type) => [type, { schema }]));
  if ('document' in endpoint) {
    return { body: { required: true, content: contentOf(refTo('Document'), BODY_TYPES.slice(0, 2)) } };
  }
  if (!hasBody(endpoint)) return undefined;
  const content = contentOf(refTo(endpoint.name), BODY_TYPES);
  const properties = objectOf(Object.fromEntries(endpoint.params.flatMap(bodyProperties)));
  const choices = endpoint.params.filter(({ required, aliases }) => required === true && aliases !== undefined);
  const schema = choices.length === 0 ? properties : { ...properties, allOf: choices.map(underAnyName) };
  return { body: { description: 'The parameters, where they are not in the query string.', content }, schema };
}
