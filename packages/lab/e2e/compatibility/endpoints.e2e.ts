import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { endpointCases, rowOf } from './cases/index.ts';
import { OldClient, itemsOf } from './client.ts';
import { ENDPOINTS, FORMER_ENDPOINTS } from './reference/endpoints.ts';
import { paramsIn, parseParams } from './refusals.ts';
import { type Site, startSite } from './site.ts';
import { walk } from './walk.ts';

const SECTIONS = [...ENDPOINTS, ...FORMER_ENDPOINTS];

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

for (const { title, rows } of SECTIONS) {
  describe(title, () => {
    for (const [row, params] of Object.entries(rows)) {
      for (const [name, each] of Object.entries(endpointCases).filter(([name]) => rowOf(name) === row)) {
        it(name, async () => {
          await walk(client, row, parseParams(params), each);
        });
      }
    }
  });
}

describe('the cases', () => {
  const rows = Object.assign({}, ...SECTIONS.map((section) => section.rows)) as Record<string, string>;

  it('are of all endpoints of the reference, and of no others', () => {
    expect(ENDPOINTS.flatMap((section) => Object.keys(section.rows))).toHaveLength(152);
    expect([...new Set(Object.keys(endpointCases).map(rowOf))].sort()).toEqual(Object.keys(rows).sort());
  });

  it('have each parameter of the reference', () => {
    const used = (row: string): string[] =>
      Object.entries(endpointCases).flatMap(([name, { send }]) => (rowOf(name) === row ? paramsIn(send) : []));
    const missing = Object.entries(rows).flatMap(([row, params]) =>
      parseParams(params)
        .filter(({ name }) => !['limit', 'offset'].includes(name) && !used(row).includes(name))
        .map(({ name }) => `${row} ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it('leave nothing behind', async () => {
    for (const path of new Set(Object.keys(rows).map((row) => row.split('/')[1]!.replace(/ .*/, '')))) {
      if (path !== 'browse') expect(itemsOf(await client.ask(`GET /${path}`)), path).toEqual([]);
    }
  });
});
