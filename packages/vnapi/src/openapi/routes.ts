/** `/api/openapi.json` (and `.yml`). */
import type { FastifyInstance } from 'fastify';
import { sendBody } from '../format.ts';
import { openApiDocument } from './document.ts';

/** @param prefixes `/api` … */
export function addOpenApiRoutes(app: FastifyInstance, prefixes: readonly string[]): void {
  const document = openApiDocument();
  for (const prefix of prefixes) app.get(`${prefix}/openapi`, (_request, reply) => sendBody(reply, document, 'none'));
}
