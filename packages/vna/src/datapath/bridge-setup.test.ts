import { op } from '@vnet/ovsdb';
import { describe, expect, it } from 'vitest';
import { createBridge, prepareBridge, setDatapathId } from './bridge-setup.ts';
import { MADE_BY_AGENT, TUNNEL, type BridgeRow, type InterfaceRow } from './bridge-tables.ts';

const uuid = (id: number): { uuid: string } => ({ uuid: `00000000-0000-0000-0000-${String(id).padStart(12, '0')}` });

const face = (values: Partial<InterfaceRow>): InterfaceRow => ({
  _uuid: uuid(9),
  name: 'br0',
  type: 'internal',
  ofport: undefined,
  mac: undefined,
  mac_in_use: '02:00:00:00:00:01',
  mtu_request: undefined,
  link_state: undefined,
  lacp_current: undefined,
  error: undefined,
  options: new Map(),
  external_ids: new Map(),
  ...values,
});
const local = face({});
const tunnel = face({ _uuid: uuid(8), name: TUNNEL.name, type: TUNNEL.type, options: TUNNEL.options });

const bridge = (values: Partial<BridgeRow>): BridgeRow => ({
  _uuid: uuid(1),
  name: 'br0',
  ports: [],
  datapath_id: '0000020000000001',
  datapath_type: 'netdev',
  protocols: ['OpenFlow10', 'OpenFlow13'],
  fail_mode: 'secure',
  other_config: new Map([
    ['datapath-id', '0000020000000001'],
    ['hwaddr', '02:00:00:00:00:01'],
  ]),
  external_ids: new Map(),
  ...values,
});
const here = [['_uuid', '==', uuid(1)]] as const;

describe('a bridge that is found', () => {
  it('is left alone when it is as it should be', () => {
    expect(prepareBridge(bridge({}), [local, tunnel])).toEqual([]);
  });

  it('keeps its datapath id and MAC: they are pinned before a port is added', () => {
    const [pin, ...rest] = prepareBridge(bridge({ other_config: new Map() }), [local]);
    const pins = new Map([
      ['datapath-id', '0000020000000001'],
      ['hwaddr', '02:00:00:00:00:01'],
    ]);
    expect(pin).toEqual(op.mutate('Bridge', here, [['other_config', 'insert', pins]]));
    expect(rest).toContainEqual(expect.objectContaining({ op: 'insert', table: 'Port' }));
  });

  it('keeps a datapath id that the operator has given it', () => {
    const given = new Map([['datapath-id', '00000000000000aa']]);
    const [pin] = prepareBridge(bridge({ other_config: given }), [local, tunnel]);
    const hwaddr = new Map([['hwaddr', '02:00:00:00:00:01']]);
    expect(pin).toEqual(op.mutate('Bridge', here, [['other_config', 'insert', hwaddr]]));
  });

  it.each([
    { protocols: [], gains: ['OpenFlow10', 'OpenFlow13'] },
    { protocols: ['OpenFlow10'], gains: ['OpenFlow13'] },
    { protocols: ['OpenFlow14', 'OpenFlow13'], gains: ['OpenFlow10'] },
  ])('with protocols $protocols gains $gains', ({ protocols, gains }) => {
    expect(prepareBridge(bridge({ protocols }), [local, tunnel])).toEqual([
      op.mutate('Bridge', here, [['protocols', 'insert', gains]]),
    ]);
  });

  it.each([undefined, 'standalone'])('fails closed instead of %s', (fail_mode) => {
    expect(prepareBridge(bridge({ fail_mode }), [local, tunnel])).toEqual([
      op.update('Bridge', here, { fail_mode: 'secure' }),
    ]);
  });

  it('has its tunnel port repaired, whatever it has been made into', () => {
    const broken = { ...tunnel, type: 'vxlan', options: new Map([['key', '7']]) };
    const { type, options } = TUNNEL;
    expect(prepareBridge(bridge({}), [local, broken])).toEqual([
      op.update('Interface', [['_uuid', '==', uuid(8)]], { type, options }),
    ]);
    const more = { ...tunnel, options: new Map([...TUNNEL.options, ['tos', 'inherit']]) };
    expect(prepareBridge(bridge({}), [local, more])).toEqual([]);
  });
});

describe('a bridge that is made', () => {
  it('says that the agent made it and fails closed from the beginning', () => {
    expect(createBridge('br0', 'netdev')).toContainEqual(
      op.insert(
        'Bridge',
        {
          name: 'br0',
          ports: { namedUuid: 'local_port' },
          datapath_type: 'netdev',
          fail_mode: 'secure',
          external_ids: new Map([[MADE_BY_AGENT, 'true']]),
        },
        'bridge',
      ),
    );
  });

  it('takes another datapath id in place of the one it has', () => {
    const steps = setDatapathId(bridge({}), '0x00000000000000bb');
    expect(steps).toEqual([
      op.mutate('Bridge', here, [['other_config', 'delete', ['datapath-id']]]),
      op.mutate('Bridge', here, [['other_config', 'insert', new Map([['datapath-id', '00000000000000bb']])]]),
    ]);
  });
});
