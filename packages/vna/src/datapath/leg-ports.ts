import { formatMac } from '@vnet/packet';
import { namedUuid, op, type Operation } from '@vnet/ovsdb';
import type { Leg } from '../compile/emit.ts';
import type { BridgeRow, InterfaceRow, PortRow } from './bridge-tables.ts';

/** In `external_ids` of an interface that the agent made as a leg of the host: the uuid of the model's interface. */
export const LEG = 'vnet-leg';
/** As `vnet-leg`: the network namespace that the device is for, empty for the host's. */
const LEG_NETNS = 'vnet-netns';

/**
 * What has to be done for a bridge to have exactly these legs. Ports that somebody else made under the name of a leg are
 * left alone.
 */
export function legOperations(
  bridge: BridgeRow,
  interfaces: readonly InterfaceRow[],
  ports: readonly PortRow[],
  legs: ReadonlyMap<string, Leg>,
): Operation[] {
  const operations: Operation[] = [];
  for (const face of interfaces) {
    const leg = legs.get(face.name);
    if (face.external_ids.has(LEG) && (!leg || isElsewhere(face, leg))) {
      operations.push(...removeLeg(bridge, ports, face.name));
    }
  }
  [...legs.values()].forEach((leg, index) => {
    const face = interfaces.find(({ name }) => name === leg.name);
    if (!face) operations.push(...makeLeg(bridge, leg, index));
    else if (face.external_ids.has(LEG) && !isElsewhere(face, leg)) operations.push(...changeLeg(face, leg));
  });
  return operations;
}

/** Legs under whose name there is a port that the agent did not make. */
export function takenNames(interfaces: readonly InterfaceRow[], legs: ReadonlyMap<string, Leg>): readonly string[] {
  return interfaces.filter((face) => legs.has(face.name) && !face.external_ids.has(LEG)).map(({ name }) => name);
}

/** Takes the port of a leg away; with its device, wherever that is. */
export function removeLeg(bridge: BridgeRow, ports: readonly PortRow[], name: string): Operation[] {
  return ports
    .filter((port) => port.name === name)
    .map(({ _uuid }) => op.mutate('Bridge', [['_uuid', '==', bridge._uuid]], [['ports', 'delete', [_uuid]]]));
}

/** Its device is in another namespace. Only the switch can take it from there: the port is made anew. */
function isElsewhere(face: InterfaceRow, leg: Leg): boolean {
  const netns = face.external_ids.get(LEG_NETNS);
  return netns !== undefined && netns !== (leg.netns ?? '');
}

function makeLeg(bridge: BridgeRow, leg: Leg, index: number): Operation[] {
  const external_ids = new Map([
    [LEG, leg.interface],
    ['vnet-interface', leg.interface],
    [LEG_NETNS, leg.netns ?? ''],
  ]);
  const [face, port] = [`leg_interface_${index}`, `leg_port_${index}`];
  const columns = { name: leg.name, type: 'internal', mac: formatMac(leg.mac), mtu_request: leg.mtu, external_ids };
  return [
    op.insert('Interface', columns, face),
    op.insert('Port', { name: leg.name, interfaces: namedUuid(face) }, port),
    op.mutate('Bridge', [['_uuid', '==', bridge._uuid]], [['ports', 'insert', [namedUuid(port)]]]),
  ];
}

function changeLeg(face: InterfaceRow, leg: Leg): Operation[] {
  const same =
    face.mac === formatMac(leg.mac) &&
    face.mtu_request === leg.mtu &&
    face.external_ids.get('vnet-interface') === leg.interface &&
    face.external_ids.has(LEG_NETNS);
  if (same) return [];
  const external_ids = new Map(face.external_ids)
    .set(LEG, leg.interface)
    .set('vnet-interface', leg.interface)
    .set(LEG_NETNS, leg.netns ?? '');
  const columns = { mac: formatMac(leg.mac), mtu_request: leg.mtu, external_ids };
  return [op.update('Interface', [['_uuid', '==', face._uuid]], columns)];
}
