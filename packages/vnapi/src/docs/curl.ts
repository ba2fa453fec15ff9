/** An example of each request, as someone types it. */
import type { OpenApi, Operation } from '../openapi/document.ts';
import type { Parameter } from '../openapi/requests.ts';
import type { Schema } from '../openapi/schema.ts';

export const ORIGIN = 'http://127.0.0.1:9090';

/** Examples of texts that have a form or a sense of their own. */
const TEXTS: Readonly<Record<string, string>> = { display_name: 'web', name: 'www', new_uuid: 'if-2', node_id: 'hv1' };

function exampleOf(name: string, { examples, enum: values, minimum, type }: Schema): string {
  const [example = values?.[0] ?? minimum] = examples ?? [];
  if (example !== undefined) return String(example);
  return TEXTS[name] ?? (type === 'boolean' ? 'true' : 'text');
}

function parametersIn(operation: Operation, where: Parameter['in']): Parameter[] {
  return operation.parameters.filter((each): each is Parameter => 'in' in each && each.in === where);
}

/** Parameters that a request must have, in the query or in the body. */
export function requiredNames(operation: Operation, { components }: OpenApi): readonly string[] {
  const inQuery = parametersIn(operation, 'query').filter(({ required }) => required === true);
  const body = components.schemas[operation.operationId];
  const underAnyName = (body?.allOf ?? []).flatMap(({ anyOf }) => anyOf?.[0]?.required ?? []);
  return [...inQuery.map(({ name }) => name), ...(body?.required ?? []), ...underAnyName];
}

/** `/api/1.0/networks/nw-1?display_name=web`; the characters of addresses are left as they are. */
export function exampleUrl(path: string, operation: Operation, document: OpenApi): string {
  const inPath = new Map(parametersIn(operation, 'path').map((each) => [each.name, each.schema]));
  const url = path.replace(/\{(\w+)\}/g, (_match, name: string) => exampleOf(name, inPath.get(name) ?? {}));
  const required = requiredNames(operation, document);
  const query = parametersIn(operation, 'query').filter(({ name }) => required.includes(name));
  const pairs = query.map(({ name, schema }) => `${name}=${encodeURI(exampleOf(name, schema))}`);
  return `${document.servers[0]!.url}${url}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`;
}

/** @param method in lower case */
export function exampleCurl(method: string, path: string, operation: Operation, document: OpenApi): string {
  const verb = method === 'get' ? '' : `-X ${method.toUpperCase()} `;
  const isDocument = operation.requestBody?.required === true;
  const body = isDocument ? "-H 'Content-Type: application/json' --data-binary @model.json " : '';
  return `curl ${verb}${body}'${ORIGIN}${exampleUrl(path, operation, document)}'`;
}
