/** Parameters of a request, wherever a client may put them (reference §1.2). Their values are checked by vnmgr. */
import type { FastifyInstance } from 'fastify';
import { parse as parseYaml } from 'yaml';
import { VnetError } from '@vnet/model';

export type Parameters = Readonly<Record<string, unknown>>;

const KIB = 1024;
const MIB = 1024 * KIB;

interface Limits {
  readonly bytes: number;
  /** Reading YAML takes a hundred times as long as JSON, and nobody else is served meanwhile. */
  readonly yamlBytes: number;
}

export const PARAMETER_LIMITS: Limits = { bytes: MIB, yamlBytes: 64 * KIB };
/** A quarter of a second of YAML: some 1,500 interfaces. */
export const DOCUMENT_LIMITS: Limits = { bytes: 16 * MIB, yamlBytes: 256 * KIB };

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPES = ['application/json', 'text/json'];
const YAML_TYPES = ['application/yaml', 'text/yaml'];

/** What bodies may be: the types of the API's documentation. */
export const BODY_TYPES = [JSON_TYPES[0]!, YAML_TYPES[0]!, FORM] as const;

/** Of a parameter given twice the last counts, as in OpenVNet. */
export function parseQuery(query: string): Parameters {
  return Object.fromEntries(new URLSearchParams(query));
}

/**
 * Registers the body formats: form, JSON and YAML. A body of another type is not looked at; OpenVNet's own clients send
 * all parameters in the query and an empty body of any type.
 */
export function addBodyParsers(app: FastifyInstance): void {
  const { bytes, yamlBytes } = PARAMETER_LIMITS;
  app.removeAllContentTypeParsers();
  addParser(app, [FORM], bytes, parseQuery);
  addParser(app, JSON_TYPES, bytes, (body) => unwrap(readObject('JSON', body)));
  addParser(app, YAML_TYPES, yamlBytes, (body) => unwrap(readObject('YAML', body)));
  addParser(app, '*', bytes, () => ({}));
}

/** For endpoints whose body is one document: it is taken as it is. */
export function addDocumentParsers(app: FastifyInstance): void {
  const { bytes, yamlBytes } = DOCUMENT_LIMITS;
  app.removeAllContentTypeParsers();
  addParser(app, JSON_TYPES, bytes, (body) => readObject('JSON', body));
  addParser(app, YAML_TYPES, yamlBytes, (body) => readObject('YAML', body));
  addParser(app, '*', bytes, (body) => {
    if (body === '') return undefined;
    throw new VnetError(
      'ArgumentError',
      `The body is a document: its Content-Type is ${BODY_TYPES[0]} or ${BODY_TYPES[1]}.`,
    );
  });
}

function addParser(
  app: FastifyInstance,
  types: string | string[],
  bodyLimit: number,
  parse: (body: string) => Parameters | undefined,
): void {
  app.addContentTypeParser(types, { parseAs: 'string', bodyLimit }, (_request, body, done) => {
    try {
      done(null, parse(String(body)));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** Query and body together; the body counts. */
export function allParameters(query: Parameters, body: unknown): Parameters {
  return { ...query, ...(body as Parameters | undefined) };
}

const parsers = {
  JSON: JSON.parse,
  // Looking for keys that are there twice would take the square of their number.
  YAML: (text: string): unknown => parseYaml(text, { uniqueKeys: false }),
} as const satisfies Record<string, (text: string) => unknown>;

function readObject(format: keyof typeof parsers, text: string): Parameters {
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = parsers[format](text);
  } catch (error) {
    throw new VnetError('ArgumentError', `Invalid request body: no ${format} (${(error as Error).message}).`);
  }
  if (!isObject(value)) throw new VnetError('ArgumentError', `Invalid request body: expected a ${format} object.`);
  return value;
}

/** `{"display_name": …}` as it is; of `{"network": {"display_name": …}}`, as ActiveResource wraps it, what is inside. */
function unwrap(value: Parameters): Parameters {
  const [first] = Object.values(value);
  return isObject(first) ? first : value;
}

function isObject(value: unknown): value is Parameters {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
