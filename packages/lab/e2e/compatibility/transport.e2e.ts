/** How requests and replies travel, whatever they are about. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OldClient, itemsOf } from './client.ts';
import { INTERFACE, NETWORK, NETWORK_B } from './given.ts';
import { type Site, startSite } from './site.ts';

let site: Site;
let client: OldClient;

beforeAll(async () => {
  site = await startSite();
  client = new OldClient(site.address);
});

afterAll(async () => {
  await site.close();
});

afterEach(async () => {
  await client.clean();
});

/** Below the address alone: `/api/networks.yml`. */
async function fetched(path: string, init: RequestInit = {}): Promise<{ response: Response; text: string }> {
  const response = await fetch(`${site.address}${path}`, init);
  return { response, text: await response.text() };
}

async function json(path: string, init: RequestInit = {}): Promise<unknown> {
  const { response, text } = await fetched(path, init);
  expect(response.status, text).toBe(200);
  return JSON.parse(text) as unknown;
}

describe('Parameters', () => {
  const values = { uuid: 'nw-a', ipv4_network: '10.1.0.0', display_name: 'Büro & Co' };
  const flat = JSON.stringify(values);
  const yaml = 'uuid: nw-a\nipv4_network: 10.1.0.0\ndisplay_name: Büro & Co\n';
  const wrappedYaml = `network:\n${yaml.replace(/^(?=.)/gm, '  ')}`;

  it.each([
    ['in a form', 'application/x-www-form-urlencoded', String(new URLSearchParams(values))],
    ['in a JSON object', 'application/json', flat],
    ['in a wrapped JSON object', 'application/json', `{"network":${flat}}`],
    ['in text/json', 'text/json', flat],
    ['in JSON with a charset', 'application/json; charset=utf-8', flat],
    ['in YAML', 'application/yaml', yaml],
    ['in wrapped YAML', 'text/yaml', wrappedYaml],
  ])('%s', async (_how, type, body) => {
    const made = await json('/api/1.0/networks', { method: 'POST', headers: { 'content-type': type }, body });
    client.made('/networks/nw-a');
    expect(made).toMatchObject({ uuid: 'nw-a', ipv4_network: '10.1.0.0', display_name: 'Büro & Co' });
  });

  it('in the query of every verb', async () => {
    await client.ask(INTERFACE);
    await client.ask('PUT /interfaces/if-a?display_name=a%20b');
    expect(await client.ask('GET /interfaces/if-a?whatever=1')).toMatchObject({ display_name: 'a b' });
    expect(await client.ask('DELETE /interfaces/if-a/ports?port_name=none')).toEqual([]);
  });

  it('the last of a name counts', async () => {
    expect(await client.ask(`${NETWORK}&display_name=a&display_name=b`)).toMatchObject({ display_name: 'b' });
  });

  it('of the path count before those of the query', async () => {
    for (const request of [NETWORK, NETWORK_B, INTERFACE]) await client.ask(request);
    await client.ask('PUT /interfaces/if-a/networks/nw-a?static=true&network_uuid=nw-b&uuid=if-b');
    const { id } = (await client.ask('GET /networks/nw-a')) as { id: number };
    expect(itemsOf(await client.ask('GET /interfaces/if-a/networks'))).toMatchObject([{ network_id: id }]);
  });

  it('that nobody declared are passed over', async () => {
    expect(await client.ask(`${NETWORK}&preserve_uuid=true&flavour=sweet`)).not.toHaveProperty('flavour');
  });

  it('that nobody declared are refused with strict=1', async () => {
    expect(await client.refused(`${NETWORK}&strict=1&flavour=sweet`, 'ArgumentError')).toContain('flavour');
  });

  it.each(['y', 'yes', 't', 'true', '1'])('%s is true', async (value) => {
    await client.ask(INTERFACE);
    expect(await client.ask(`PUT /interfaces/if-a?enable_routing=${value}`)).toMatchObject({ enable_routing: true });
  });

  it.each(['n', 'no', 'f', 'false', '0'])('%s is false', async (value) => {
    await client.ask(`${INTERFACE}&enable_routing=true`);
    expect(await client.ask(`PUT /interfaces/if-a?enable_routing=${value}`)).toMatchObject({ enable_routing: false });
  });

  it.each([
    ['16', 16],
    ['0x10', 16],
  ])('%s is an integer', async (text, prefix) => {
    const made = await client.ask(`POST /networks?ipv4_network=10.1.0.0&ipv4_prefix=${text}`);
    expect(made).toMatchObject({ ipv4_prefix: prefix });
  });

  it.each(['10.1.0.0', '10.1.0.0/8', '10.1.0.0/255.0.0.0'])('%s is an address', async (text) => {
    expect(await client.ask(`POST /networks?ipv4_network=${text}`)).toMatchObject({
      ipv4_network: '10.1.0.0',
      ipv4_prefix: 24,
    });
  });
});

describe('Paths', () => {
  it.each(['/api/1.0/networks', '/api/networks', '/api/1.0/networks.json', '/api/networks.json'])(
    '%s is there, and answers in JSON',
    async (path) => {
      await client.ask(NETWORK);
      const { response, text } = await fetched(path, { headers: { accept: 'text/yaml' } });
      expect(response.headers.get('content-type')).toBe('application/json');
      expect(JSON.parse(text)).toMatchObject({ total_count: 1, items: [{ uuid: 'nw-a' }] });
    },
  );

  it.each([
    ['*/*', 200],
    ['text/xml', 404],
  ])('a format that nobody knows, accepted %s, is %i', async (accept, status) => {
    await client.ask(NETWORK);
    const { response } = await fetched('/api/1.0/networks/nw-a.xml', { headers: { accept } });
    expect(response.status).toBe(status);
  });

  it('everything works without a version', async () => {
    const made = await json('/api/networks?uuid=nw-a&ipv4_network=10.1.0.0', { method: 'POST' });
    expect(made).toMatchObject({ uuid: 'nw-a' });
    expect(await json('/api/networks/nw-a?display_name=x', { method: 'PUT' })).toMatchObject({ display_name: 'x' });
    expect(await json('/api/networks/nw-a', { method: 'DELETE' })).toEqual(['nw-a']);
  });

  it.each(['/api/1.0/networks/', '/api/1.0/nowhere', '/api/2.0/networks', '/api/1.0/segments/seg-a/networks'])(
    '%s is not there',
    async (path) => {
      const { response } = await fetched(path);
      expect(response.status).toBe(404);
    },
  );

  it('a uuid of the path may have capital letters and underscores: then nothing has it', async () => {
    await client.refused('GET /networks/nw-Not_There', 'UnknownUUIDResource');
  });
});

describe('Replies in YAML', () => {
  const symbols = (text: string): string => text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.000000000 Z/g, 'TIME');

  it('have symbols for keys, nothing for null, and times', async () => {
    const { id } = (await client.ask(NETWORK)) as { id: number };
    const { response, text } = await fetched('/api/1.0/networks/nw-a.yml');
    expect(response.headers.get('content-type')).toBe('text/yaml;charset=utf-8');
    expect(symbols(text)).toBe(
      [
        '---',
        `:id: ${id}`,
        ':uuid: nw-a',
        ":display_name: ''",
        ':ipv4_network: 10.1.0.0',
        ':ipv4_prefix: 24',
        ':mode: virtual',
        ':domain_name: a',
        ':created_at: TIME',
        ':updated_at: TIME',
        ':deleted_at:',
        ':is_deleted: 0',
        ':segment_id:',
        ':mtu: 1500',
        '',
      ].join('\n'),
    );
  });

  it('quote what would be something else', async () => {
    await client.ask('POST /datapaths?uuid=dp-a&display_name=on&node_id=1&dpid=0xaaaaaaaaaaaa');
    const { text } = await fetched('/api/1.0/datapaths/dp-a.yaml');
    expect(text).toContain(":display_name: 'on'\n:dpid: '0x0000aaaaaaaaaaaa'\n:node_id: '1'\n");
  });

  it('lists of resources have plain keys, but :items:', async () => {
    await client.ask('POST /segments?uuid=seg-a&mode=virtual');
    const { text } = await fetched('/api/1.0/segments.yml?limit=5');
    expect(symbols(text)).toMatch(/^---\ntotal_count: 1\noffset: 0\nlimit: 5\n:items:\n- :id: \d+\n  :uuid: seg-a\n/);
  });

  it('lists of relations have symbols only', async () => {
    await client.ask(INTERFACE);
    const { text } = await fetched('/api/1.0/interfaces/if-a/ports.yml');
    expect(text).toMatch(/^---\n:total_count: 1\n:offset: 0\n:limit: 30\n:items:\n- :id: \d+\n/);
  });

  it('of DELETE', async () => {
    await client.ask(NETWORK);
    expect((await fetched('/api/1.0/networks/nw-a.yml', { method: 'DELETE' })).text).toBe('---\n- nw-a\n');
  });

  it('of an error', async () => {
    const { response, text } = await fetched('/api/1.0/networks/nw-none.yml');
    expect(response.status).toBe(404);
    expect(text).toMatch(/^---\n:error: Vnet::Endpoints::Errors::UnknownUUIDResource\n:message: .+\n:code: '100'\n$/);
  });
});

describe('Lists', () => {
  it('have 30 items unless told otherwise', async () => {
    for (let i = 0; i < 31; i++) await client.ask(`POST /segments?uuid=seg-${i}&mode=virtual`);
    const page = await client.ask('GET /segments');
    expect(page).toMatchObject({ total_count: 31, offset: 0, limit: 30 });
    expect(itemsOf(page)).toHaveLength(30);
    expect(itemsOf(await client.ask('GET /segments?offset=30'))).toMatchObject([{ uuid: 'seg-30' }]);
    expect(itemsOf(await client.ask('GET /segments?limit=2&offset=1'))).toMatchObject([
      { uuid: 'seg-1' },
      { uuid: 'seg-2' },
    ]);
  });
});

describe('Browsers', () => {
  it('of any origin may use it', async () => {
    const { response } = await fetched('/api/1.0/networks', { headers: { origin: 'http://elsewhere' } });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    const preflight = await fetched('/api/1.0/networks', {
      method: 'OPTIONS',
      headers: {
        origin: 'http://elsewhere',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'x-anything',
      },
    });
    expect(preflight.response.ok).toBe(true);
    const allowed = preflight.response.headers.get('access-control-allow-methods')?.toUpperCase();
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) expect(allowed).toContain(method);
    expect(preflight.response.headers.get('access-control-allow-headers')).toMatch(/x-anything|\*/);
  });
});
