/** No browser: the page is read as the text that it is. */
import { Script } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpoints } from '@vnet/model';
import { openSite, type Site } from '../../test/site.ts';
import { openApiDocument } from '../openapi/document.ts';
import { exampleUrl } from './curl.ts';
import { docsPage } from './page.ts';

const document = openApiDocument();
const page = docsPage(document);

/** Elements that have no end tag in HTML. */
const VOID = new Set(['meta', 'input', 'br']);

describe('the page', () => {
  it('ends what it begins', () => {
    const open: string[] = [];
    const markup = page.replace(/<(style|script)>.*?<\/\1>/gs, '').replace('<!doctype html>', '');
    for (const [, end, name = ''] of markup.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/g)) {
      if (end === '/') expect(open.pop()).toBe(name);
      else if (!VOID.has(name)) open.push(name);
    }
    expect(open).toEqual([]);
    expect(markup.replace(/<\/?[a-z][^<>]*>/g, '')).not.toMatch(/[<>]/);
  });

  it('has every endpoint with an example', () => {
    const ids = [...page.matchAll(/<details class="operation" id="([^"]+)"/g)].map(([, id]) => id);
    expect([...ids].sort()).toEqual(endpoints.map(({ name }) => name).sort());
    expect(page.match(/<pre>curl /g)).toHaveLength(endpoints.length);
  });

  it('leads nowhere that is not there', () => {
    const named = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    const ids = new Set(named);
    expect(ids.size).toBe(named.length);
    const links = [...page.matchAll(/ href="([^"]+)"/g)].map(([, href]) => href!);
    const inside = links.filter((href) => href.startsWith('#')).map((href) => href.slice(1));
    expect(inside.length).toBeGreaterThan(100);
    expect(inside.filter((id) => !ids.has(id))).toEqual([]);
    expect([...new Set(links.filter((href) => !href.startsWith('#')))]).toEqual(['openapi.json']);
  });

  it('needs nothing from anywhere', () => {
    expect(page).not.toMatch(/<(?:link|img|iframe|object)\b| src=|@import|url\(|fetch\(/);
  });

  it('has a script that can be read', () => {
    const [, script = ''] = /<script>(.*?)<\/script>/s.exec(page) ?? [];
    expect(() => new Script(script)).not.toThrow();
  });
});

describe('the server', () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site.close());

  it('has the page, which may ask nobody for anything', async () => {
    const reply = await site.app.inject({ url: '/api/docs' });
    expect([reply.statusCode, reply.headers['content-type']]).toEqual([200, 'text/html;charset=utf-8']);
    expect(reply.headers['content-security-policy']).toContain("default-src 'none'");
    expect(reply.body).toBe(page);
  });

  /** What it is about is not there, which is the only reason to refuse an example. */
  it('understands every example', async () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const url = exampleUrl(path, operation, document);
        const options = {
          method: method.toUpperCase() as 'GET',
          url: `${url}${url.includes('?') ? '&' : '?'}strict=1`,
        };
        const payload = operation.requestBody?.required === true ? { payload: {} } : {};
        const reply = await site.app.inject({ ...options, ...payload });
        expect([200, 404], `${url}: ${reply.body}`).toContain(reply.statusCode);
        if (reply.statusCode === 404) expect(reply.json()).toMatchObject({ code: '100' });
      }
    }
  });
});
