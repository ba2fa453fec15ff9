import { fastify, type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { endpoints } from '@vnet/model';
import { addBrowseRoute } from './browse.ts';

describe('/browse', () => {
  let app: FastifyInstance;
  beforeAll(() => {
    app = fastify();
    addBrowseRoute(app, '/api');
  });
  afterAll(() => app.close());

  it('lists every endpoint as OpenVNet did', async () => {
    const reply = await app.inject({ url: '/api/browse?format=json' });
    const routes = reply.json<{ route: string }[]>();
    expect(reply.headers['content-type']).toBe('application/json');
    expect(routes.map(({ route }) => route)).toEqual([
      ...endpoints.map(({ method, path }) => `${method}  ${path}`),
      'GET  /browse',
    ]);
    expect(routes).toContainEqual({
      route: 'POST  /segments',
      description: 'Make a segment.',
      parameters: [
        { name: 'uuid', type: 'String', required: false },
        { name: 'mode', type: 'String', required: true, in: ['physical', 'virtual'] },
        { name: 'topology_uuid', type: 'String', required: false },
      ],
    });
  });

  it.each(['yaml', 'yml'])('is YAML with symbols for format=%s', async (format) => {
    const reply = await app.inject({ url: `/api/browse?format=${format}` });
    expect(reply.headers['content-type']).toBe('text/yaml;charset=utf-8');
    const routes = parse(reply.body) as Record<string, unknown>[];
    expect(routes).toHaveLength(endpoints.length + 1);
    expect(routes.at(-1)).toMatchObject({ ':route': 'GET  /browse', ':parameters': [{ ':name': 'format' }] });
  });

  it('is a page otherwise', async () => {
    const reply = await app.inject({ url: '/api/browse' });
    expect(reply.headers['content-type']).toBe('text/html;charset=utf-8');
    expect(reply.body.match(/<h2>/g)).toHaveLength(endpoints.length + 1);
    expect(reply.body).toContain('<h2>POST  /networks</h2>');
  });
});
