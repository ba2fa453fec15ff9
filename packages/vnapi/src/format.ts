/** Replies in the format that the extension of the path asks for (reference §1.1, §1.9). */
import type { IncomingMessage } from 'node:http';
import type { FastifyReply } from 'fastify';
import { rubyYaml, type Symbols } from './ruby_yaml.ts';

export type Format = 'json' | 'yaml';

const EXTENSIONS: Readonly<Record<string, Format>> = { json: 'json', yml: 'yaml', yaml: 'yaml' };

/** Extensions of formats that there are not: what the client says that it accepts counts. */
const OTHER_EXTENSIONS = /^(?:atom|css|csv|gif|html?|jpe?g|js|pdf|png|rss|te?xt|xhtml|xml|zip)$/;

/** What a client may accept, and what it gets then. */
const ACCEPTED: Readonly<Record<string, Format>> = {
  '*/*': 'json',
  'application/*': 'json',
  'application/json': 'json',
  'text/*': 'yaml',
  'text/yaml': 'yaml',
  'application/yaml': 'yaml',
};

/** The format of each request whose path named one; null: none that there is. The path is routed without its extension. */
const asked = new WeakMap<IncomingMessage, Format | null>();

/** Takes the extension off the path, before it is routed: `/api/networks.yml?limit=1` → `/api/networks?limit=1`. */
export function stripExtension(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const [, path, extension = '', query = ''] = /^([^?]*)\.([a-z]+)(\?.*)?$/s.exec(url) ?? [];
  if (path === undefined) return url;
  const format = EXTENSIONS[extension];
  if (format === undefined && !OTHER_EXTENSIONS.test(extension)) return url;
  asked.set(request, format ?? acceptedFormat(request.headers.accept));
  return path + query;
}

/** The path ends in an extension, and the client accepts nothing that there is. */
export function isUnacceptable(request: IncomingMessage): boolean {
  return asked.get(request) === null;
}

export function formatOf(request: IncomingMessage): Format {
  return asked.get(request) ?? 'json';
}

/** `text/html, text/yaml;q=0.5` → yaml */
function acceptedFormat(header = '*/*'): Format | null {
  const types = header.split(',').map((part) => {
    const [type = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    return { type, quality: Number(quality ?? 1) };
  });
  const wanted = types.filter(({ quality }) => quality > 0).sort((a, b) => b.quality - a.quality);
  return wanted.map(({ type }) => ACCEPTED[type]).find((format) => format !== undefined) ?? null;
}

/** @param symbols which keys of the body are Ruby symbols in YAML */
export function sendBody(reply: FastifyReply, body: unknown, symbols: Symbols = 'all'): FastifyReply {
  if (formatOf(reply.request.raw) === 'json') {
    // A text would be sent with a charset, which OpenVNet's JSON replies do not name.
    return reply.type('application/json').send(Buffer.from(JSON.stringify(body)));
  }
  return reply.type('text/yaml;charset=utf-8').send(rubyYaml(body, symbols));
}
