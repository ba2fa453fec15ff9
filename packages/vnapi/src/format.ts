/** Replies in the format that the extension of the path asks for (reference §1.1, §1.9). */
import type { IncomingMessage } from 'node:http';
import type { FastifyReply } from 'fastify';
import { stringify } from 'yaml';

export type Format = 'json' | 'yaml';

/** A list of a resource is no symbol but `:items:`; everything else is all symbols, lists of relations too. */
export type Symbols = 'all' | 'items';

const EXTENSIONS: Readonly<Record<string, Format>> = { json: 'json', yml: 'yaml', yaml: 'yaml' };

/** The format of each request whose path named one: the path itself is routed without its extension. */
const asked = new WeakMap<IncomingMessage, Format>();

/** Takes the extension off the path, before it is routed: `/api/networks.yml?limit=1` → `/api/networks?limit=1`. */
export function stripExtension(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const [, path, extension, query = ''] = /^([^?]*)\.([a-z]+)(\?.*)?$/.exec(url) ?? [];
  const format = EXTENSIONS[extension ?? ''];
  if (path === undefined || format === undefined) return url;
  asked.set(request, format);
  return path + query;
}

/** @param symbols whether all keys of the body are Ruby symbols in YAML, or those of its items only */
export function sendBody(reply: FastifyReply, body: unknown, symbols: Symbols = 'all'): FastifyReply {
  const format = asked.get(reply.request.raw) ?? 'json';
  if (format === 'json') {
    // A text would be sent with a charset, which OpenVNet's JSON replies do not name.
    return reply.type('application/json').send(Buffer.from(JSON.stringify(body)));
  }
  return reply.type('text/yaml;charset=utf-8').send(symbolYaml(body, symbols));
}

/** YAML as OpenVNet wrote it, for its clients: keys are Ruby symbols, null is nothing, times are timestamps. */
export function symbolYaml(body: unknown, symbols: Symbols = 'all'): string {
  const plainKeys = symbols === 'items' ? ['total_count', 'offset', 'limit'] : [];
  const text = stringify(symbolKeys(body, plainKeys), {
    schema: 'yaml-1.1',
    nullStr: '',
    singleQuote: true,
    directives: true,
    lineWidth: 0,
    indentSeq: false,
  });
  return text.replace(/^( *(?:- )?:\w+_at:) '?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC'?$/gm, '$1 $2.000000000 Z');
}

function symbolKeys(value: unknown, plainKeys: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((item) => symbolKeys(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [plainKeys.includes(key) ? key : `:${key}`, symbolKeys(item)]),
  );
}
