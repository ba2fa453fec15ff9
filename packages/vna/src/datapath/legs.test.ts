import { op } from '@vnet/ovsdb';
import { describe, expect, it } from 'vitest';
import type { Leg } from '../compile/emit.ts';
import type { BridgeRow, InterfaceRow, PortRow } from './bridge-tables.ts';
import { deviceCommands } from './leg-devices.ts';
import { LEG, legOperations, takenNames } from './leg-ports.ts';

const uuid = (id: number): { uuid: string } => ({ uuid: `00000000-0000-0000-0000-${String(id).padStart(12, '0')}` });

const LEG0: Leg = {
  name: 'leg0',
  interface: 'if-leg0',
  mac: 0x020e00000001,
  mtu: 1458,
  addresses: ['10.0.0.100/24'],
  netns: 'red',
};
const bridge = { _uuid: uuid(1), name: 'br0' } as BridgeRow;
const port: PortRow = {
  _uuid: uuid(2),
  name: 'leg0',
  interfaces: [uuid(3)],
  bond_mode: undefined,
  lacp: undefined,
  other_config: new Map(),
};
const made: InterfaceRow = {
  _uuid: uuid(3),
  name: 'leg0',
  type: 'internal',
  ofport: 7,
  mac: '02:0e:00:00:00:01',
  mac_in_use: undefined,
  mtu_request: 1458,
  link_state: undefined,
  lacp_current: undefined,
  error: undefined,
  options: new Map(),
  external_ids: new Map([
    [LEG, 'if-leg0'],
    ['vnet-interface', 'if-leg0'],
    ['vnet-netns', 'red'],
  ]),
};
const wanted = new Map([['leg0', LEG0]]);

describe('the ports of legs', () => {
  it('are made, and then left alone', () => {
    const operations = legOperations(bridge, [], [], wanted);
    expect(operations.map((each) => each['op'])).toEqual(['insert', 'insert', 'mutate']);
    expect(legOperations(bridge, [made], [port], wanted)).toEqual([]);
  });

  it('follow MAC and MTU', () => {
    const [change] = legOperations(bridge, [{ ...made, mtu_request: 1500 }], [port], wanted);
    expect(change).toMatchObject({ op: 'update', row: { mtu_request: 1458 } });
  });

  it('are made anew for another namespace, and kept where none was noted yet', () => {
    const elsewhere = new Map([['leg0', { ...LEG0, netns: null }]]);
    expect(legOperations(bridge, [made], [port], elsewhere)).toEqual([
      op.mutate('Bridge', [['_uuid', '==', uuid(1)]], [['ports', 'delete', [uuid(2)]]]),
    ]);
    const unnoted = new Map(made.external_ids);
    unnoted.delete('vnet-netns');
    const [change] = legOperations(bridge, [{ ...made, external_ids: unnoted }], [port], wanted);
    expect(change).toMatchObject({ op: 'update' });
    expect((change!['row'] as { external_ids: unknown }).external_ids).toEqual(
      op.update('Interface', [], { external_ids: made.external_ids })['row']!['external_ids' as never],
    );
  });

  it('go when they are not wanted any more', () => {
    expect(legOperations(bridge, [made], [port], new Map())).toEqual([
      op.mutate('Bridge', [['_uuid', '==', uuid(1)]], [['ports', 'delete', [uuid(2)]]]),
    ]);
  });

  it('that somebody else made are left alone, and named', () => {
    const other = { ...made, external_ids: new Map<string, string>() };
    expect(legOperations(bridge, [other], [port], wanted)).toEqual([]);
    expect(legOperations(bridge, [other], [port], new Map())).toEqual([]);
    expect(takenNames([other], wanted)).toEqual(['leg0']);
  });
});

describe('the device of a leg', () => {
  const up = ['link', 'set', 'dev', 'leg0', 'address', '02:0e:00:00:00:01', 'mtu', '1458', 'up'];

  it('is moved into its namespace when it is outside', () => {
    expect(deviceCommands(LEG0, { outside: true, addresses: [] })).toEqual([
      ['link', 'set', 'dev', 'leg0', 'netns', 'red'],
      ['-n', 'red', ...up],
      ['-n', 'red', 'address', 'replace', '10.0.0.100/24', 'dev', 'leg0'],
    ]);
  });

  it('loses the addresses that are not leased before it gets others', () => {
    expect(deviceCommands({ ...LEG0, netns: null }, { outside: true, addresses: ['10.0.0.7/24'] })).toEqual([
      up,
      ['address', 'del', '10.0.0.7/24', 'dev', 'leg0'],
      ['address', 'replace', '10.0.0.100/24', 'dev', 'leg0'],
    ]);
  });
});
