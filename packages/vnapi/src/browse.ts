/** `/browse`: the endpoints and their parameters in the form in which OpenVNet listed its own (reference §1.1). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { endpoints, validateParams, type Endpoint, type FieldType, type Param } from '@vnet/model';
import { escapeHtml } from './html.ts';
import type { Parameters } from './parameters.ts';
import { rubyYaml } from './ruby_yaml.ts';

const FORMAT: Param = {
  name: 'format',
  type: 'choice',
  values: ['html', 'json', 'yaml', 'yml'],
  default: 'html',
  doc: 'How the list is written.',
};

interface BrowsedParam {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly default?: string | number | boolean;
  readonly in?: readonly string[];
}

interface BrowsedRoute {
  /** `GET  /networks/:uuid`, with two spaces. */
  readonly route: string;
  readonly description: string;
  readonly parameters: readonly BrowsedParam[];
}

const TYPES: Partial<Readonly<Record<FieldType, string>>> = { integer: 'Integer', boolean: 'Boolean' };

function browsedParam({ name, type, required, default: value, values }: Param): BrowsedParam {
  return {
    name,
    type: TYPES[type] ?? 'String',
    required: required === true,
    ...(value === undefined ? {} : { default: value }),
    ...(values === undefined ? {} : { in: values }),
  };
}

function browsedRoute({
  method,
  path,
  doc,
  params,
}: Pick<Endpoint, 'method' | 'path' | 'doc' | 'params'>): BrowsedRoute {
  return { route: `${method}  ${path}`, description: doc, parameters: params.map(browsedParam) };
}

const browse = { method: 'GET', path: '/browse', doc: 'List the endpoints.', params: [FORMAT] } as const;

const routes: readonly BrowsedRoute[] = [...endpoints, browse].map(browsedRoute);

function parameterRow({ name, type, required, default: value, in: values }: BrowsedParam): string {
  const notes = [
    ...(required ? ['required'] : []),
    ...(values === undefined ? [] : [`one of ${values.join(', ')}`]),
    ...(value === undefined || value === '' ? [] : [`default ${value}`]),
  ];
  return `<li><code>${escapeHtml(name)}</code> ${type}${notes.length > 0 ? `: ${escapeHtml(notes.join('; '))}` : ''}</li>`;
}

function routesAsHtml(): string {
  const sections = routes.map(
    ({ route, description, parameters }) =>
      `<h2>${escapeHtml(route)}</h2>\n<p>${escapeHtml(description)}</p>\n<ul>${parameters.map(parameterRow).join('')}</ul>`,
  );
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>VNet API</title></head><body>
<h1>VNet API</h1>\n<p>More is in the <a href="/api/docs">documentation</a>.</p>\n${sections.join('\n')}\n</body></html>\n`;
}

const writers = {
  html: { type: 'text/html;charset=utf-8', write: routesAsHtml },
  json: { type: 'application/json', write: () => JSON.stringify(routes) },
  yaml: { type: 'text/yaml;charset=utf-8', write: () => rubyYaml(routes) },
} as const;

/** @param prefix `/api` */
export function addBrowseRoute(app: FastifyInstance, prefix: string): void {
  app.get(prefix + browse.path, (request: FastifyRequest, reply: FastifyReply) => {
    const { format } = validateParams(browse.params, request.query as Parameters);
    const { type, write } = writers[format === 'yml' ? 'yaml' : (format as keyof typeof writers)];
    return reply.type(type).send(Buffer.from(write()));
  });
}
