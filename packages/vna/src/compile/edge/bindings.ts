import type { Action } from '@vnet/openflow';
import type { Tables } from '../../state/tables.ts';
import { interfaceOf, ownDatapath, trunkOf, type Trunk } from '../bindings.ts';
import { networkDomain, segmentDomain, type Domain } from '../domain.ts';
import type { View } from '../emit.ts';

/** SOURCE and DESTINATION of what comes from and goes to a VLAN behind an edge port: above all ids of interfaces. */
const VLAN_ENDS = 0x40000000;

/** A VLAN behind an edge port of this bridge, and the domain that its machines are in. */
export interface EdgeVlan {
  /** Id of the VLAN translation. */
  readonly id: number;
  /** What SOURCE and DESTINATION hold. */
  readonly end: number;
  /** VLAN id of the tag. */
  readonly vlan: number;
  readonly domain: Domain;
  /** The edge interface. */
  readonly interfaceId: number;
  readonly trunk: Trunk;
  /** OpenFlow number that stands for the trunk. */
  readonly ofport: number;
  readonly portName: string;
  readonly claim: string;
  /** No other edge of the VLAN is known to be plugged. */
  readonly alone: boolean;
  /** Another edge could carry it, too: which one does is for the manager to say. */
  readonly contested: boolean;
  /** This host carries it. */
  readonly active: boolean;
}

/** In `vlan_vid`: there is a tag (OpenFlow 1.3 §7.2.3.7). */
export const TAG_PRESENT = 0x1000;

export function pushTag(vlan: number): readonly Action[] {
  return [{ type: 'push_vlan' }, { type: 'set_field', field: 'vlan_vid', value: TAG_PRESENT | vlan }];
}

export function vlanEnd(vlanTranslationId: number): number {
  return VLAN_ENDS + vlanTranslationId;
}

/** The VLAN translation that SOURCE or DESTINATION names; undefined when it is an interface. */
export function vlanTranslationOf(end: number): number | undefined {
  return end >= VLAN_ENDS ? end - VLAN_ENDS : undefined;
}

/** The domain that a VLAN translation leads to; undefined while it names neither. */
export function domainOf({ network_id, segment_id }: Tables['vlan_translation']): Domain | undefined {
  if (network_id !== null) return networkDomain(network_id);
  return segment_id === null ? undefined : segmentDomain(segment_id);
}

/** A VLAN behind an edge port of this bridge, while the port is plugged. */
export function edgeVlanOf(view: View, vlanTranslationId: number): EdgeVlan | undefined {
  const row = view.get('vlan_translation', vlanTranslationId);
  const translation = view.get('translation', row?.translation_id);
  const face = view.get('interface', translation?.interface_id);
  if (!row || row.vlan_id === null || translation?.mode !== 'vnet_edge' || face?.mode !== 'edge') return undefined;
  const domain = domainOf(row);
  const ofport = view.get('bound', face.id)?.ofport;
  const trunk = trunkOf(view, face);
  if (!domain || ofport === undefined || !trunk) return undefined;
  const { id, vlan_id: vlan } = row;
  const role = roleOf(view, row);
  const others = otherMappings(view, row);
  const alone = others.every((other) => !mayBePlugged(view, other));
  // Without the manager's word nobody begins: another edge may have carried the VLAN a moment ago.
  const contested = !(alone && holdsAlone(row, role) && (others.length === 0 || isKnownPlug(view, face.id, trunk)));
  return {
    id,
    end: vlanEnd(id),
    vlan,
    domain,
    interfaceId: face.id,
    trunk,
    ofport,
    portName: trunk.name,
    // A take-over is a new plug: the newest claim wins.
    claim: role ? `${trunk.claim} ${role.epoch}` : trunk.claim,
    alone,
    contested,
    active: !contested || role?.vlan_translation_id === id,
  };
}

/** The role that says which edge carries a VLAN. */
export function roleOf(
  view: View,
  { vlan_id, network_id, segment_id }: Tables['vlan_translation'],
): Tables['edge_role'] | undefined {
  return network_id !== null
    ? view.find('edge_role', 'vlan_id network_id', `${vlan_id} ${network_id}`)[0]
    : view.find('edge_role', 'vlan_id segment_id', `${vlan_id} ${segment_id}`)[0];
}

/** The mappings of a domain, at the edges of all hosts. */
function mappingsOf(view: View, { kind, id }: Domain): readonly Tables['vlan_translation'][] {
  return kind === 'network'
    ? view.find('vlan_translation', 'network_id', id)
    : view.find('vlan_translation', 'segment_id', id);
}

/** The mappings of the same VLAN to the same domain, at other edges. */
export function otherMappings(view: View, row: Tables['vlan_translation']): readonly Tables['vlan_translation'][] {
  const domain = domainOf(row);
  if (!domain) return [];
  return mappingsOf(view, domain).filter(({ id, vlan_id }) => id !== row.id && vlan_id === row.vlan_id);
}

/** Whether the edge of a mapping may have a port somewhere: one that this host knows nothing of may. */
function mayBePlugged(view: View, { translation_id }: Tables['vlan_translation']): boolean {
  const translation = view.get('translation', translation_id);
  const face = view.get('interface', translation?.interface_id);
  if (!translation || !face) return true;
  if (translation.mode !== 'vnet_edge' || face.mode !== 'edge') return false;
  return view.get('bound', face.id) !== undefined || view.find('active_interface', 'interface_id', face.id).length > 0;
}

/** Whether the manager has said that this edge goes on by itself: then no other one gets the role, whatever happens. */
export function holdsAlone({ id }: Tables['vlan_translation'], role: Tables['edge_role'] | undefined): boolean {
  return role?.vlan_translation_id === id && role.alone;
}

/** Whether the others can know of this very plug: one that has been pulled may have been replaced by another edge. */
function isKnownPlug(view: View, interfaceId: number, { claim }: Trunk): boolean {
  const own = ownDatapath(view)?.id;
  return view
    .find('active_interface', 'interface_id', interfaceId)
    .some((row) => row.datapath_id === own && row.claim === claim);
}

/** The VLANs of a domain that this host carries now. */
export function activeVlansOf(view: View, domain: Domain): readonly EdgeVlan[] {
  return mappingsOf(view, domain)
    .flatMap((row) => edgeVlanOf(view, row.id) ?? [])
    .filter(({ active }) => active);
}

/** All VLANs behind an edge port, the first mapped first. */
export function edgeVlansOf(view: View, interfaceId: number): readonly EdgeVlan[] {
  return view
    .find('translation', 'interface_id', interfaceId)
    .flatMap(({ id }) => view.find('vlan_translation', 'translation_id', id))
    .flatMap(({ id }) => edgeVlanOf(view, id) ?? [])
    .sort((a, b) => a.id - b.id);
}

/** The edge that the port of this name carries, or the bond. */
export function edgeInterfaceOn(view: View, portName: string): Tables['interface'] | undefined {
  return [...view.find('port', 'name', portName), ...view.find('port', 'bond', portName)]
    .map((plug) => interfaceOf(view, plug))
    .find((face) => face?.mode === 'edge');
}

/** The hosts that carry VLANs of a domain, except this one. */
export function otherEdgesOf(view: View, { kind, id }: Domain): readonly number[] {
  const roles =
    kind === 'network' ? view.find('edge_role', 'network_id', id) : view.find('edge_role', 'segment_id', id);
  const own = ownDatapath(view)?.id;
  const hosts = new Set(roles.map(({ datapath_id }) => datapath_id));
  return [...hosts].filter((datapathId) => datapathId !== own).sort((a, b) => a - b);
}

/** What goes back to where a packet came from needs the tag of its VLAN, if it came from one. */
export function tagFor(view: View, source: number): readonly Action[] {
  const edge = edgeVlanOf(view, vlanTranslationOf(source) ?? 0);
  return edge ? pushTag(edge.vlan) : [];
}
