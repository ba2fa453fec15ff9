import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Body, type TestModel, openModel } from '../../test/model.ts';
import { idOf, makeSite } from '../../test/site.ts';

describe('a network on a segment', () => {
  let model: TestModel;
  beforeEach(async () => {
    model = await openModel('sqlite::memory:');
    await makeSite(model);
    await model.ok('segments.create', { uuid: 'seg-a', mode: 'virtual' });
    await model.ok('segments.create', { uuid: 'seg-b', mode: 'virtual' });
    await model.ok('networks.create', {
      uuid: 'nw-lan',
      mode: 'virtual',
      ipv4_network: '10.2.0.0',
      segment_uuid: 'seg-a',
    });
    await model.ok('interfaces.create', { uuid: 'if-1', mode: 'vif', port_name: 'vm1' });
  });
  afterEach(() => model.close());

  const MAC = { uuid: 'ml-1', interface_uuid: 'if-1', mac_address: '02:00:00:00:22:01' };
  const IP = { uuid: 'il-1', network_uuid: 'nw-lan', ipv4_address: '10.2.0.5' };

  async function segment(uuid: string): Promise<unknown> {
    return (await model.ok('mac_leases.show', { uuid }))['segment_id'];
  }

  const ways: readonly (readonly [string, () => Promise<Body>])[] = [
    ['an address that comes after it', () => model.ok('ip_leases.create', { ...IP, interface_uuid: 'if-1' })],
    ['an address bound to it', () => model.ok('ip_leases.create', { ...IP, mac_lease_uuid: 'ml-1' })],
    [
      'an address that is attached',
      async () => {
        await model.ok('ip_leases.create', IP);
        return model.ok('ip_leases.attach', { uuid: 'il-1', mac_lease_uuid: 'ml-1' });
      },
    ],
    [
      'an address that moves to the network',
      async () => {
        await model.ok('ip_leases.create', {
          ...IP,
          network_uuid: 'nw-a',
          ipv4_address: '10.1.0.5',
          mac_lease_uuid: 'ml-1',
        });
        return model.ok('ip_leases.update', { ...IP });
      },
    ],
  ];

  it.each(ways)('takes a MAC lease in by %s', async (_, give) => {
    await model.ok('mac_leases.create', MAC);
    expect(await segment('ml-1')).toBeNull();
    await give();
    expect(await segment('ml-1')).toBe(await idOf(model, 'segments', 'seg-a'));
    expect((await model.ok('interfaces.segments.list', { uuid: 'if-1' }))['items']).toHaveLength(1);
  });

  it('leaves one where it was put, and where there is no segment', async () => {
    await model.ok('mac_leases.create', { ...MAC, segment_uuid: 'seg-b' });
    await model.ok('ip_leases.create', { ...IP, mac_lease_uuid: 'ml-1' });
    expect(await segment('ml-1')).toBe(await idOf(model, 'segments', 'seg-b'));
    await model.ok('mac_leases.create', { ...MAC, uuid: 'ml-2', mac_address: '02:00:00:00:22:02' });
    await model.ok('ip_leases.create', { network_uuid: 'nw-a', ipv4_address: '10.1.0.9', mac_lease_uuid: 'ml-2' });
    expect(await segment('ml-2')).toBeNull();
  });

  it('does not let go of a MAC that has addresses in it', async () => {
    await model.ok('mac_leases.create', MAC);
    await model.ok('ip_leases.create', { ...IP, mac_lease_uuid: 'ml-1' });
    await model.ok('mac_leases.update', { uuid: 'ml-1', segment_uuid: '' });
    expect(await segment('ml-1')).toBe(await idOf(model, 'segments', 'seg-a'));
  });
});
