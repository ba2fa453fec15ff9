import { TAGGED, UNTAGGED } from '../../pipeline/match-values.ts';
import { inMetadata, metadataBits } from '../../pipeline/plain-metadata.ts';
import { PRIORITY } from '../../pipeline/priorities.ts';
import type { Tables } from '../../state/tables.ts';
import { uplinkPort } from '../bindings.ts';
import { networkDomain, segmentDomain } from '../domain.ts';
import { warnOfVlans } from '../edge/warnings.ts';
import type { Emit, View } from '../emit.ts';
import { filteringOf } from '../filtering/interface.ts';
import { fromNeighbours, ownMac, ownPackets, type OwnMac } from '../own-mac.ts';
import { bind, plugged, type Plugged } from '../plug.ts';
import { segmentBehind } from '../promiscuous.ts';
import { arrival, joinFlood } from './domain.ts';
import { learnBehind } from './learning.ts';

/** A port of a plain switch. */
export function plainPort(view: View, emit: Emit, id: number): void {
  const carried = plugged(view, emit, id);
  if (!carried) return;
  if (carried.face.mode !== 'edge' && !isUnfiltered(view, emit, carried.face, carried.plug.name)) return;
  bind(emit, carried);
  const { face, plug } = carried;
  warnOfVlans(view, emit, face, plug.name);
  if (face.mode === 'edge') return emit.need('plainEdgePort', face.id);
  // A tag would carry the packet into a VLAN of the physical network.
  emit.flow({
    table: 'PORTS',
    priority: PRIORITY.guard,
    feature: 'port',
    match: { in_port: plug.ofport, vlan_vid: TAGGED },
  });
  if (face.mode === 'promiscuous') return promiscuous(view, emit, carried);
  emit.flow({
    table: 'PORTS',
    priority: PRIORITY.base,
    feature: 'port',
    match: { in_port: plug.ofport },
    metadata: metadataBits({ source: face.id }),
    goto: 'SENDER',
  });
  emit.flow({ table: 'SENDER', priority: PRIORITY.counter, feature: 'port', match: inMetadata({ source: face.id }) });
  for (const lease of view.find('mac_lease', 'interface_id', face.id)) {
    const own = ownMac(view, emit, face, lease);
    if (own) connect(view, emit, own, plug.ofport);
  }
}

/** Fails closed: a switch that cannot judge packets gets none of the interface. */
export function isUnfiltered(view: View, emit: Emit, face: Tables['interface'], portName: string): boolean {
  const { filtered, grouped } = filteringOf(view, face);
  if (!filtered && !grouped) return true;
  emit.output('warning', `filtered ${face.uuid}`, {
    level: 'error',
    message: 'filters and security groups need a switch with extensions: the interface is not connected',
    details: {
      port: portName,
      interface: face.uuid,
      remedy:
        'plug it into a host with Open vSwitch and enable_ovs_learn_action true, or take its filter and security groups away',
    },
  });
  return false;
}

/** What a MAC of this host may send, and what neighbours send to it as it is. */
function connect(view: View, emit: Emit, own: OwnMac, ofport: number): void {
  const { mac, interfaceId, segmentId } = own;
  const uplink = uplinkPort(view);
  refuseFromUplink(view, emit, mac);
  const from = { ...inMetadata({ source: interfaceId }), eth_src: mac };
  const sender = { table: 'SENDER', feature: 'port', goto: 'WAY' } as const;
  const output = [{ type: 'output', port: ofport }] as const;
  if (segmentId !== null) {
    const domain = segmentDomain(segmentId);
    joinFlood(emit, domain, interfaceId, output);
    // Addresses in networks of their own are more specific.
    emit.flow({ ...sender, priority: PRIORITY.any, match: from, metadata: domain.key });
    if (uplink !== undefined) emit.flow(arrival(view, domain, { in_port: uplink, eth_dst: mac }, PRIORITY.base + 1));
  }
  for (const network of own.networks) joinFlood(emit, networkDomain(network), interfaceId, output);
  for (const { network, match } of ownPackets(mac, own.leases)) {
    emit.flow({ ...sender, priority: PRIORITY.base, match: { ...from, ...match }, metadata: network });
  }
  arrivals(view, emit, own);
}

/** What neighbours send to a MAC with addresses in networks. */
export function arrivals(view: View, emit: Emit, own: Omit<OwnMac, 'interfaceId'>): void {
  const uplink = uplinkPort(view);
  if (uplink === undefined) return;
  for (const { network, match } of fromNeighbours(own)) {
    const arriving = { in_port: uplink, eth_dst: own.mac, ...match };
    emit.flow(arrival(view, networkDomain(network), arriving, PRIORITY.specific));
  }
}

/** Who is here does not send from elsewhere. */
export function refuseFromUplink(view: View, emit: Emit, mac: number): void {
  const uplink = uplinkPort(view);
  if (uplink === undefined) return;
  emit.flow({
    table: 'PORTS',
    priority: PRIORITY.guard,
    feature: 'port',
    match: { in_port: uplink, eth_src: mac },
  });
}

/** A port behind which anyone may stand: all that comes from it is in its segment. */
function promiscuous(view: View, emit: Emit, { face, plug }: Plugged): void {
  const segmentId = segmentBehind(view, emit, face, plug);
  if (segmentId === undefined) return;
  const domain = segmentDomain(segmentId);
  emit.flow({
    table: 'PORTS',
    priority: PRIORITY.base,
    feature: 'segment',
    match: { in_port: plug.ofport, vlan_vid: UNTAGGED },
    metadata: metadataBits({ network: domain.key, source: face.id, remote: false }),
    goto: 'SENDER',
  });
  joinFlood(emit, domain, face.id, [{ type: 'output', port: plug.ofport }]);
  learnBehind(view, emit, domain.key, face, plug.ofport);
}
