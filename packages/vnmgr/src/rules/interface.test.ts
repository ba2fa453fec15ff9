import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestModel, openModel } from '../../test/model.ts';
import { makeSite } from '../../test/site.ts';

describe('an interface', () => {
  let model: TestModel;
  beforeEach(async () => {
    model = await openModel('sqlite::memory:');
    await makeSite(model);
  });
  afterEach(async () => {
    await model.close();
  });

  async function ports(uuid: string): Promise<unknown> {
    return (await model.ok('interfaces.ports.list', { uuid }))['items'];
  }

  it('comes with one port, singular when it has a name or a datapath', async () => {
    await model.ok('interfaces.create', { uuid: 'if-1', mode: 'vif', port_name: 'vm1' });
    await model.ok('interfaces.create', { uuid: 'if-2', mode: 'simulated' });
    expect(await ports('if-1')).toMatchObject([{ port_name: 'vm1', datapath_id: null, singular: true }]);
    expect(await ports('if-2')).toMatchObject([{ port_name: null, datapath_id: null, singular: null }]);
  });

  it('changes what OpenVNet only promised to change', async () => {
    await model.ok('interfaces.create', { uuid: 'if-1', mode: 'vif', port_name: 'vm1' });
    const changed = { display_name: 'web', enable_routing: true, enable_filtering: true, iface_id: 'a-b-c' };
    expect(await model.ok('interfaces.update', { uuid: 'if-1', ...changed })).toMatchObject(changed);
    expect(await model.ok('interfaces.update', { uuid: 'if-1' })).toMatchObject(changed);
  });

  it('moves to another datapath with its only port', async () => {
    await model.ok('interfaces.create', { uuid: 'if-1', mode: 'vif' });
    await model.ok('interfaces.update', { uuid: 'if-1', owner_datapath_uuid: 'dp-1' });
    expect(await ports('if-1')).toMatchObject([{ datapath_id: 1, singular: true }]);
    await model.ok('interfaces.update', { uuid: 'if-1', owner_datapath_uuid: '' });
    expect(await ports('if-1')).toMatchObject([{ datapath_id: null, singular: null }]);
    await model.ok('interfaces.ports.create', { uuid: 'if-1', port_name: 'other' });
    const refused = await model.refused('interfaces.update', { uuid: 'if-1', owner_datapath_uuid: 'dp-1' });
    expect(refused.message).toBe('owner_datapath_uuid: if-1 has 2 ports; change them by /interfaces/if-1/ports');
  });

  it('is matched by one iface-id only', async () => {
    await model.ok('interfaces.create', { uuid: 'if-1', mode: 'vif', iface_id: 'a-b-c' });
    expect(await model.refused('interfaces.create', { mode: 'vif', iface_id: 'a-b-c' })).toMatchObject({
      code: '110',
      message: 'iface_id a-b-c is in use already, by if-1',
    });
  });
});
