/** Replies with their headers and errors. */
import { errorCatalogue, qualifiedErrorName, READING, type Endpoint, type ErrorName } from '@vnet/model';
import { objectOf, each, type Schema } from './schema.ts';

interface Header {
  readonly description: string;
  readonly schema: Schema;
}

interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Header | { readonly $ref: string }>>;
  readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
}

const JSON_TYPE = 'application/json';

export const headers: Readonly<Record<string, Header>> = {
  ETag: {
    description: 'Revision of the model that was read, or that the change made.',
    schema: { type: 'string', pattern: '^"\\d+"$' },
  },
  'Vnet-Applied': {
    description: 'With wait: the revision, how many agents it concerned, how long they took, and who is behind.',
    schema: { type: 'string', pattern: '^revision=\\d+; agents=\\d+; ms=\\d+(; behind=.+)?$' },
  },
  'Retry-After': { description: 'Seconds after which to try again.', schema: { type: 'integer' } },
};

function headerRefs(...names: string[]): NonNullable<Response['headers']> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function namesWith(status: number): ErrorName[] {
  return (Object.keys(errorCatalogue) as ErrorName[]).filter((name) => errorCatalogue[name].status === status);
}

/** An error in the shape of OpenVNet. */
function errorSchema(names: readonly ErrorName[]): Schema {
  return objectOf(
    each({
      error: { type: 'string', enum: names.map(qualifiedErrorName) },
      message: { type: 'string' },
      code: { type: 'string', enum: names.map((name) => errorCatalogue[name].code) },
    }),
  );
}

const statuses = [...new Set(Object.values(errorCatalogue).map(({ status }) => status))].sort((a, b) => a - b);

function errorResponse(status: number): Response {
  const names = namesWith(status);
  return {
    description: names
      .map(
        (name) =>
          `${name} (${errorCatalogue[name].code}): ${errorCatalogue[name].cause} ${errorCatalogue[name].remedy}`,
      )
      .join('\n\n'),
    ...(status === 503 ? { headers: headerRefs('Retry-After') } : {}),
    content: { [JSON_TYPE]: { schema: errorSchema(names) } },
  };
}

/** `Error404` … */
export const errorResponses: Readonly<Record<string, Response>> = Object.fromEntries(
  statuses.map((status) => [`Error${status}`, errorResponse(status)]),
);

function errorsOf(endpoint: Endpoint): number[] {
  const hasCondition = endpoint.operation === 'update' || endpoint.operation === 'delete';
  const hasBody = endpoint.method === 'POST' || endpoint.method === 'PUT';
  return statuses.filter((status) => (status !== 412 || hasCondition) && (status !== 413 || hasBody));
}

export function responsesOf(endpoint: Endpoint, answer: Schema): Readonly<Record<string, object>> {
  const content = { [JSON_TYPE]: { schema: answer } };
  const errors = errorsOf(endpoint).map((status): [string, object] => [
    String(status),
    { $ref: `#/components/responses/Error${status}` },
  ]);
  if (READING.includes(endpoint.operation)) {
    return { 200: { description: 'Read.', headers: headerRefs('ETag'), content }, ...Object.fromEntries(errors) };
  }
  const changed = { headers: headerRefs('ETag', 'Vnet-Applied'), content };
  return {
    200: { description: 'Done.', ...changed },
    202: { description: 'Done, but the time was up before all agents had it in their switches.', ...changed },
    ...Object.fromEntries(errors),
  };
}
