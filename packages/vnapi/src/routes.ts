import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  endpoints,
  isEntityEndpoint,
  type ApiRequest,
  type Endpoint,
  type HealthRequest,
  type ModelEndpoint,
  type Reply,
} from '@vnet/model';
import { addBrowseRoute } from './browse.ts';
import { appliedHeader, conditionsOf } from './conditions.ts';
import { sendError } from './errors.ts';
import { sendBody } from './format.ts';
import { addDocumentParsers, allParameters, type Parameters } from './parameters.ts';
import { checkReply } from './replies.ts';
import type { Symbols } from './ruby_yaml.ts';

/** The line to vnmgr; a `BusClient`. */
export interface Manager {
  /** @throws BusUnavailableError */
  request(message: Omit<ApiRequest, 'id'> | Omit<HealthRequest, 'id'>, timeoutMs: number): Promise<Reply>;
}

/** The API is there under its version and, for OpenVNet's own tests, without. */
export const PREFIXES = ['/api/1.0', '/api'] as const;

/** How long vnmgr may take, beside the time that a client wants to wait for switches. */
const REQUEST_TIMEOUT_MS = 10_000;
/** For a document: it may be a change of everything. */
const DOCUMENT_TIMEOUT_MS = 120_000;
const HEALTH_TIMEOUT_MS = 2_000;

/** One route for each endpoint of the model: an entity that is declared there needs no line here. */
export function addApiRoutes(app: FastifyInstance, manager: Manager): void {
  const add = (to: FastifyInstance, endpoint: Endpoint, prefix: string): void => {
    const { method, path } = endpoint;
    to.route({ method, url: prefix + path, handler: (request, reply) => handle(manager, endpoint, request, reply) });
  };
  for (const prefix of PREFIXES) {
    for (const endpoint of endpoints.filter((each) => !takesDocument(each))) add(app, endpoint, prefix);
    addBrowseRoute(app, prefix);
  }
  void app.register((documents, _options, done) => {
    addDocumentParsers(documents);
    for (const prefix of PREFIXES)
      for (const endpoint of endpoints.filter(takesDocument)) add(documents, endpoint, prefix);
    done();
  });
}

/** Whether vnmgr and its database answer. */
export function addHealthRoute(app: FastifyInstance, manager: Manager): void {
  app.get('/healthz', async (_request, reply) => {
    const reason = await manager.request({ type: 'health' }, HEALTH_TIMEOUT_MS).then(
      ({ ok, error }) => (ok ? undefined : (error?.message ?? 'vnmgr is not well')),
      (error: unknown) => (error as Error).message,
    );
    if (reason === undefined) return sendBody(reply, { status: 'ok' });
    return sendBody(reply.code(503).header('retry-after', '1'), { status: 'unavailable', reason });
  });
}

function takesDocument(endpoint: Endpoint): endpoint is ModelEndpoint & { readonly document: string } {
  return 'document' in endpoint;
}

async function handle(
  manager: Manager,
  endpoint: Endpoint,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const path = request.params as Readonly<Record<string, string>>;
  // The router takes nothing for a parameter: `/networks/` is no network.
  if (Object.values(path).includes('')) {
    reply.callNotFound();
    return reply;
  }
  const { query, conditions } = conditionsOf(request.query as Parameters, request.headers);
  const message: Omit<ApiRequest, 'id'> = {
    type: 'api',
    endpoint: endpoint.name,
    operation: endpoint.operation,
    path,
    params: paramsOf(endpoint, query, request.body),
    who: request.ip,
    request_id: request.id,
    ...conditions,
  };
  const timeoutMs = takesDocument(endpoint) ? DOCUMENT_TIMEOUT_MS : REQUEST_TIMEOUT_MS;
  const answer = await manager.request(message, timeoutMs + (conditions.wait_ms ?? 0));
  return print(reply, endpoint, checkReply(answer));
}

function paramsOf(endpoint: Endpoint, query: Parameters, body: unknown): Parameters {
  if (!takesDocument(endpoint)) return allParameters(query, body);
  return body === undefined ? query : { ...query, [endpoint.document]: body };
}

function print(reply: FastifyReply, endpoint: Endpoint, { body, error, revision, applied }: Reply): FastifyReply {
  if (error !== undefined) return sendError(reply, error);
  if (revision !== undefined) reply.header('etag', `"${revision}"`);
  if (applied !== undefined) {
    reply.header('vnet-applied', appliedHeader(applied));
    if (applied.behind.length > 0) reply.code(202);
  }
  return sendBody(reply, body, symbolsOf(endpoint));
}

/** The whole model is read in plain YAML: what export answers is what apply takes. */
function symbolsOf(endpoint: Endpoint): Symbols {
  if (!isEntityEndpoint(endpoint)) return 'none';
  return endpoint.api.kind === 'resource' && endpoint.operation === 'list' ? 'items' : 'all';
}
