/** The documentation of the API against the API: real replies of a real manager, one for each endpoint at least. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpoints, errorCatalogue } from '@vnet/model';
import { requests } from '../../test/every_endpoint.ts';
import { openSite, type Site } from '../../test/site.ts';
import { openApiDocument, type Operation } from './document.ts';
import { refTo, type Schema } from './schema.ts';

const document = openApiDocument();

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

/** What `#/components/…` refers to. */
function resolve(ref: string): unknown {
  const keys = ref.replace(/^#\//, '').split('/');
  return keys.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document);
}

function refsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(refsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === '$ref' && typeof item === 'string' ? [item] : refsIn(item),
  );
}

/** The same schemas, but an object may have no keys that they do not name: what is not documented is found, too. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, closed(item)]));
  const isObject = 'properties' in copy && copy['type'] === 'object' && !('additionalProperties' in copy);
  return isObject ? { ...copy, additionalProperties: false } : copy;
}

function validatorOf(): (schema: Schema) => ValidateFunction {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(closed({ $id: 'api', components: document.components }) as object);
  const byText = new Map<string, ValidateFunction>();
  return (schema) => {
    const text = JSON.stringify(closed(schema)).replaceAll('"#/', '"api#/');
    const known = byText.get(text) ?? ajv.compile(JSON.parse(text) as object);
    byText.set(text, known);
    return known;
  };
}

interface ResponseObject {
  readonly $ref?: string;
  readonly headers?: Readonly<Record<string, { readonly $ref: string }>>;
  readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
}

function responseOf(operation: Operation, status: number): ResponseObject {
  const response = operation.responses[status] as ResponseObject;
  return response.$ref === undefined ? response : (resolve(response.$ref) as ResponseObject);
}

/** The operation that a request is for: literal segments before parameters. */
function operationFor(method: string, path: string): Operation {
  const matching = operations.filter(
    (each) =>
      each.method === method.toLowerCase() && new RegExp(`^${each.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  const [best] = matching.sort((a, b) => a.path.split('{').length - b.path.split('{').length);
  if (best === undefined) throw new Error(`${method} ${path} is not documented`);
  return best.operation;
}

describe('the document', () => {
  it('has every endpoint once, under its name', () => {
    expect(operations.map(({ operation }) => operation.operationId).sort()).toEqual(
      endpoints.map(({ name }) => name).sort(),
    );
  });

  it('has the parameters of each path, and only those', () => {
    for (const { path, operation } of operations) {
      const inPath = operation.parameters.filter((each) => 'in' in each && each.in === 'path');
      const names = inPath.map((each) => (each as { name: string }).name);
      expect(names).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    }
  });

  it('has no parameter twice', () => {
    for (const { operation } of operations) {
      const named = operation.parameters.map((each) => ('$ref' in each ? resolve(each.$ref) : each));
      const keys = named.map((each) => `${(each as { in: string }).in} ${(each as { name: string }).name}`);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  it('refers to nothing that it does not have', () => {
    const refs = [...new Set(refsIn(document))];
    expect(refs.length).toBeGreaterThan(100);
    expect(refs.filter((ref) => resolve(ref) === undefined)).toEqual([]);
  });

  it('has only names that OpenAPI allows, and tags that it explains', () => {
    const names = Object.values(document.components).flatMap((each) => Object.keys(each));
    expect(names.filter((name) => !/^[\w.-]+$/.test(name))).toEqual([]);
    const explained = document.tags.map(({ name }) => name);
    expect([...new Set(operations.flatMap(({ operation }) => operation.tags))].sort()).toEqual([...explained].sort());
  });

  it('has schemas that are JSON Schema', () => {
    const ajv = new Ajv2020({ strict: false });
    for (const schema of Object.values(document.components.schemas)) expect(ajv.validateSchema(schema)).toBe(true);
    for (const { operation } of operations) {
      for (const each of operation.parameters) {
        if ('schema' in each) expect(ajv.validateSchema(each.schema)).toBe(true);
      }
    }
  });

  it('has every error of the catalogue', () => {
    const texts = JSON.stringify(document.components.responses);
    for (const name of Object.keys(errorCatalogue)) expect(texts).toContain(`Errors::${name}"`);
  });
});

describe('the server', () => {
  let site: Site;
  const answered = new Set<string>();
  const schemaOf = validatorOf();

  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site.close());

  it.each(requests)('answers $line as documented', async ({ line, body }) => {
    const [method = '', target = ''] = line.split(' ');
    const path = target.replace(/\?.*/, '');
    const url = `/api/1.0${target}`;
    const reply = await site.app.inject({
      method: method as 'GET',
      url,
      ...(body === undefined ? {} : { payload: body }),
    });
    expect(reply.statusCode, reply.body).toBe(200);
    const operation = operationFor(method, path);
    const { content, headers = {} } = responseOf(operation, 200);
    const validate = schemaOf(content['application/json']!.schema);
    expect(validate(reply.json()), `${reply.body}\n${JSON.stringify(validate.errors, null, 1)}`).toBe(true);
    for (const name of Object.keys(headers).filter((name) => name !== 'Vnet-Applied')) {
      expect(reply.headers[name.toLowerCase()]).toMatch(/^"\d+"$/);
    }
    answered.add(operation.operationId);
  });

  it.each([
    ['a key that is not documented', { extra: 1 }],
    ['a value of another type', { mtu: '1500' }],
    ['a key that is absent', { domain_name: undefined }],
  ])('would be found out for %s', async (_what, wrong) => {
    const made = await site.app.inject({ method: 'POST', url: '/api/networks?ipv4_network=10.3.0.0' });
    const network = made.json<object>();
    const validate = schemaOf(refTo('Network'));
    expect(validate(network)).toBe(true);
    expect(validate(JSON.parse(JSON.stringify({ ...network, ...wrong })))).toBe(false);
  });

  it('takes documents as they are documented', () => {
    const documents = requests.flatMap(({ body }) => body ?? []);
    expect(documents).not.toEqual([]);
    const validate = schemaOf(refTo('Document'));
    for (const each of documents) expect(validate(each), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ networks: { 'nw-1': { ipv4_netwrok: '10.0.0.0' } } })).toBe(false);
    expect(validate({ networks: { 'nw-1': { ipv4_network: null }, 'nw-2': null } })).toBe(true);
  });

  it('was asked for everything', () => {
    // Only agents can say why; packages/lab/e2e/why.e2e.ts asks them.
    expect(endpoints.map(({ name }) => name).filter((name) => !answered.has(name))).toEqual(['why']);
  });

  it.each([
    ['GET', '/networks/nw-none', 404],
    ['GET', '/networks/faulty', 400],
    ['POST', '/networks', 400],
    ['POST', '/networks?ipv4_network=10.0.0.0&strict=1&x=1', 400],
    ['GET', '/ip_retention_containers/irc-none/ip_retentions', 404],
    ['GET', '/find/xyz-1', 400],
  ] as const)('answers %s %s with the documented error', async (method, target, status) => {
    const reply = await site.app.inject({ method, url: `/api/1.0${target}` });
    const operation = operationFor(method, target.replace(/\?.*/, ''));
    const validate = schemaOf(responseOf(operation, status).content['application/json']!.schema);
    expect(reply.statusCode).toBe(status);
    expect(validate(reply.json()), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each(['/api/openapi.json', '/api/1.0/openapi.json'])('has the document at %s', async (url) => {
    const reply = await site.app.inject({ url });
    expect(reply.headers['content-type']).toBe('application/json');
    expect(reply.json()).toEqual(JSON.parse(JSON.stringify(document)));
  });
});
