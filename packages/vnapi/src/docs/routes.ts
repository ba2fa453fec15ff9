/** `/api/docs`. */
import type { FastifyInstance } from 'fastify';
import { openApiDocument } from '../openapi/document.ts';
import { docsPage } from './page.ts';

/** The page brings its style and its script, and may ask nobody for anything. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/** @param prefixes `/api` … */
export function addDocsRoutes(app: FastifyInstance, prefixes: readonly string[]): void {
  const page = Buffer.from(docsPage(openApiDocument()));
  for (const prefix of prefixes) {
    app.get(`${prefix}/docs`, (_request, reply) =>
      reply.type('text/html;charset=utf-8').header('content-security-policy', POLICY).send(page),
    );
  }
}
