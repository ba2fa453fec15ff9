import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { type TestModel, openModel } from '../../test/model.ts';

onEachDatabase((databases) => {
  let model: TestModel;
  beforeAll(async () => {
    model = await openModel(await databases.url());
    const uuids = Array.from({ length: 7 }, (_, i) => `topo-${i}`);
    const topologies = Object.fromEntries(uuids.map((uuid) => [uuid, { mode: 'simple_overlay' }]));
    await model.ok('apply', { document: { topologies } });
  });
  afterAll(async () => {
    await model.close();
  });

  describe('pages', () => {
    it.each([
      [0, 3, [0, 1, 2]],
      [2, 2, [2, 3]],
      [4, 2, [4, 5]],
      [4, 3, [4, 5, 6]],
      [5, 30, [5, 6]],
      [7, 3, []],
      [99, 3, []],
      [2, 0, []],
    ])('from %j, at most %j', async (offset, limit, expected) => {
      expect(await model.ok('topologies.list', { offset, limit })).toMatchObject({
        total_count: 7,
        offset,
        limit,
        items: expected.map((i) => ({ uuid: `topo-${i}` })),
      });
    });
  });
});
