import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type NewRow,
  type Row,
  VnetError,
  columnsOf,
  declarationOf,
  endpoints,
  entityNames,
  findEndpoint,
  isEntityName,
  toWire,
  validate,
} from './index.ts';

describe('declarations', () => {
  it.each(entityNames)('%s refers only to entities and columns that exist', (entity) => {
    const { name, fields, params, scopes, unique, api } = declarationOf(entity);
    expect(name).toBe(entity);
    for (const [column, field] of Object.entries({ ...fields, ...params })) {
      expect(field.type === 'reference', column).toBe(field.to !== undefined);
      if (field.to !== undefined) expect(isEntityName(field.to), field.to).toBe(true);
      expect(field.type === 'choice', column).toBe(field.values !== undefined);
      expect(field.doc).toMatch(/\.$/);
    }
    const columns = columnsOf(entity);
    const named = [
      ...(scopes?.own ?? []).map(({ column }) => column),
      ...(scopes?.lends ?? []),
      ...(scopes?.follows ?? []),
      ...(unique ?? []).flat(),
      ...api.flatMap((shape) => [
        ...('parent' in shape ? [shape.parent] : []),
        ...('other' in shape ? [shape.other] : []),
      ]),
    ];
    expect(named.filter((column) => !columns.includes(column))).toEqual([]);
  });

  it('give the row types', () => {
    expectTypeOf<Row<'network'>['mode']>().toEqualTypeOf<'internal' | 'physical' | 'virtual' | null>();
    expectTypeOf<Row<'network'>['uuid']>().toEqualTypeOf<string>();
    expectTypeOf<Row<'mac_lease'>['mac_address']>().toEqualTypeOf<number>();
    expectTypeOf<Row<'ip_lease'>['interface_id']>().toEqualTypeOf<number | null>();
    expectTypeOf<Row<'active_network'>>().not.toHaveProperty('uuid');
    expectTypeOf<{
      network_id: number;
      ipv4_address: number;
    }>().toExtend<NewRow<'ip_address'>>();
  });

  it('travel without their times', () => {
    const row: Row<'active_network'> = { id: 1, network_id: 2, datapath_id: 3, created_at: 4, updated_at: 5 };
    expect(toWire(row)).toEqual({ id: 1, network_id: 2, datapath_id: 3 });
  });
});

describe('endpoints', () => {
  it('are those of the reference', () => {
    expect(endpoints.map(({ method, path }) => `${method} ${path}`)).toMatchSnapshot();
  });

  it('have unique names', () => {
    expect(new Set(endpoints.map(({ name }) => name)).size).toBe(endpoints.length);
  });

  it('take the parameters of the reference', () => {
    const names = (name: string) => findEndpoint(name)!.params.map((param) => param.name);
    expect(names('networks.create')).toEqual([
      'uuid',
      'display_name',
      'ipv4_network',
      'ipv4_prefix',
      'mode',
      'domain_name',
      'segment_uuid',
      'mtu',
      'topology_uuid',
    ]);
    expect(names('networks.update')).toEqual([
      'display_name',
      'ipv4_network',
      'ipv4_prefix',
      'mode',
      'domain_name',
      'mtu',
    ]);
    expect(names('datapaths.networks.create')).toEqual(['interface_uuid', 'mac_address']);
    expect(names('interfaces.ports.delete')).toEqual(['datapath_uuid', 'port_name', 'singular']);
    expect(names('ip_leases.attach')).toEqual(['interface_uuid', 'mac_lease_uuid']);
    expect(names('topologies.update')).toEqual([]);
  });
});

describe('validate', () => {
  const create = (name: string, params: Record<string, unknown>, path: Record<string, string> = {}) =>
    validate(findEndpoint(`${name}.create`)!, path, params).values;

  it('coerces text', () => {
    expect(
      create('networks', { ipv4_network: '10.1.0.0/16', ipv4_prefix: '16', mode: 'virtual', mtu: '', unheard_of: 'x' }),
    ).toEqual({ ipv4_network: 0x0a010000, ipv4_prefix: 16, mode: 'virtual', display_name: '', mtu: null });
  });

  it.each(['10.1.0.0', '10.1.0.0/8', '10.1.0.0/255.0.0.0', '10.1.0.0/0.0.0.0'])('takes the address of %s', (text) => {
    expect(create('networks', { ipv4_network: text })).toMatchObject({ ipv4_network: 0x0a010000, ipv4_prefix: 24 });
  });

  it.each(['10.1.0.0/33', '10.1.0.0/255.0.255.0', '10.1.0.0/', '10.1.0.0/8/8', '/8'])(
    'takes no address of %s',
    (text) => {
      expect(() => create('networks', { ipv4_network: text })).toThrow('is not an IPv4 address');
    },
  );

  it('gives an update no defaults', () => {
    expect(validate(findEndpoint('datapaths.update')!, { uuid: 'dp-1' }, {}).values).toEqual({});
  });

  it('takes an empty text for none where there may be none', () => {
    expect(create('interfaces', { mode: 'vif', iface_id: '', port_name: '' })).toMatchObject({
      iface_id: null,
      port_name: null,
    });
    expect(create('datapaths', { display_name: '', node_id: 'a', dpid: '1' })).toMatchObject({ display_name: '' });
  });

  it('takes every script, line feeds and the longest text', () => {
    for (const text of ['ネットワーク', '🦑', 'a\n\tb', "'; DROP TABLE networks; --", '🦑'.repeat(127)]) {
      expect(create('networks', { ipv4_network: '10.0.0.0', display_name: text })).toMatchObject({
        display_name: text,
      });
    }
  });

  it('shows the beginning of a value that is as long as a request', () => {
    const long = 'x'.repeat(1_000_000);
    for (const params of [{ uuid: long }, { uuid: [long] }, { ipv4_network: [long] }, { display_name: long }]) {
      expect(() => create('networks', { ipv4_network: '10.0.0.0', ...params })).toThrow(/^.{80,200}$/);
    }
  });

  it.each([
    ['networks', {}, 'MissingArgument', 'ipv4_network'],
    ['networks', { ipv4_network: '10.0.0.256' }, 'ArgumentError', 'ipv4_network: "10.0.0.256" is not an IPv4 address'],
    ['networks', { ipv4_network: '010.0.0.1' }, 'ArgumentError', 'ipv4_network'],
    ['networks', { ipv4_network: '10.0.0.0', ipv4_prefix: '33' }, 'ArgumentError', 'ipv4_prefix: "33" is not between'],
    [
      'networks',
      { ipv4_network: '10.0.0.0', ipv4_prefix: '2x' },
      'ArgumentError',
      'ipv4_prefix: "2x" is not an integer',
    ],
    [
      'networks',
      { ipv4_network: '10.0.0.0', mode: 'x' },
      'ArgumentError',
      'mode: "x" is not one of internal, physical',
    ],
    ['networks', { ipv4_network: '10.0.0.0', uuid: 'nw-Faulty' }, 'InvalidUUID', 'Network#uuid: nw-Faulty'],
    ['networks', { ipv4_network: '10.0.0.0', uuid: 'nw-12345678901234567' }, 'InvalidUUID', 'Network#uuid'],
    ['networks', { ipv4_network: {} }, 'ArgumentError', 'ipv4_network: {} is not'],
    ['networks', { ipv4_network: '10.0.0.0', display_name: 'a\u001b[31m' }, 'ArgumentError', 'control characters'],
    ['networks', { ipv4_network: '10.0.0.0', display_name: 'a\u009b31m' }, 'ArgumentError', 'control characters'],
    ['networks', { ipv4_network: '10.0.0.0', display_name: 'a\ud83e' }, 'ArgumentError', 'whole characters'],
    ['networks', { ipv4_network: '10.0.0.0', display_name: ['a'] }, 'ArgumentError', 'display_name: ["a"] is not'],
    ['datapaths', { display_name: 'a', node_id: 'b', dpid: '0xzz' }, 'ArgumentError', 'dpid: "0xzz"'],
    ['datapaths', { display_name: 'a'.repeat(256), node_id: 'b', dpid: '1' }, 'ArgumentError', '255 characters'],
    ['mac_leases', { interface_uuid: 'nw-1', mac_address: '02:00:00:00:00:01' }, 'InvalidUUID', 'Interface#uuid: nw-1'],
    ['mac_leases', { interface_uuid: 'if-1', mac_address: '2:0:0:0:0:1' }, 'ArgumentError', 'mac_address'],
    ['mac_leases', { interface_uuid: 'if-1', mac_address: '01:00:5e:00:00:01' }, 'ArgumentError', 'one station'],
    ['mac_leases', { interface_uuid: 'if-1', mac_address: 5 }, 'ArgumentError', 'mac_address: 5 is not a MAC'],
    ['interfaces', { mode: 'vif', enable_routing: 'maybe' }, 'ArgumentError', 'enable_routing: "maybe"'],
  ])('%s with %j is refused with %s', (resource, params, error, message) => {
    let thrown: unknown;
    try {
      create(resource, params);
    } catch (caught) {
      thrown = caught;
    }
    expect(thrown).toBeInstanceOf(VnetError);
    expect(thrown).toMatchObject({ name: error, message: expect.stringContaining(message) as string });
  });
});
