import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { endpoints, isEntityEndpoint, type ApiRequest, type Endpoint, type HealthRequest, type Reply } from '@vnet/model';
import { appliedHeader, conditionsOf } from './conditions.ts';
import { sendError } from './errors.ts';
import { sendBody } from './format.ts';
import { allParameters, type Parameters } from './parameters.ts';
import { checkReply } from './replies.ts';

/** The line to vnmgr; a `BusClient`. */
export interface Manager {
  /** @throws BusUnavailableError */
  request(message: Omit<ApiRequest, 'id'> | Omit<HealthRequest, 'id'>, timeoutMs: number): Promise<Reply>;
}

/** The API is there under its version and, for OpenVNet's own tests, without. */
const PREFIXES = ['/api/1.0', '/api'];

/** How long vnmgr may take, beside the time that a client wants to wait for switches. */
const REQUEST_TIMEOUT_MS = 10_000;
const HEALTH_TIMEOUT_MS = 2_000;

/** One route for each endpoint of the model: an entity that is declared there needs no line here. */
export function addApiRoutes(app: FastifyInstance, manager: Manager): void {
  for (const prefix of PREFIXES) {
    for (const endpoint of endpoints) {
      app.route({
        method: endpoint.method,
        url: prefix + endpoint.path,
        handler: (request, reply) => handle(manager, endpoint, request, reply),
      });
    }
  }
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
  const conditions = conditionsOf(request.query as Parameters, request.headers);
  const message: Omit<ApiRequest, 'id'> = {
    type: 'api',
    endpoint: endpoint.name,
    operation: endpoint.operation,
    path,
    params: allParameters(request.query, request.body),
    who: request.ip,
    request_id: request.id,
    ...conditions,
  };
  const answer = await manager.request(message, REQUEST_TIMEOUT_MS + (conditions.wait_ms ?? 0));
  return print(reply, endpoint, checkReply(answer));
}

function print(
  reply: FastifyReply,
  endpoint: Endpoint,
  { body, error, revision, applied }: Reply,
): FastifyReply {
  if (error !== undefined) return sendError(reply, error);
  if (revision !== undefined) reply.header('etag', `"${revision}"`);
  if (applied !== undefined) {
    reply.header('vnet-applied', appliedHeader(applied));
    if (applied.behind.length > 0) reply.code(202);
  }
  const isResource = isEntityEndpoint(endpoint) && endpoint.api.kind === 'resource';
  return sendBody(reply, body, isResource && endpoint.operation === 'list' ? 'items' : 'all');
}
