import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Body, type TestModel, openModel } from '../../test/model.ts';
import { makeWholeModel } from '../../test/whole_model.ts';

describe('the associations of an interface', () => {
  let model: TestModel;
  beforeEach(async () => {
    model = await openModel('sqlite::memory:');
    await makeWholeModel(model);
    await model.ok('interfaces.create', { uuid: 'if-2', mode: 'vif', mac_address: '02:00:00:00:22:01' });
  });
  afterEach(() => model.close());

  const kinds = [
    ['networks', { network_uuid: 'nw-1' }, 'ip_leases', { uuid: 'il-2', ipv4_address: '10.1.0.2' }],
    ['segments', { segment_uuid: 'seg-1' }, 'mac_leases', { uuid: 'ml-2', mac_address: '02:00:00:00:22:02' }],
    [
      'route_links',
      { route_link_uuid: 'rl-1' },
      'routes',
      { uuid: 'r-2', network_uuid: 'nw-1', ipv4_network: '10.1.0.0' },
    ],
  ] as const;

  async function listed(path: string): Promise<unknown[]> {
    const { items } = (await model.ok(`interfaces.${path}.list`, { uuid: 'if-2' })) as { items: Body[] };
    return items.map((row) => row['static']);
  }

  it.each(kinds)('%s come and go with what backs them', async (path, other, backing, row) => {
    expect(await listed(path)).toEqual([]);
    await model.ok(`${backing}.create`, { interface_uuid: 'if-2', ...other, ...row });
    expect(await listed(path)).toEqual([false]);
    await model.ok(`${backing}.delete`, { uuid: row.uuid });
    expect(await listed(path)).toEqual([]);
  });

  it.each(kinds)('%s that are static stay', async (path, other, backing, row) => {
    const set = (values: Body): Promise<Body> =>
      model.ok(`interfaces.${path}.update`, { uuid: 'if-2', ...other, ...values });
    expect(await set({})).toEqual({});
    expect(await set({ static: 'true' })).toMatchObject({ static: true });
    await model.ok(`${backing}.create`, { interface_uuid: 'if-2', ...other, ...row });
    await model.ok(`${backing}.delete`, { uuid: row.uuid });
    expect(await listed(path)).toEqual([true]);
    await set({ static: 'false' });
    expect(await listed(path)).toEqual([]);
    await model.ok(`${backing}.create`, { interface_uuid: 'if-2', ...other, ...row });
    await set({ static: 'true' });
    await set({ static: 'false' });
    expect(await listed(path)).toEqual([false]);
  });

  it('follow a MAC lease and its addresses to another interface', async () => {
    await model.ok('mac_leases.update', { uuid: 'ml-1', interface_uuid: 'if-2' });
    expect([await listed('networks'), await listed('segments')]).toEqual([[false], [false]]);
    const { items } = (await model.ok('interfaces.networks.list', { uuid: 'if-1' })) as { items: Body[] };
    // if-1 still has the address that the lease policy gave: it was bound to the same MAC lease.
    expect(items).toEqual([]);
  });
});
