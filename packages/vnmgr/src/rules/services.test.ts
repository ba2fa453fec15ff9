import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Body, type TestModel, openModel } from '../../test/model.ts';
import { makeWholeModel } from '../../test/whole_model.ts';

describe('what belongs to interfaces', () => {
  let model: TestModel;
  beforeAll(async () => {
    model = await openModel('sqlite::memory:');
    await makeWholeModel(model);
  });
  afterAll(() => model.close());

  it.each<[string, Body, string]>([
    [
      'dns_services.create',
      { network_service_uuid: 'ns-dhcp' },
      'network_service_uuid: ns-dhcp is of mode dhcp, not dns',
    ],
    [
      'dns_services.update',
      { uuid: 'dnss-1', public_dns: '8.8.8.8, nope' },
      'public_dns: "nope" is not an IPv4 address',
    ],
    [
      'translations.static_address.create',
      { uuid: 'tr-edge', ingress_ipv4_address: '10.0.0.1', egress_ipv4_address: '10.0.0.2' },
      "Translation mode must be 'static_address': tr-edge is of mode vnet_edge.",
    ],
    [
      'translations.static_address.create',
      { uuid: 'tr-1', ingress_ipv4_address: '10.0.0.1', egress_ipv4_address: '10.0.0.2', egress_port_number: 80 },
      'ingress_port_number: give both ports',
    ],
    [
      'translations.static_address.create',
      { uuid: 'tr-1', ingress_ipv4_address: '192.0.2.1', egress_ipv4_address: '10.1.0.1' },
      'there is one with the same values already',
    ],
    [
      'vlan_translations.create',
      { translation_uuid: 'tr-1', network_uuid: 'nw-1', vlan_id: 7 },
      "Translation mode must be 'vnet_edge': tr-1 is of mode static_address.",
    ],
    [
      'vlan_translations.create',
      { translation_uuid: 'tr-edge', network_uuid: 'nw-1', vlan_id: 100 },
      'vlan_id: 100 is mapped on if-edge already, by vt-1',
    ],
    [
      'vlan_translations.create',
      { translation_uuid: 'tr-edge', network_uuid: 'nw-1', segment_uuid: 'seg-1', vlan_id: 7 },
      'segment_uuid: a VLAN is in a network or in a segment',
    ],
    ['vlan_translations.create', { translation_uuid: 'tr-edge', vlan_id: 7 }, 'network_uuid'],
    ['vlan_translations.create', { translation_uuid: 'tr-edge', network_uuid: 'nw-1', vlan_id: 4095 }, 'vlan_id: 4095'],
    ['translations.update', { uuid: 'tr-1', mode: 'vnet_edge' }, 'mode: tr-1 has entries of mode static_address'],
    ['filters.static.create', { uuid: 'fil-1', protocol: 'tcp', dst_port: 22, action: 'drop' }, 'same values already'],
    [
      'filters.static.delete',
      { uuid: 'fil-1', protocol: 'udp', dst_port: 22 },
      'Couldn\'t find resource with parameters: {"protocol":"udp","dst_port":22}',
    ],
    [
      'security_groups.create',
      { display_name: 'x', rules: 'tcp:22:sg-none' },
      "Unknown security group uuid in rule 'tcp",
    ],
    ['security_groups.update', { uuid: 'sg-1', rules: '# a\ntcp:0:0.0.0.0/0' }, 'rules: line 2: invalid port in rule'],
    [
      'interfaces.create',
      { mode: 'vif', mac_address: '02:00:00:00:31:01', network_uuid: 'nw-seg', segment_uuid: 'seg-2' },
      'segment_uuid: seg-2 is not seg-1, which nw-seg is on',
    ],
    ['networks.update', { uuid: 'nw-1', ipv4_prefix: 30 }, 'would not be in 10.1.0.0/30'],
    ['ip_leases.update', { uuid: 'il-1', ipv4_address: '10.9.0.1' }, 'not in subnet 10.1.0.0/24 of nw-1'],
  ])('%s %j is refused', async (endpoint, params, message) => {
    const given = Object.values(params);
    if (given.includes('ns-dhcp')) await model.ok('network_services.create', { uuid: 'ns-dhcp', mode: 'dhcp' });
    if (given.includes('nw-seg')) {
      await model.ok('segments.create', { uuid: 'seg-2', mode: 'virtual' });
      await model.ok('networks.create', { uuid: 'nw-seg', ipv4_network: '10.3.0.0', segment_uuid: 'seg-1' });
    }
    const revision = model.store.revision;
    const refused = await model.refused(endpoint, params);
    expect(refused.message).toContain(message);
    expect([400, 404]).toContain(refused.status);
    expect(model.store.revision).toBe(revision);
  });

  it('take an interface into the segment of its network', async () => {
    const made = await model.ok('interfaces.create', {
      mode: 'vif',
      mac_address: '02:00:00:00:32:01',
      network_uuid: 'nw-seg',
      ipv4_address: '10.3.0.5',
    });
    const [lease] = made['mac_leases'] as Body[];
    expect(lease!['segment_id']).toBe((await model.ok('segments.show', { uuid: 'seg-1' }))['id']);
  });

  it('find a static rule by what it says, whatever its action', async () => {
    const rule = { uuid: 'fil-1', protocol: 'udp', src_address: '10.1.0.7/24', dst_port: 53 };
    const made = await model.ok('filters.static.create', { ...rule, action: 'conn' });
    expect(made).toEqual({
      filter_id: 1,
      protocol: 'udp',
      action: 'conn',
      src_address: '10.1.0.7',
      dst_address: '0.0.0.0',
      src_prefix: 24,
      dst_prefix: 0,
      src_port: 0,
      dst_port: 53,
    });
    expect(await model.ok('filters.static.delete', rule)).toEqual(made);
    expect(await model.ok('filters.static.list', { uuid: 'fil-1' })).toMatchObject({ total_count: 1 });
  });

  it('change a VLAN from network to segment', async () => {
    expect(await model.ok('vlan_translations.update', { uuid: 'vt-1', segment_uuid: 'seg-1' })).toMatchObject({
      network_id: null,
      segment_uuid: 'seg-1',
      vlan_id: 100,
    });
  });

  it('give an interface another uuid, once', async () => {
    expect(await model.ok('interfaces.rename', { uuid: 'if-1', new_uuid: 'if-new' })).toEqual(['if-new']);
    expect((await model.ok('interfaces.show', { uuid: 'if-new' }))['mac_address']).toBe('02:00:00:00:01:01');
    expect(await model.refused('interfaces.show', { uuid: 'if-1' })).toMatchObject({ status: 404 });
    const taken = await model.refused('interfaces.rename', { uuid: 'if-new', new_uuid: 'if-host' });
    expect(taken).toMatchObject({ error: 'DuplicateUUID', message: 'if-host' });
    expect(await model.refused('interfaces.rename', { uuid: 'if-new', new_uuid: 'nw-1' })).toMatchObject({
      code: '101',
    });
  });
});
