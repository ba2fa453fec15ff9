import type { Match } from '@vnet/openflow';
import { ETHERTYPE } from '@vnet/packet';
import { BRIDGE_GROUP_MACS, GROUP_MAC, TAGGED } from '../../pipeline/match-values.ts';
import { PRIORITY } from '../../pipeline/priorities.ts';
import { REASON, REGISTERS, load, on } from '../../pipeline/registers.ts';
import { ARP_ANSWER, BACK } from '../arp-answer.ts';
import { trunkOf } from '../bindings.ts';
import { bond } from '../bond.ts';
import { edgeVlanOf, edgeVlansOf, pushTag, TAG_PRESENT, type EdgeVlan } from './bindings.ts';
import { edgeGate } from './gate.ts';
import { hostMacs } from './guard.ts';
import type { Emit, View } from '../emit.ts';
import { LEARNING, LEARNING_METERS } from '../learning-limits.ts';
import { isSeveral, outputTo } from '../links.ts';
import { joinDomain } from '../membership.ts';
import { PORT_METER } from '../port.ts';

/** A trunk towards legacy machines. What has no tag, or one that is mapped nowhere, is counted and dropped. */
export function edgePort(view: View, emit: Emit, interfaceId: number): void {
  const face = view.get('interface', interfaceId);
  const trunk = face && trunkOf(view, face);
  if (!trunk) return;
  const source = on([REGISTERS.SOURCE, face.id]);
  bond(emit, trunk, { feature: 'edge', actions: [load(REGISTERS.SOURCE, face.id)], goto: 'EDGE' });
  const dropped = { table: 'EDGE', priority: PRIORITY.counter, feature: 'edge' } as const;
  emit.flow({ ...dropped, match: { ...source, vlan_vid: 0 } });
  emit.flow({ ...dropped, match: { ...source, vlan_vid: TAGGED } });
  emit.output('meter', trunk.ofport, { id: trunk.ofport, ...PORT_METER });
  for (const { id } of view.find('translation', 'interface_id', face.id)) {
    emit.each('vlan_translation', 'translation_id', id, 'edgeVlan');
  }
  emit.each('interface_port', 'port_name', trunk.name, 'edgeMachine');
  for (const dropped of [true, false]) emit.each('edge_twice', 'dropped', dropped, 'edgeTwice');
  hostMacs(view, emit);
}

/** A VLAN behind an edge port: its frames enter the domain without their tag, and get it when they leave. */
export function edgeVlan(view: View, emit: Emit, id: number): void {
  const edge = edgeVlanOf(view, id);
  if (!edge) return;
  joinDomain(emit, edge.domain, edge.end);
  edgeGate(view, emit, edge);
  ingress(emit, edge);
  unknownSenders(view, emit, edge);
  egress(view, emit, edge);
  emit.flow({
    table: 'PUNT',
    priority: PRIORITY.base,
    feature: 'edge',
    match: on([REGISTERS.SOURCE, edge.end]),
    meter: edge.ofport,
    actions: [{ type: 'controller', maxLen: 0xffff }],
  });
  learning(emit, edge);
}

/** Machines that nobody has declared: the first frame of each goes to the agent. */
function learning(emit: Emit, { id, end, ofport, domain }: EdgeVlan): void {
  const meter = LEARNING_METERS + ofport;
  emit.output('meter', meter, { id: meter, ...LEARNING });
  emit.flow({
    table: 'PUNT',
    priority: PRIORITY.specific,
    feature: 'edge',
    match: on([REGISTERS.SOURCE, end], [REGISTERS.REASON, REASON.edge]),
    meter,
    actions: [{ type: 'controller', maxLen: 0xffff }],
  });
  emit.each('edge_seen', 'vlan_translation_id', id, 'edgeSeen');
  if (domain.kind === 'network') {
    emit.each('ip_lease', 'network_id', domain.id, 'edgeGuard');
    emit.each('datapath_network', 'network_id', domain.id, 'edgeReserved');
  } else {
    emit.each('mac_lease', 'segment_id', domain.id, 'edgeStation');
    emit.each('datapath_segment', 'segment_id', domain.id, 'edgeReservedInSegment');
  }
}

function ingress(emit: Emit, { end, vlan, domain, interfaceId }: EdgeVlan): void {
  emit.flow({
    table: 'EDGE',
    priority: PRIORITY.base,
    feature: 'edge',
    match: { ...on([REGISTERS.SOURCE, interfaceId]), vlan_vid: TAG_PRESENT | vlan },
    actions: [{ type: 'pop_vlan' }, load(REGISTERS.SOURCE, end)],
    metadata: domain.key,
    goto: 'EDGE_GATE',
  });
  const source = on([REGISTERS.SOURCE, end]);
  for (const match of REFUSED) {
    emit.flow({ table: 'EDGE_SOURCE', priority: PRIORITY.guard, feature: 'edge', match: { ...source, ...match } });
  }
}

/** What no legacy machine may send. A second tag: OVS looks at one or at two, as `vlan-limit` says. */
export const REFUSED: readonly Match[] = [
  { vlan_vid: TAGGED },
  { eth_type: ETHERTYPE.vlan },
  { eth_type: ETHERTYPE.serviceVlan },
  { eth_src: GROUP_MAC },
  { eth_src: 0 },
  { eth_dst: BRIDGE_GROUP_MACS },
];

/** Machines that are learnt in one VLAN at most. */
export const VLAN_LIMIT = 1_024;

/** Who is not known goes to the agent to be learnt, unless there is no more room: then it is counted and dropped. */
function unknownSenders(view: View, emit: Emit, edge: EdgeVlan): void {
  const { end } = edge;
  const isFull = isFullVlan(view, emit, edge);
  emit.flow({
    table: 'EDGE_SOURCE',
    priority: PRIORITY.counter,
    feature: 'edge',
    match: on([REGISTERS.SOURCE, end]),
    ...(isFull ? {} : { actions: [load(REGISTERS.REASON, REASON.edge)], goto: 'PUNT' }),
  });
}

/** Whether no more machines are learnt in a VLAN, which is said. */
export function isFullVlan(view: View, emit: Emit, { id, vlan, portName }: EdgeVlan): boolean {
  if (view.get('edge_full', id) === undefined) return false;
  const remedy = 'find out who sends from so many MAC addresses; machines that are declared are not counted';
  emit.output('warning', `edge full ${view.get('vlan_translation', id)?.uuid}`, {
    message: 'a VLAN has as many legacy machines as are learnt: frames of others are dropped',
    details: { vlan, port: portName, limit: VLAN_LIMIT, remedy },
  });
  return true;
}

function egress(view: View, emit: Emit, edge: EdgeVlan): void {
  const { end, vlan, trunk } = edge;
  const destination = on([REGISTERS.DESTINATION, end]);
  const tagged = pushTag(vlan);
  const out = { table: 'EDGE_EGRESS', feature: 'edge' } as const;
  emit.flow({
    table: 'DELIVERY',
    priority: PRIORITY.base,
    feature: 'edge',
    match: destination,
    goto: 'EDGE_OPEN',
  });
  // Without the tag again, for the further copies of a flood.
  emit.flow({
    ...out,
    priority: PRIORITY.base,
    match: destination,
    actions: [...tagged, outputTo(trunk), { type: 'pop_vlan' }],
  });
  // The switch skips the link that a frame came from, and no other: the legacy switch would get it back by another one.
  if (isSeveral(trunk)) {
    emit.flow({ ...out, priority: PRIORITY.specific, match: { ...destination, ...on([REGISTERS.SOURCE, end]) } });
  }
  // The switch does not send a frame out of the port it came from, unless it is told to: between two VLANs of one port.
  for (const other of edgeVlansOf(view, edge.interfaceId)) {
    if (other.id === edge.id || other.domain.key !== edge.domain.key) continue;
    emit.flow({
      ...out,
      priority: PRIORITY.specific,
      match: { ...destination, ...on([REGISTERS.SOURCE, other.end]) },
      actions: [...tagged, BACK, { type: 'pop_vlan' }],
    });
  }
  emit.flow({
    table: 'ARP_REPLY',
    priority: PRIORITY.specific,
    feature: 'edge',
    match: { ...on([REGISTERS.SOURCE, end]), eth_type: ETHERTYPE.arp },
    actions: [...ARP_ANSWER, ...tagged, BACK],
  });
}
