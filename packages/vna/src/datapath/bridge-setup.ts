import { namedUuid, op, type Operation } from '@vnet/ovsdb';
import { MADE_BY_AGENT, TUNNEL, type BridgeRow, type InterfaceRow } from './bridge-tables.ts';

const PROTOCOLS = ['OpenFlow10', 'OpenFlow13'];

export type DatapathType = 'system' | 'netdev';

/** A bridge with its local port. Fails closed: without the agent's flows nothing is forwarded. */
export function createBridge(name: string, datapathType: DatapathType): Operation[] {
  return [
    op.insert('Interface', { name, type: 'internal' }, 'local_interface'),
    op.insert('Port', { name, interfaces: namedUuid('local_interface') }, 'local_port'),
    op.insert(
      'Bridge',
      {
        name,
        ports: namedUuid('local_port'),
        datapath_type: datapathType,
        fail_mode: 'secure',
        external_ids: new Map([[MADE_BY_AGENT, 'true']]),
      },
      'bridge',
    ),
    op.mutate('Open_vSwitch', [], [['bridges', 'insert', [namedUuid('bridge')]]]),
  ];
}

/** Whether the switch has opened the bridge, so that its datapath id and MAC can be pinned before anything else is done. */
export function isOpen(bridge: BridgeRow, interfaces: readonly InterfaceRow[]): boolean {
  const local = interfaces.find((each) => each.name === bridge.name);
  const hasId = bridge.other_config.has('datapath-id') || bridge.datapath_id !== undefined;
  return hasId && (bridge.other_config.has('hwaddr') || local?.mac_in_use !== undefined);
}

/** What the bridge still lacks; nothing when it is as it should be. */
export function prepareBridge(bridge: BridgeRow, interfaces: readonly InterfaceRow[]): Operation[] {
  const here = [['_uuid', '==', bridge._uuid]] as const;
  const local = interfaces.find((each) => each.name === bridge.name);
  const operations: Operation[] = [];

  // Adding a port would otherwise change both, and with them who this datapath is.
  const pins = new Map<string, string>();
  if (!bridge.other_config.has('datapath-id') && bridge.datapath_id !== undefined) {
    pins.set('datapath-id', bridge.datapath_id);
  }
  if (!bridge.other_config.has('hwaddr') && local?.mac_in_use !== undefined) pins.set('hwaddr', local.mac_in_use);
  if (pins.size > 0) operations.push(op.mutate('Bridge', here, [['other_config', 'insert', pins]]));

  const missing = PROTOCOLS.filter((protocol) => !bridge.protocols.includes(protocol));
  if (missing.length > 0) operations.push(op.mutate('Bridge', here, [['protocols', 'insert', missing]]));
  if (bridge.fail_mode !== 'secure') operations.push(op.update('Bridge', here, { fail_mode: 'secure' }));

  const tunnel = interfaces.find((each) => each.name === TUNNEL.name);
  if (!tunnel) {
    operations.push(
      op.insert('Interface', { name: TUNNEL.name, type: TUNNEL.type, options: TUNNEL.options }, 'tunnel_interface'),
      op.insert('Port', { name: TUNNEL.name, interfaces: namedUuid('tunnel_interface') }, 'tunnel_port'),
      op.mutate('Bridge', here, [['ports', 'insert', [namedUuid('tunnel_port')]]]),
    );
  } else if (!isTunnel(tunnel)) {
    const { type, options } = TUNNEL;
    operations.push(op.update('Interface', [['_uuid', '==', tunnel._uuid]], { type, options }));
  }
  return operations;
}

function isTunnel(face: InterfaceRow): boolean {
  return face.type === TUNNEL.type && [...TUNNEL.options].every(([key, value]) => face.options.get(key) === value);
}

/** Gives a bridge another datapath id. */
export function setDatapathId(bridge: BridgeRow, dpid: string): Operation[] {
  const here = [['_uuid', '==', bridge._uuid]] as const;
  const id = dpid.replace(/^0x/, '');
  return [
    op.mutate('Bridge', here, [['other_config', 'delete', ['datapath-id']]]),
    op.mutate('Bridge', here, [['other_config', 'insert', new Map([['datapath-id', id]])]]),
  ];
}

export function setDatapathType(bridge: BridgeRow, datapathType: DatapathType): Operation[] {
  return [op.update('Bridge', [['_uuid', '==', bridge._uuid]], { datapath_type: datapathType })];
}
