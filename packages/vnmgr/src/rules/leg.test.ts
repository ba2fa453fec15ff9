import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { type Body, type TestModel, openModel } from '../../test/model.ts';
import { makeSite } from '../../test/site.ts';

onEachDatabase((databases) => {
  let model: TestModel;
  beforeEach(async () => {
    model = await openModel(await databases.url());
    await makeSite(model);
  });
  afterEach(async () => {
    await model.close();
  });

  const leg = { uuid: 'if-leg', mode: 'internal', owner_datapath_uuid: 'dp-1', port_name: 'leg0', netns: 'red' };

  describe('a leg of a host', () => {
    it.each<[Body, RegExp]>([
      [
        { owner_datapath_uuid: undefined },
        /^owner_datapath_uuid: .*if-leg is a leg of a host, port leg0.*give owner_dat/,
      ],
      [{ port_name: 'a'.repeat(25) }, /^port_name: a{25}: .*at most 15 letters/],
      [{ port_name: 'a b' }, /^port_name: a b: /],
      [{ netns: 'a/b' }, /^netns: a\/b: .*as `ip netns` shows it/],
      [{ mode: 'vif' }, /^netns: red: if-leg is of mode vif, only internal/],
    ])('is refused with %j', async (changes, message) => {
      const given: Body = { ...leg, ...changes };
      const params = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
      expect(await model.refused('interfaces.create', params)).toMatchObject({
        error: 'ArgumentError',
        message: expect.stringMatching(message) as string,
      });
    });

    it('is refused when it is changed so, and by its ports', async () => {
      await model.ok('interfaces.create', leg);
      const change = async (values: Body): Promise<unknown> =>
        (await model.refused('interfaces.update', { uuid: 'if-leg', ...values })).message;
      expect(await change({ netns: 'a b' })).toMatch(/^netns: a b: /);
      expect(await change({ owner_datapath_uuid: null })).toMatch(/^owner_datapath_uuid: /);
      await model.ok('interfaces.create', { uuid: 'if-plain', mode: 'internal' });
      expect(await model.refused('interfaces.ports.create', { uuid: 'if-plain', port_name: 'leg1' })).toMatchObject({
        message: expect.stringMatching(/datapath_uuid/) as string,
      });
      await model.ok('interfaces.update', { uuid: 'if-leg', netns: null });
    });

    it('goes with its datapath', async () => {
      await model.ok('interfaces.create', leg);
      await model.ok('datapaths.delete', { uuid: 'dp-1' });
      const { items } = await model.ok('interfaces.ports.list', { uuid: 'if-leg' });
      expect(items).toEqual([]);
    });
  });
});
