/** What HTTP becomes for the manager, and what its answers become. */
import { describe, expect, test } from 'vitest';
import { VnetError } from '@vnet/model';
import { scriptedForEach } from '../test/scripted.ts';

const site = scriptedForEach();

describe('a request', () => {
  test.each(['/api/1.0/networks', '/api/networks', '/api/1.0/networks.json'])(
    'to %s names its endpoint',
    async (path) => {
      const reply = await site.current.app.inject({
        method: 'POST',
        url: `${path}?ipv4_network=10.0.0.0`,
        headers: { 'x-request-id': 'r-1' },
      });
      expect(reply.statusCode).toBe(200);
      expect(reply.headers['content-type']).toBe('application/json');
      expect(reply.headers['etag']).toBe('"7"');
      expect(reply.json()).toEqual({ uuid: 'nw-1' });
      expect(site.current.asked()).toEqual({
        type: 'api',
        id: 1,
        endpoint: 'networks.create',
        operation: 'create',
        path: {},
        params: { ipv4_network: '10.0.0.0' },
        who: '127.0.0.1',
        request_id: 'r-1',
      });
    },
  );

  test('carries its path parameters', async () => {
    await site.current.app.inject({ method: 'DELETE', url: '/api/1.0/datapaths/dp-1/networks/nw-1' });
    expect(site.current.asked()).toMatchObject({
      endpoint: 'datapaths.networks.delete',
      path: { uuid: 'dp-1', network_uuid: 'nw-1' },
    });
  });

  const wanted = { display_name: 'a b', ipv4_prefix: '24' };
  test.each([
    ['query', 'display_name=a+b&ipv4_prefix=24', undefined, undefined, wanted],
    ['query, the last of two', 'display_name=x&display_name=a%20b', undefined, undefined, { display_name: 'a b' }],
    ['form', '', 'application/x-www-form-urlencoded', 'display_name=a+b&ipv4_prefix=24', wanted],
    ['flat JSON', '', 'application/json', '{"display_name":"a b","ipv4_prefix":24}', { ...wanted, ipv4_prefix: 24 }],
    [
      'wrapped JSON',
      '',
      'application/json; charset=utf-8',
      '{"network":{"display_name":"a b"}}',
      { display_name: 'a b' },
    ],
    ['YAML', '', 'text/yaml', 'display_name: a b', { display_name: 'a b' }],
    ['query and body', 'ipv4_prefix=24', 'application/json', '{"display_name":"a b"}', wanted],
    ['empty body', 'ipv4_prefix=24', 'application/json', '', { ipv4_prefix: '24' }],
    ['body of another type', 'ipv4_prefix=24', 'text/plain', 'x', { ipv4_prefix: '24' }],
  ])('takes parameters from %s', async (_where, query, type, payload, params) => {
    const headers = type === undefined ? {} : { 'content-type': type };
    await site.current.app.inject({
      method: 'PUT',
      url: `/api/networks/nw-1?${query}`,
      headers,
      ...(payload === undefined ? {} : { payload }),
    });
    expect(site.current.asked().params).toEqual(params);
  });

  test.each(['GET', 'DELETE'] as const)('%s takes parameters from the query', async (method) => {
    await site.current.app.inject({ method, url: '/api/interfaces/if-1/ports?port_name=eth0&limit=3' });
    expect(site.current.asked().params).toEqual({ port_name: 'eth0', limit: '3' });
  });

  test('may wait for the switches', async () => {
    site.current.answer = { ok: true, body: ['nw-1'], applied: { revision: 9, agents: 2, behind: [], ms: 12 } };
    const reply = await site.current.app.inject({ method: 'DELETE', url: '/api/networks/nw-1?wait=flows&timeout=0.5' });
    expect(site.current.asked().wait_ms).toBe(500);
    expect(reply.statusCode).toBe(200);
    expect(reply.headers['vnet-applied']).toBe('revision=9; agents=2; ms=12');
  });

  test('says with 202 which agents are behind', async () => {
    site.current.answer = {
      ok: true,
      body: ['nw-1'],
      applied: { revision: 9, agents: 2, behind: ['hv1', 'hv2'], ms: 10_000 },
    };
    const reply = await site.current.app.inject({ method: 'DELETE', url: '/api/networks/nw-1?wait=flows' });
    expect(site.current.asked().wait_ms).toBe(10_000);
    expect(reply.statusCode).toBe(202);
    expect(reply.json()).toEqual(['nw-1']);
    expect(reply.headers['vnet-applied']).toBe('revision=9; agents=2; ms=10000; behind=hv1,hv2');
  });

  test.each([
    ['strict=1&wait=flows&timeout=3&display_name=a', true],
    ['strict=yes&display_name=a', true],
    ['strict=0&display_name=a', undefined],
    ['display_name=a', undefined],
  ])('?%s says whether unknown parameters are refused, and only parameters are passed on', async (query, strict) => {
    await site.current.app.inject({ method: 'PUT', url: `/api/networks/nw-1?${query}` });
    expect(site.current.asked().strict).toBe(strict);
    expect(site.current.asked().params).toEqual({ display_name: 'a' });
  });

  test.each(['5', '"5"', 'W/"5"'])('carries If-Match: %s', async (text) => {
    await site.current.app.inject({ method: 'PUT', url: '/api/networks/nw-1', headers: { 'if-match': text } });
    expect(site.current.asked().if_match).toBe(5);
  });
});

describe('a reply', () => {
  const row = {
    uuid: 'dp-1',
    dpid: '0x0000aaaaaaaaaaaa',
    enabled: true,
    id: 3,
    created_at: '2015-12-18 04:13:28 UTC',
    deleted_at: null,
  };

  test('is YAML with symbols for .yml', async () => {
    site.current.answer = { ok: true, body: { total_count: 1, offset: 0, limit: 30, items: [row] } };
    const reply = await site.current.app.inject({ url: '/api/1.0/datapaths.yml' });
    expect(reply.headers['content-type']).toBe('text/yaml;charset=utf-8');
    expect(reply.body).toBe(
      "---\ntotal_count: 1\noffset: 0\nlimit: 30\n:items:\n- :uuid: dp-1\n  :dpid: '0x0000aaaaaaaaaaaa'\n" +
        '  :enabled: true\n  :id: 3\n  :created_at: 2015-12-18 04:13:28.000000000 Z\n  :deleted_at:\n',
    );
  });

  test('of a relation is YAML with symbols only for .yml', async () => {
    site.current.answer = { ok: true, body: { total_count: 0, offset: 0, limit: 30, items: [] } };
    const reply = await site.current.app.inject({ url: '/api/1.0/datapaths/dp-1/networks.yml' });
    expect(reply.body).toBe('---\n:total_count: 0\n:offset: 0\n:limit: 30\n:items: []\n');
  });

  test.each([
    ['/api/networks.xml', undefined, 'application/json'],
    ['/api/networks.xml', 'text/html, */*;q=0.1', 'application/json'],
    ['/api/networks.html', 'text/html, application/json;q=0.1, text/yaml;q=0.5', 'text/yaml;charset=utf-8'],
    ['/api/networks', 'text/yaml', 'application/json'],
    ['/api/networks.json', 'text/yaml', 'application/json'],
  ])('for %s to a client that accepts %s is %s', async (url, accept, type) => {
    const reply = await site.current.app.inject({ url, headers: accept === undefined ? {} : { accept } });
    expect([reply.statusCode, reply.headers['content-type']]).toEqual([200, type]);
    expect(site.current.asked().endpoint).toBe('networks.list');
  });

  test('there is none in a format that the client does not accept', async () => {
    const reply = await site.current.app.inject({
      url: '/api/networks.xml',
      headers: { accept: 'text/xml, text/yaml;q=0' },
    });
    expect([reply.statusCode, reply.headers['content-type']]).toEqual([404, 'application/json']);
    expect(reply.json()).toMatchObject({ code: '122', message: 'There is no GET /api/networks.xml.' });
    expect(site.current.requests).toEqual([]);
  });

  test('about the whole model is plain YAML for .yml, as apply takes it', async () => {
    site.current.answer = { ok: true, body: { networks: { 'nw-1': { ipv4_network: '10.0.0.0', created_at: 'a' } } } };
    const reply = await site.current.app.inject({ url: '/api/1.0/export.yml' });
    expect(reply.body).toBe('networks:\n  nw-1:\n    ipv4_network: 10.0.0.0\n    created_at: a\n');
  });

  test('to HEAD has the headers of GET and no body', async () => {
    const reply = await site.current.app.inject({ method: 'HEAD', url: '/api/networks/nw-1' });
    expect([reply.statusCode, reply.headers['etag'], reply.body]).toEqual([200, '"7"', '']);
    expect(site.current.asked().endpoint).toBe('networks.show');
  });

  test('of a delete is a YAML list for .yml', async () => {
    site.current.answer = { ok: true, body: ['nw-1'] };
    const reply = await site.current.app.inject({ method: 'DELETE', url: '/api/1.0/networks/nw-1.yml' });
    expect(reply.body).toBe('---\n- nw-1\n');
    expect(site.current.asked().path).toEqual({ uuid: 'nw-1' });
  });

  test.each([
    ['UnknownUUIDResource', 404, '100'],
    ['ArgumentError', 400, '110'],
    ['PreconditionFailed', 412, '120'],
  ] as const)('with %s has status, class and code', async (name, status, code) => {
    site.current.answer = { ok: false, error: new VnetError(name, 'why').toWire() };
    const reply = await site.current.app.inject({ url: '/api/networks/nw-1' });
    expect(reply.statusCode).toBe(status);
    expect(reply.json()).toEqual({ error: `Vnet::Endpoints::Errors::${name}`, message: 'why', code });
  });

  test('with an error is YAML for .yml', async () => {
    site.current.answer = { ok: false, error: new VnetError('UnknownUUIDResource', 'Network#uuid: nw-1').toWire() };
    const reply = await site.current.app.inject({ url: '/api/networks/nw-1.yml' });
    expect(reply.body).toBe(
      `---\n:error: Vnet::Endpoints::Errors::UnknownUUIDResource\n:message: 'Network#uuid: nw-1'\n:code: '100'\n`,
    );
  });

  test('says when to try again while the database is away', async () => {
    site.current.answer = { ok: false, error: new VnetError('DatabaseUnavailable', 'gone').toWire() };
    const reply = await site.current.app.inject({ url: '/api/networks' });
    expect(reply.statusCode).toBe(503);
    expect(reply.headers['retry-after']).toBe('1');
  });
});

describe('a document', () => {
  const document = { networks: { 'nw-1': { ipv4_network: '10.0.0.0' } } };

  test.each([
    ['application/json', JSON.stringify(document)],
    ['text/json;charset=utf-8', JSON.stringify(document)],
    ['text/yaml', 'networks:\n  nw-1:\n    ipv4_network: 10.0.0.0\n'],
  ])('is taken as it is from %s', async (type, payload) => {
    const url = '/api/apply?dry_run=true&strict=1';
    await site.current.app.inject({ method: 'POST', url, headers: { 'content-type': type }, payload });
    expect(site.current.asked()).toMatchObject({ endpoint: 'apply', operation: 'apply', strict: true });
    expect(site.current.asked().params).toEqual({ dry_run: 'true', document });
  });

  test('may be far larger than parameters', async () => {
    const large = { networks: { 'nw-1': { display_name: 'x'.repeat(15 << 20) } } };
    const reply = await site.current.app.inject({ method: 'POST', url: '/api/apply', payload: large });
    expect(reply.statusCode).toBe(200);
    expect(site.current.asked().params).toEqual({ document: large });
  });

  test.each([
    ['over 16 MiB', 'application/json', `{"a":"${'x'.repeat(16 << 20)}"}`, 413, '121'],
    ['over 256 KiB of YAML', 'text/yaml', `a: ${'x'.repeat(256 << 10)}`, 413, '121'],
    ['that is a list', 'application/json', '[]', 400, '110'],
    ['as a form', 'application/x-www-form-urlencoded', 'networks=1', 400, '110'],
  ])('%s is refused', async (_what, type, payload, status, code) => {
    const reply = await site.current.app.inject({
      method: 'POST',
      url: '/api/apply',
      headers: { 'content-type': type },
      payload,
    });
    expect(reply.statusCode).toBe(status);
    expect(reply.json()).toMatchObject({ code });
    expect(site.current.requests).toEqual([]);
  });

  test.each([
    ['nested without end', `a: ${'['.repeat(250_000)}`],
    ['of nothing but keys', Array.from({ length: 25_000 }, (_, i) => `k${i}: 1`).join('\n')],
    ['of many names for one thing', `a: &a [1]\nb: [${'*a,'.repeat(60_000)}]`],
  ])('in YAML %s does not hold the server up', async (_what, payload) => {
    const began = Date.now();
    const headers = { 'content-type': 'text/yaml' };
    await site.current.app.inject({ method: 'POST', url: '/api/apply', headers, payload });
    expect(Date.now() - began).toBeLessThan(5_000);
  });
});

test('browsers of any origin may use it', async () => {
  const preflight = await site.current.app.inject({
    method: 'OPTIONS',
    url: '/api/1.0/networks/nw-1',
    headers: { origin: 'http://a', 'access-control-request-method': 'PUT', 'access-control-request-headers': 'X-A' },
  });
  expect(preflight.statusCode).toBe(200);
  expect(preflight.headers).toMatchObject({
    'access-control-allow-origin': '*',
    'access-control-allow-methods': expect.stringContaining('DELETE') as string,
    'access-control-allow-headers': 'X-A',
  });
  const reply = await site.current.app.inject({ url: '/api/networks', headers: { origin: 'http://a' } });
  expect(reply.headers['access-control-allow-origin']).toBe('*');
});
