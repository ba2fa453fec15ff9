import { randomUUID } from 'node:crypto';
import { maxHeaderSize, STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type ConnectionError,
  type FastifyError,
  type FastifyInstance,
} from 'fastify';
import { VnetError } from '@vnet/model';
import { addCors } from './cors.ts';
import { addDocsRoutes } from './docs/routes.ts';
import { errorBody, sendError, toVnetError } from './errors.ts';
import { isUnacceptable, stripExtension } from './format.ts';
import { addOpenApiRoutes } from './openapi/routes.ts';
import { addBodyParsers, PARAMETER_LIMITS, parseQuery } from './parameters.ts';
import { addApiRoutes, addHealthRoute, PREFIXES, type Manager } from './routes.ts';

/** The HTTP server, not yet listening. */
export function createServer(manager: Manager, log: FastifyBaseLogger): FastifyInstance {
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    bodyLimit: PARAMETER_LIMITS.bytes,
    genReqId: requestId,
    rewriteUrl: stripExtension,
    routerOptions: { querystringParser: (query) => ({ ...parseQuery(query) }) },
    frameworkErrors: (error, _request, reply) => void sendError(reply, toVnetError(error).toWire()),
    clientErrorHandler: refuseConnection,
    // Clients that keep their connection open do not keep the server from ending.
    forceCloseConnections: 'idle',
  });
  addBodyParsers(app);
  addCors(app);
  app.addHook('onRequest', (request, reply, done) => {
    if (isUnacceptable(request.raw)) reply.callNotFound();
    else done();
  });
  addApiRoutes(app, manager);
  addOpenApiRoutes(app, PREFIXES);
  addDocsRoutes(app, PREFIXES);
  addHealthRoute(app, manager);
  app.setNotFoundHandler(({ method, originalUrl }, reply) =>
    sendError(
      reply,
      new VnetError('UnknownEndpoint', `There is no ${method} ${originalUrl.replace(/\?.*/s, '')}.`).toWire(),
    ),
  );
  app.setErrorHandler((error: FastifyError | Error, request, reply) => {
    const known = toVnetError(error);
    if (known.status === 500) request.log.error({ err: error }, 'request failed');
    else if (known.status > 500) request.log.warn({ error: known.message }, 'request failed');
    return sendError(reply, known.toWire());
  });
  app.addHook('onResponse', ({ method, url, ip, log }, { statusCode, elapsedTime }, done) => {
    const fields = { method, url, status: statusCode, ms: Math.round(elapsedTime), who: ip };
    log[method === 'GET' || method === 'HEAD' ? 'debug' : 'info'](fields, 'request');
    done();
  });
  return app;
}

/** What never became a request: headers without end, or no HTTP at all. The connection cannot go on. */
function refuseConnection(this: FastifyInstance, error: ConnectionError, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const refusal =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new VnetError('RequestTooLarge', `Path, query and headers are over the limit of ${maxHeaderSize} bytes.`)
      : new VnetError('ArgumentError', `This is no HTTP: ${error.message}.`);
  this.log.warn({ error: refusal.message, who: socket.remoteAddress }, 'connection refused');
  const body = JSON.stringify(errorBody(refusal.toWire()));
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** What the client calls the request, when that is fit for a log; a new name otherwise. */
function requestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID();
}
