import type { FastifyInstance } from 'fastify';

/** Browsers of any origin may use the API (reference §1.1). */
export function addCors(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (request.headers.origin !== undefined) {
      reply
        .header('access-control-allow-origin', '*')
        .header('access-control-expose-headers', 'ETag, Vnet-Applied, Retry-After');
    }
    done();
  });
  app.options('/api/*', (request, reply) =>
    reply
      .header('access-control-allow-methods', 'GET, POST, PUT, DELETE, OPTIONS')
      .header('access-control-allow-headers', request.headers['access-control-request-headers'] ?? '*')
      .header('access-control-max-age', '7200')
      .send(),
  );
}
