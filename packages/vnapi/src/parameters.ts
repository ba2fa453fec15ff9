/** Parameters of a request, wherever a client may put them (reference §1.2). Their values are checked by vnmgr. */
import type { FastifyInstance } from 'fastify';
import { parse as parseYaml } from 'yaml';
import { VnetError } from '@vnet/model';

export type Parameters = Readonly<Record<string, unknown>>;

export const BODY_LIMIT_BYTES = 1024 * 1024;
/** Reading YAML takes a hundred times as long, during which nobody else is served. */
const YAML_LIMIT_BYTES = 64 * 1024;

/** Of a parameter given twice the last counts, as in OpenVNet. */
export function parseQuery(query: string): Parameters {
  return Object.fromEntries(new URLSearchParams(query));
}

/**
 * Registers the body formats: form, JSON and YAML. A body of another type is not looked at; OpenVNet's own clients send
 * all parameters in the query and an empty body of any type.
 */
export function addBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const formats: readonly (readonly [string | string[], (body: string) => Parameters, limit?: number])[] = [
    ['application/x-www-form-urlencoded', parseQuery],
    [['application/json', 'text/json'], (body) => objectBody('JSON', body, JSON.parse)],
    [['application/yaml', 'text/yaml'], (body) => objectBody('YAML', body, parseYaml), YAML_LIMIT_BYTES],
    ['*', () => ({})],
  ];
  for (const [types, parse, bodyLimit = BODY_LIMIT_BYTES] of formats) {
    app.addContentTypeParser(types, { parseAs: 'string', bodyLimit }, (_request, body, done) => {
      try {
        done(null, parse(String(body)));
      } catch (error) {
        done(error as Error);
      }
    });
  }
}

/** Query and body together; the body counts. */
export function allParameters(query: unknown, body: unknown): Parameters {
  return { ...(query as Parameters), ...(body as Parameters | undefined) };
}

/** `{"display_name": …}` or, as ActiveResource wraps it, `{"network": {"display_name": …}}`. */
function objectBody(format: string, text: string, parse: (text: string) => unknown): Parameters {
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new VnetError('ArgumentError', `Invalid request body: no ${format} (${(error as Error).message}).`);
  }
  if (!isObject(value)) throw new VnetError('ArgumentError', `Invalid request body: expected a ${format} object.`);
  const [first] = Object.values(value);
  return isObject(first) ? first : value;
}

function isObject(value: unknown): value is Parameters {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
