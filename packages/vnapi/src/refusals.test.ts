/** What goes wrong: with the request, with the manager's answer, or with the manager. */
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { VnetError } from '@vnet/model';
import { scriptedForEach, type Answer } from '../test/scripted.ts';
import { createServer } from './server.ts';

const site = scriptedForEach();

describe('what vnapi refuses itself', () => {
  test.each([
    ['GET', '/', 404, '122'],
    ['GET', '/api/1.0/netwroks', 404, '122'],
    ['PUT', '/api/1.0/networks', 404, '122'],
    ['GET', '/api/1.0/networks/', 404, '122'],
    ['GET', '/api/1.0/networks/%ff', 400, '110'],
    ['PUT', '/api/networks/nw-1?wait=forever', 400, '110'],
    ['PUT', '/api/networks/nw-1?strict=perhaps', 400, '110'],
    ['GET', '/api/browse?format=xml', 400, '110'],
    ['PATCH', '/api/networks/nw-1', 404, '122'],
    ['TRACE', '/api/networks', 404, '122'],
    ['PUT', '/api/networks/nw-1?wait=flows&timeout=-1', 400, '110'],
  ] as const)('%s %s', async (method, url, status, code) => {
    const reply = await site.current.app.inject({ method, url });
    expect(reply.statusCode).toBe(status);
    expect(reply.json()).toMatchObject({ code });
    expect(site.current.requests).toEqual([]);
  });

  test.each([
    ['a broken body', { 'content-type': 'application/json' }, '{"a":', 400, '110'],
    ['a body that is no object', { 'content-type': 'application/json' }, '[1]', 400, '110'],
    [
      'a body nested without end',
      { 'content-type': 'application/json' },
      `{"mode":${'['.repeat(4e5)}${']'.repeat(4e5)}}`,
      400,
      '110',
    ],
    ['YAML nested without end', { 'content-type': 'text/yaml' }, `mode: ${'['.repeat(6e4)}`, 400, '110'],
    ['YAML over 64 KiB', { 'content-type': 'text/yaml' }, `mode: ${'['.repeat(4e5)}`, 413, '121'],
    ['a body over 1 MiB', { 'content-type': 'application/json' }, `{"a":"${'x'.repeat(1 << 20)}"}`, 413, '121'],
    ['If-Match without a revision', { 'if-match': 'abc' }, '', 400, '110'],
  ])('%s', async (_what, headers, payload, status, code) => {
    const reply = await site.current.app.inject({ method: 'POST', url: '/api/networks', headers, payload });
    expect(reply.statusCode).toBe(status);
    expect(reply.json()).toMatchObject({ code });
    expect(site.current.requests).toEqual([]);
  });
});

test.each([
  {},
  { ok: 'yes' },
  { ok: true, revision: 7, applied: {} },
  { ok: true, body: {}, applied: { revision: 1, agents: 1, ms: 1, behind: 5 } },
  { ok: true, body: {}, revision: 'a\r\nset-cookie: b' },
  { ok: false, error: 'x' },
  { ok: false, error: { status: 99_999 } },
  { ok: false, error: { status: '200', error: {}, message: [], code: null } },
  JSON.parse('{"ok":false,"__proto__":{"body":1}}') as object,
])('an answer of the manager that is none (%j) is an error of vnapi', async (wrong) => {
  site.current.answer = wrong as Answer;
  const reply = await site.current.app.inject({ url: '/api/networks' });
  expect(reply.statusCode).toBe(500);
  expect(reply.json()).toMatchObject({ error: 'Vnet::Endpoints::Errors::InternalError', code: '500' });
  expect(reply.headers).not.toHaveProperty('set-cookie');
  site.current.answer = { ok: true, body: {} };
  expect((await site.current.app.inject({ url: '/api/networks' })).statusCode).toBe(200);
});

describe('without a manager', () => {
  test.each([
    ['GET', '/api/networks'],
    ['GET', '/api/tree'],
    ['GET', '/api/find/nw-1'],
    ['POST', '/api/apply'],
    ['PUT', '/api/networks/nw-1?wait=flows&timeout=100'],
  ] as const)('%s %s is answered with 503 within two seconds', async (method, url) => {
    await site.current.manager.close();
    const began = Date.now();
    const reply = await site.current.app.inject({ method, url, ...(method === 'POST' ? { payload: {} } : {}) });
    expect(Date.now() - began).toBeLessThan(2_000);
    expect(reply.statusCode).toBe(503);
    expect(reply.headers['retry-after']).toBe('1');
    expect(reply.json()).toMatchObject({ error: 'Vnet::Endpoints::Errors::ManagerUnavailable', code: '132' });
  });

  test('its documentation is there all the same', async () => {
    await site.current.manager.close();
    for (const url of ['/api/docs', '/api/openapi.json', '/api/browse']) {
      expect((await site.current.app.inject({ url })).statusCode).toBe(200);
    }
  });

  test('/healthz says why', async () => {
    await site.current.manager.close();
    const reply = await site.current.app.inject({ url: '/healthz' });
    expect(reply.statusCode).toBe(503);
    expect(reply.json()).toEqual({ status: 'unavailable', reason: expect.stringContaining('manager') as string });
  });
});

test('how long the manager may take depends on the request', async () => {
  const asked: Record<string, number> = {};
  const app = createServer(
    {
      request: (message, timeoutMs) => {
        asked[message.type === 'api' ? message.endpoint : message.type] = timeoutMs;
        return Promise.resolve({ type: 'reply', id: 1, ok: true, body: {} });
      },
    },
    pino({ level: 'silent' }),
  );
  await app.inject({ url: '/api/networks' });
  await app.inject({ method: 'DELETE', url: '/api/networks/nw-1?wait=flows&timeout=30' });
  await app.inject({ method: 'POST', url: '/api/apply', payload: {} });
  await app.inject({ url: '/healthz' });
  await app.close();
  expect(asked).toEqual({ 'networks.list': 10_000, 'networks.delete': 40_000, apply: 120_000, health: 2_000 });
});

test('/healthz is ok when the manager and its database answer', async () => {
  site.current.answer = { ok: true };
  const reply = await site.current.app.inject({ url: '/healthz' });
  expect([reply.statusCode, reply.json()]).toEqual([200, { status: 'ok' }]);
  expect(site.current.requests).toEqual([{ type: 'health', id: 1 }]);
});

test('/healthz says that the database is away', async () => {
  site.current.answer = { ok: false, error: new VnetError('DatabaseUnavailable', 'no database').toWire() };
  const reply = await site.current.app.inject({ url: '/healthz' });
  expect([reply.statusCode, reply.json()]).toEqual([503, { status: 'unavailable', reason: 'no database' }]);
});

test.each([
  ['a query longer than headers may be', `GET /api/networks?a=${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`, 413, '121'],
  ['what is no HTTP', 'hello\r\n\r\n', 400, '110'],
])('%s is refused in the form of the API', async (_what, sent, status, code) => {
  const { hostname, port } = new URL(await site.current.app.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect(Number(port), hostname);
  socket.write(sent);
  const [head, body] = (await text(socket)).split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} .*content-type: application/json`, 's'));
  expect(JSON.parse(body!)).toMatchObject({
    error: expect.stringMatching(/^Vnet::Endpoints::Errors::/) as string,
    code,
  });
});
