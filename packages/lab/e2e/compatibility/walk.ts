/** Runs one case of an endpoint against a site. */
import { expect } from 'vitest';
import type { Case, Reply } from './case.ts';
import { type OldClient, itemsOf } from './client.ts';
import { type ReferenceParam, paramsIn, refusalsOf } from './refusals.ts';
import { expectList, expectShape } from './shape.ts';

export async function walk(
  client: OldClient,
  row: string,
  params: readonly ReferenceParam[],
  { given = [], send, reply, then = [], refused = [], unchecked }: Case,
): Promise<void> {
  const [method] = row.split(' ');
  const request = `${method} ${send}`;
  for (const each of given) await client.ask(each);
  // Before the request itself: of what it makes, nothing is there yet that could be the reason.
  for (const [wrong, error] of refusalsOf(row, params, request, unchecked)) await client.refused(wrong, error);
  expectReply(reply, await client.ask(request));
  if (reply.kind === 'list' && params.some(({ name }) => name === 'limit')) await expectPages(client, request);
  if (method === 'POST' && paramsIn(request).includes('uuid')) {
    expect(await client.refused(request, 'DuplicateUUID')).toContain(/[?&]uuid=([^&]*)/.exec(request)![1]);
  }
  for (const [check, answer] of then) {
    const body = await client.ask(check);
    if (Array.isArray(answer)) expect(body, check).toEqual(answer);
    else expect(body, check).toMatchObject(answer as object);
  }
  for (const [wrong, error] of refused) await client.refused(wrong, error);
}

function expectReply(expected: Reply, body: unknown): void {
  switch (expected.kind) {
    case 'exactly':
      expect(body).toEqual(expected.value);
      return;
    case 'object':
      expectShape(expected.object, body);
      expect(body).toMatchObject(expected.values);
      for (const key of expected.absent) expect(body).not.toHaveProperty(key);
      return;
    case 'array':
      for (const item of body as unknown[]) expectShape(expected.object, item);
      expect(body).toMatchObject(expected.items);
      return;
    case 'list':
      expectList(expected.object, body);
      expect(body).toMatchObject({ total_count: expected.items.length, offset: 0, limit: 30, items: expected.items });
  }
}

/** Page by page it is the same list. */
async function expectPages(client: OldClient, request: string): Promise<void> {
  const whole = itemsOf(await client.ask(request));
  for (const [offset, item] of whole.entries()) {
    expect(await client.ask(`${request}?limit=1&offset=${offset}`)).toEqual({
      total_count: whole.length,
      offset,
      limit: 1,
      items: [item],
    });
  }
  const behind = await client.ask(`${request}?limit=5&offset=${whole.length}`);
  expect(behind).toEqual({ total_count: whole.length, offset: whole.length, limit: 5, items: [] });
}
