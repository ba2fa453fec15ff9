import type { Action } from '@vnet/openflow';
import { TAGGED, UNTAGGED } from '../../pipeline/match-values.ts';
import { inMetadata, metadataBits } from '../../pipeline/plain-metadata.ts';
import { PRIORITY } from '../../pipeline/priorities.ts';
import { BACK } from '../arp-answer.ts';
import { trunkOf } from '../bindings.ts';
import { domainOfKey } from '../domain.ts';
import { isFullVlan, REFUSED } from '../edge/edge.ts';
import { activeVlansOf, edgeVlanOf, pushTag, TAG_PRESENT, type EdgeVlan } from '../edge/bindings.ts';
import { askForRole, gateFlow, lendFlow } from '../edge/gate.ts';
import { ownMacs } from '../edge/guard.ts';
import type { Emit, View } from '../emit.ts';
import { useDomain } from '../membership.ts';
import { oneLink } from './host.ts';
import { unknownPart } from './learning.ts';
import { toAgent } from './to-agent.ts';

/** A trunk towards legacy machines. What has no tag, or one that is mapped nowhere, is counted and dropped. */
export function plainEdgePort(view: View, emit: Emit, interfaceId: number): void {
  const face = view.get('interface', interfaceId);
  const trunk = face && trunkOf(view, face);
  if (!trunk) return;
  oneLink(emit, trunk, 'edge');
  const dropped = { table: 'PORTS', priority: PRIORITY.counter, feature: 'edge' } as const;
  const { ofport } = trunk.active;
  emit.flow({ ...dropped, match: { in_port: ofport, vlan_vid: UNTAGGED } });
  emit.flow({ ...dropped, match: { in_port: ofport, vlan_vid: TAGGED } });
  for (const { id } of view.find('translation', 'interface_id', face.id)) {
    emit.each('vlan_translation', 'translation_id', id, 'plainVlan');
  }
  emit.each('interface_port', 'port_name', trunk.name, 'plainDeclared');
  for (const dropped of [true, false]) emit.each('edge_twice', 'dropped', dropped, 'plainTwice');
  for (const mac of ownMacs(view)) {
    const match = { ...inMetadata({ remote: false }), eth_src: mac };
    emit.flow({ table: 'SENDER', priority: PRIORITY.guard, feature: 'edge', match });
  }
}

/** A VLAN behind an edge port: its frames enter the domain without their tag, and get it when they leave. */
export function plainVlan(view: View, emit: Emit, id: number): void {
  const edge = edgeVlanOf(view, id);
  if (!edge) return;
  const { domain } = edge;
  useDomain(emit, domain);
  emit.need('plainDomain', domain.key);
  askForRole(view, emit, edge);
  ingress(view, emit, edge);
  egress(view, emit, edge);
  emit.each('edge_seen', 'vlan_translation_id', id, 'plainSeen');
  if (domain.kind === 'network') {
    emit.each('ip_lease', 'network_id', domain.id, 'plainGuard');
    emit.each('datapath_network', 'network_id', domain.id, 'plainReserved');
    return;
  }
  emit.each('mac_lease', 'segment_id', domain.id, 'plainStationGuard');
  emit.each('datapath_segment', 'segment_id', domain.id, 'plainReservedInSegment');
}

function ingress(view: View, emit: Emit, edge: EdgeVlan): void {
  const { end, vlan, trunk, domain } = edge;
  const source = inMetadata({ network: domain.key, source: end, remote: false });
  emit.flow({
    table: 'PORTS',
    priority: PRIORITY.base,
    feature: 'edge',
    match: { in_port: trunk.active.ofport, vlan_vid: TAG_PRESENT | vlan },
    actions: [{ type: 'pop_vlan' }],
    metadata: metadataBits({ network: domain.key, source: end, remote: false }),
    goto: 'GATE',
  });
  gateFlow(emit, edge, { table: 'GATE', priority: PRIORITY.base, feature: 'edge', match: source, goto: 'SENDER' });
  const sender = { table: 'SENDER', feature: 'edge' } as const;
  for (const match of REFUSED) {
    emit.flow({ ...sender, priority: PRIORITY.guard, match: { ...source, ...match } });
  }
  // Who is not known goes to the agent to be learnt, unless there is no more room: then it is counted and dropped.
  emit.flow({
    ...(isFullVlan(view, emit, edge) ? {} : toAgent(view, emit, { vlan: edge.ofport })),
    ...sender,
    priority: PRIORITY.counter,
    match: source,
  });
}

/** To the VLAN whose tag the packet has by now; not back into the VLAN that it came from. */
function egress(view: View, emit: Emit, edge: EdgeVlan): void {
  const { end, vlan, trunk, domain } = edge;
  const flow = { table: 'VLANS', feature: 'edge' } as const;
  const to = (source?: number) => ({
    ...inMetadata({ network: domain.key, ...(source === undefined ? {} : { source }) }),
    vlan_vid: TAG_PRESENT | vlan,
  });
  emit.flow({ ...flow, priority: PRIORITY.guard, match: to(end) });
  if (!edge.active) return;
  gateFlow(emit, edge, {
    ...flow,
    priority: PRIORITY.base,
    match: to(),
    actions: [{ type: 'output', port: trunk.active.ofport }],
  });
  for (const other of siblings(activeVlansOf(view, domain), edge)) {
    gateFlow(emit, edge, { ...flow, priority: PRIORITY.specific, match: to(other.end), actions: [BACK] });
  }
}

/** Other VLANs of the domain behind the same port: the switch does not send a frame back there, unless it is told to. */
function siblings(vlans: readonly EdgeVlan[], { id, interfaceId }: EdgeVlan): readonly EdgeVlan[] {
  return vlans.filter((other) => other.id !== id && other.interfaceId === interfaceId);
}

/**
 * What a domain has at edges, by its key: the copies for its VLANs of what is for all, or for a MAC that is not known: the
 * machine may have been silent for long. Those for contested VLANs stand while this host has their roles.
 */
export function plainEdges(view: View, emit: Emit, key: number): void {
  const domain = domainOfKey(key);
  emit.each('edge_host', domain.kind === 'network' ? 'network_id' : 'segment_id', domain.id, 'plainFar');
  const vlans = activeVlansOf(view, domain);
  if (vlans.length === 0) return;
  unknownPart(emit, key, '', []);
  const fixed = vlans.filter(({ contested }) => !contested);
  const roles = vlans.filter(({ contested }) => contested).map(({ id }) => id);
  const sources = [undefined, ...vlans.filter((each) => siblings(vlans, each).length > 0)];
  for (const from of sources) {
    const flow = {
      table: 'VLANS',
      feature: 'edge',
      match: { ...inMetadata({ network: key, ...(from ? { source: from.end } : {}) }), vlan_vid: UNTAGGED },
      goto: 'PEERS',
    } as const;
    const more = from ? 1 : 0;
    if (fixed.length > 0) emit.flow({ ...flow, priority: PRIORITY.base + more, actions: copies(fixed, from) });
    if (roles.length === 0) continue;
    lendFlow(emit, roles, { ...flow, priority: PRIORITY.specific + more, actions: copies(vlans, from) });
  }
}

/** A copy for each VLAN, and the packet as it was. */
function copies(vlans: readonly EdgeVlan[], from: EdgeVlan | undefined): readonly Action[] {
  return vlans
    .filter(({ id }) => id !== from?.id)
    .flatMap(({ vlan, trunk, interfaceId }) => [
      ...pushTag(vlan),
      interfaceId === from?.interfaceId ? BACK : { type: 'output', port: trunk.active.ofport },
      { type: 'pop_vlan' },
    ]);
}
