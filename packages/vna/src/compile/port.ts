import { TAGGED, UNTAGGED } from '../pipeline/match-values.ts';
import { PRIORITY } from '../pipeline/priorities.ts';
import { REGISTERS, load, on } from '../pipeline/registers.ts';
import type { Tables } from '../state/tables.ts';
import { warnOfVlans } from './edge/warnings.ts';
import type { Emit, View } from './emit.ts';
import { floodMember } from './flood.ts';
import { fromNeighbours, ownMac, ownPackets, type OwnMac } from './own-mac.ts';
import { bind, plugged, type Plugged } from './plug.ts';
import { promiscuousPort } from './promiscuous.ts';
import { segmentLease } from './segment.ts';

/** What a port may send to the agent: generous for a machine in trouble, nothing for one that floods. */
export const PORT_METER = { packetsPerSecond: 100, burst: 50 };

/** A port of the bridge: whose is it, and what may pass there? */
export function port(view: View, emit: Emit, id: number): void {
  const carried = plugged(view, emit, id);
  if (!carried) return;
  const { face, plug } = carried;
  bind(emit, carried);
  warnOfVlans(view, emit, face, plug.name);
  emit.need('filtering', face.id);
  if (face.mode === 'edge') return emit.need('edgePort', face.id);
  delivery(emit, carried);
  if (face.mode === 'promiscuous') return promiscuousPort(view, emit, face, plug);
  for (const lease of view.find('mac_lease', 'interface_id', face.id)) macLease(view, emit, face, lease);
}

function delivery(emit: Emit, { face, plug }: Plugged): void {
  const source = on([REGISTERS.SOURCE, face.id]);
  emit.flow({
    table: 'CLASSIFIER',
    priority: PRIORITY.base,
    feature: 'port',
    match: { in_port: plug.ofport },
    actions: [load(REGISTERS.SOURCE, face.id)],
    goto: 'PORT_SECURITY',
  });
  // A tag would carry the packet into a VLAN of the physical network.
  emit.flow({
    table: 'CLASSIFIER',
    priority: PRIORITY.guard,
    feature: 'port',
    match: { in_port: plug.ofport, vlan_vid: TAGGED },
  });
  emit.flow({ table: 'PORT_SECURITY', priority: PRIORITY.counter, feature: 'port', match: source });
  emit.flow({
    table: 'DELIVERY',
    priority: PRIORITY.base,
    feature: 'port',
    match: on([REGISTERS.DESTINATION, face.id]),
    actions: [{ type: 'output', port: plug.ofport }],
  });
  emit.output('meter', plug.ofport, { id: plug.ofport, ...PORT_METER });
  emit.flow({
    table: 'PUNT',
    priority: PRIORITY.base,
    feature: 'port',
    match: source,
    meter: plug.ofport,
    actions: [{ type: 'controller', maxLen: 0xffff }],
  });
}

/** One MAC of the port, the networks it has addresses in, and its segment. */
function macLease(view: View, emit: Emit, face: Tables['interface'], lease: Tables['mac_lease']): void {
  const own = ownMac(view, emit, face, lease);
  if (!own) return;
  emit.flow({ table: 'UPLINK', priority: PRIORITY.guard, feature: 'port', match: { eth_src: own.mac } });
  segmentLease(view, emit, lease);
  for (const network of own.networks) {
    emit.need('network', network);
    floodMember(emit, network, face.id);
  }
  fromPeers(emit, own);
  for (const { network, match } of ownPackets(own.mac, own.leases)) {
    emit.flow({
      table: 'PORT_SECURITY',
      priority: PRIORITY.base,
      feature: 'port',
      match: { ...on([REGISTERS.SOURCE, face.id]), eth_src: own.mac, ...match },
      metadata: network,
      goto: 'EGRESS',
    });
  }
}

/** What neighbours send to a MAC as it is. */
export function fromPeers(emit: Emit, own: Omit<OwnMac, 'interfaceId'>): void {
  for (const { network, match } of fromNeighbours(own)) {
    emit.flow({
      table: 'UPLINK',
      priority: PRIORITY.specific,
      feature: 'port',
      match: { eth_dst: own.mac, vlan_vid: UNTAGGED, ...match },
      metadata: network,
      goto: 'L2',
    });
  }
}
