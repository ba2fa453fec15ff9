import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { type TestModel, openModel } from '../../test/model.ts';
import { prune } from '../store/history.ts';

onEachDatabase((databases) => {
  let model: TestModel;
  beforeEach(async () => {
    model = await openModel(await databases.url());
  });
  afterEach(async () => {
    await model.close();
  });

  describe('revisions', () => {
    it('count writes that changed something, each with its rows before and after', async () => {
      await model.ok('networks.create', { uuid: 'nw-a', ipv4_network: '10.1.0.0' });
      await model.ok('networks.update', { uuid: 'nw-a', display_name: 'new' });
      await model.ok('networks.update', { uuid: 'nw-a', display_name: 'new' });
      expect(model.revisions.map(({ revision, changes }) => [revision, changes.length])).toEqual([
        [1, 1],
        [2, 1],
      ]);
      const [, { changes }] = model.revisions as [unknown, (typeof model.revisions)[number]];
      expect(changes[0]).toMatchObject({
        entity: 'network',
        before: { display_name: '' },
        after: { display_name: 'new' },
      });
    });

    it('refuse a change based on an old one', async () => {
      await model.ok('networks.create', { uuid: 'nw-a', ipv4_network: '10.1.0.0' });
      const { revision } = await model.call('networks.show', { uuid: 'nw-a' });
      await model.ok('networks.update', { uuid: 'nw-a', display_name: 'one' }, { if_match: revision! });
      expect(
        await model.refused('networks.update', { uuid: 'nw-a', display_name: 'two' }, { if_match: revision! }),
      ).toMatchObject({
        error: 'PreconditionFailed',
        status: 412,
      });
      expect(await model.ok('networks.show', { uuid: 'nw-a' })).toMatchObject({ display_name: 'one' });
    });

    it('refuse a change based on one that is forgotten, or that there has not been', async () => {
      await model.ok('networks.create', { uuid: 'nw-a', ipv4_network: '10.1.0.0' });
      await model.ok('networks.update', { uuid: 'nw-a', display_name: 'one' });
      for (let i = 0; i < 3; i++) await model.ok('topologies.create', { mode: 'simple_overlay' });
      await prune(model.database.knex, Date.now() + 1);
      const attempt = (revision: number) =>
        model.refused('networks.update', { uuid: 'nw-a', display_name: 'two' }, { if_match: revision });
      expect(await attempt(1)).toMatchObject({ status: 412, message: expect.stringContaining('too old') as string });
      expect(await attempt(99)).toMatchObject({
        status: 412,
        message: expect.stringContaining('has not been') as string,
      });
      const { revision } = await model.call('networks.show', { uuid: 'nw-a' });
      await model.ok('networks.update', { uuid: 'nw-a', display_name: 'two' }, { if_match: revision! });
    });
  });
});
