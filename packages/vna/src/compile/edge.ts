import type { Action } from '@vnet/openflow';
import { ETHERTYPE } from '@vnet/packet';
import { GROUP_MAC, TAGGED } from '../pipeline/match-values.ts';
import { PRIORITY } from '../pipeline/priorities.ts';
import { REGISTERS, load, on } from '../pipeline/registers.ts';
import { ARP_ANSWER, BACK } from './arp-answer.ts';
import { edgeInterfaceOn, edgeVlanOf, edgeVlansOf, type EdgeVlan } from './edge-bindings.ts';
import type { Emit, View } from './emit.ts';
import { floodMember } from './flood.ts';
import { PORT_METER } from './port.ts';

/** In `vlan_vid`: there is a tag (OpenFlow 1.3 §7.2.3.7). */
const PRESENT = 0x1000;

/** A trunk towards legacy machines. What has no tag, or one that is mapped nowhere, is counted and dropped. */
export function edgePort(view: View, emit: Emit, portId: number): void {
  const plug = view.get('port', portId);
  const face = plug && edgeInterfaceOn(view, plug);
  if (!face || plug.ofport === null) return;
  const source = on([REGISTERS.SOURCE, face.id]);
  emit.flow({
    table: 'CLASSIFIER',
    priority: PRIORITY.base,
    feature: 'edge',
    match: { in_port: plug.ofport },
    actions: [load(REGISTERS.SOURCE, face.id)],
    goto: 'EDGE',
  });
  const dropped = { table: 'EDGE', priority: PRIORITY.counter, feature: 'edge' } as const;
  emit.flow({ ...dropped, match: { ...source, vlan_vid: 0 } });
  emit.flow({ ...dropped, match: { ...source, vlan_vid: TAGGED } });
  emit.output('meter', plug.ofport, { id: plug.ofport, ...PORT_METER });
  for (const { id } of view.find('translation', 'interface_id', face.id)) {
    emit.each('vlan_translation', 'translation_id', id, 'edgeVlan');
  }
  emit.each('interface_port', 'port_name', plug.name, 'edgeMachine');
}

/** A VLAN behind an edge port: its frames enter the domain without their tag, and get it when they leave. */
export function edgeVlan(view: View, emit: Emit, id: number): void {
  const edge = edgeVlanOf(view, id);
  if (!edge) return;
  joinDomain(emit, edge);
  ingress(emit, edge);
  egress(view, emit, edge);
  emit.flow({
    table: 'PUNT',
    priority: PRIORITY.base,
    feature: 'edge',
    match: on([REGISTERS.SOURCE, edge.end]),
    meter: edge.ofport,
    actions: [{ type: 'controller', maxLen: 0xffff }],
  });
}

/** The VLAN is a member of its domain, whether or not a machine in it is known. */
function joinDomain(emit: Emit, { domain, end }: EdgeVlan): void {
  emit.output('scope', `${domain.kind}/${domain.id}`, true);
  emit.output(domain.kind === 'network' ? 'localNetwork' : 'localSegment', domain.id, true);
  emit.need(domain.kind, domain.id);
  floodMember(emit, domain.key, end);
}

function ingress(emit: Emit, { end, vlan, domain, interfaceId }: EdgeVlan): void {
  emit.flow({
    table: 'EDGE',
    priority: PRIORITY.base,
    feature: 'edge',
    match: { ...on([REGISTERS.SOURCE, interfaceId]), vlan_vid: PRESENT | vlan },
    actions: [{ type: 'pop_vlan' }, load(REGISTERS.SOURCE, end)],
    metadata: domain.key,
    goto: 'EDGE_SOURCE',
  });
  const source = on([REGISTERS.SOURCE, end]);
  // A second tag: OVS looks at one or at two, as `vlan-limit` says.
  const refused = [
    { vlan_vid: TAGGED },
    { eth_type: ETHERTYPE.vlan },
    { eth_type: ETHERTYPE.serviceVlan },
    { eth_src: GROUP_MAC },
    { eth_src: 0 },
  ];
  for (const match of refused) {
    emit.flow({ table: 'EDGE_SOURCE', priority: PRIORITY.guard, feature: 'edge', match: { ...source, ...match } });
  }
  emit.flow({ table: 'EDGE_SOURCE', priority: PRIORITY.counter, feature: 'edge', match: source });
}

function egress(view: View, emit: Emit, edge: EdgeVlan): void {
  const { end, vlan, ofport } = edge;
  const destination = on([REGISTERS.DESTINATION, end]);
  const tagged: readonly Action[] = [
    { type: 'push_vlan' },
    { type: 'set_field', field: 'vlan_vid', value: PRESENT | vlan },
  ];
  const out = { table: 'EDGE_EGRESS', feature: 'edge' } as const;
  emit.flow({
    table: 'INTERFACE_INGRESS',
    priority: PRIORITY.base,
    feature: 'edge',
    match: destination,
    goto: out.table,
  });
  // Without the tag again, for the further copies of a flood.
  emit.flow({
    ...out,
    priority: PRIORITY.base,
    match: destination,
    actions: [...tagged, { type: 'output', port: ofport }, { type: 'pop_vlan' }],
  });
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
