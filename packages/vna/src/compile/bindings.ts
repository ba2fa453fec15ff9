import type { Action } from '@vnet/openflow';
import type { SwitchPort, Tables } from '../state/tables.ts';
import type { View } from './emit.ts';
import { bondOf, outputTo, type Bond } from './links.ts';

type Interface = Tables['interface'];

/** The record of this datapath, once it is known and names this node. */
export function ownDatapath(view: View): Tables['datapath'] | undefined {
  const self = view.get('self', 1);
  if (!self) return undefined;
  return view.find('datapath', 'dpid', self.dpid).find((datapath) => datapath.node_id === self.node_id);
}

/**
 * The interface a port carries: `external_ids:vnet-interface`, else `external_ids:iface-id`, else the port's name as an
 * interface port of this datapath or of none. A link of a bond carries the edge that the bond is named for.
 */
export function interfaceOf(view: View, port: SwitchPort): Interface | undefined {
  if (port.vnet_interface !== null) return view.find('interface', 'uuid', port.vnet_interface)[0];
  const named = port.iface_id === null ? undefined : view.find('interface', 'iface_id', port.iface_id)[0];
  if (named) return named;
  const own = ownDatapath(view)?.id;
  const bonded = port.bond === null ? [] : view.find('interface_port', 'port_name', port.bond).filter(isEdge);
  const candidates = [...view.find('interface_port', 'port_name', port.name), ...bonded].filter((row) =>
    isHere(row, own),
  );
  const best =
    // Interfaces of machines behind an edge port name it, too.
    candidates.find((row) => row.interface_mode === 'edge') ??
    candidates.find((row) => row.datapath_id !== null) ??
    candidates[0];
  return view.get('interface', best?.interface_id);
}

/** The port of this bridge that carries an interface; the oldest one if several claim to. */
export function portOf(view: View, face: Interface): SwitchPort | undefined {
  const own = ownDatapath(view)?.id;
  const names = view.find('interface_port', 'interface_id', face.id).filter((row) => isHere(row, own));
  const candidates = [
    ...view.find('port', 'vnet_interface', face.uuid),
    ...(face.iface_id === null ? [] : view.find('port', 'iface_id', face.iface_id)),
    ...names.flatMap((row) => (row.port_name === null ? [] : view.find('port', 'name', row.port_name))),
    ...names.filter(isEdge).flatMap((row) => view.find('port', 'bond', row.port_name)),
  ];
  return candidates.find((port) => interfaceOf(view, port)?.id === face.id);
}

/** Where an interface lives: on a port of this bridge, on another datapath, or nowhere that is known. */
export type Home = 'here' | { readonly datapathId: number } | undefined;

export function homeOf(view: View, interfaceId: number): Home {
  if (view.get('bound', interfaceId)) return 'here';
  const row = view.find('active_interface', 'interface_id', interfaceId).find((each) => each.singular === true);
  return row && { datapathId: row.datapath_id };
}

/** Whether the manager has seen this very plug of the port, and a newer one on another host since. */
export function hasLostClaim(view: View, face: Interface, claim: string): boolean {
  const own = ownDatapath(view)?.id;
  return view
    .find('active_interface', 'interface_id', face.id)
    .some((row) => row.datapath_id === own && row.singular !== true && row.claim === claim);
}

/** The port that carries an edge, or the bond: what stands for all of its links does not change when one of them does. */
export interface Trunk extends Bond {
  readonly claim: string;
  /** Those of its first link. */
  readonly ofport: number;
  readonly zone: number;
}

/** Numbers of the groups of trunks: above that of the uplink. */
const TRUNK_GROUPS = 0x10000;

export function trunkOf(view: View, face: Interface): Trunk | undefined {
  const plug = portOf(view, face);
  if (!plug) return undefined;
  const { bond } = plug;
  const members = bond === null ? [] : view.find('port', 'bond', bond);
  const ports = members.filter((port) => interfaceOf(view, port)?.id === face.id).sort(byName);
  const isWhole = bond !== null && ports.length === members.length;
  const trunk = bondOf(isWhole ? ports : [plug], {
    kind: 'trunk',
    name: isWhole ? bond : plug.name,
    group: TRUNK_GROUPS + face.id,
  });
  const claim = isWhole ? (plug.bond_claim ?? plug.claim) : plug.claim;
  if (!trunk) return undefined;
  const { ofport, zone } = trunk.links[0]!;
  return { ...trunk, claim, ofport, zone };
}

function byName(a: SwitchPort, b: SwitchPort): number {
  return a.name < b.name ? -1 : 1;
}

/** The links of this bridge to the physical network, from the model or from `external_ids:vnet-uplink=true`. */
export function uplinks(view: View): readonly SwitchPort[] {
  const own = ownDatapath(view);
  const modelled = (own ? view.find('interface_port', 'datapath_id', own.id) : [])
    .filter((row) => row.interface_mode === 'host' && row.port_name !== null)
    .flatMap((row) => [...view.find('port', 'name', row.port_name), ...view.find('port', 'bond', row.port_name)]);
  const marked = view.find('port', 'uplink', true);
  return [...new Map([...marked, ...modelled].map((port) => [port.id, port])).values()]
    .filter((port) => port.role === 'plain')
    .sort(byName);
}

/** The group of an uplink of several links. */
const UPLINK_GROUP = 1;

/** The links to the physical network as one. */
export function uplinkOf(view: View): Bond | undefined {
  const ports = uplinks(view);
  const [first] = ports;
  const isBond = first?.bond != null && ports.every(({ bond }) => bond === first.bond);
  const name = isBond ? first.bond : ports.map((port) => port.name).join('+');
  return bondOf(ports, { kind: 'uplink', name, group: UPLINK_GROUP });
}

/** How packets leave for the physical network. */
export function uplinkOutput(view: View): Action | undefined {
  const uplink = uplinkOf(view);
  return uplink && outputTo(uplink);
}

/** The link that announcements leave by. */
export function uplinkPort(view: View): number | undefined {
  return uplinkOf(view)?.active.ofport;
}

/** The tunnel port that packets to peers in other physical networks leave by. */
export function tunnelPort(view: View): number | undefined {
  return view.find('port', 'role', 'tunnel').find((port) => port.ofport !== null)?.ofport ?? undefined;
}

/** A host's address on its physical network. */
export interface HostAddress {
  readonly networkId: number;
  readonly address: number;
  readonly mac: number | undefined;
}

/** The addresses of a datapath's host interfaces. */
export function hostAddresses(view: View, datapathId: number): readonly HostAddress[] {
  return view
    .find('interface_port', 'datapath_id', datapathId)
    .filter((row) => row.interface_mode === 'host')
    .flatMap((row) => view.find('ip_lease', 'interface_id', row.interface_id))
    .map((lease) => ({
      networkId: lease.network_id,
      address: lease.ipv4_address,
      mac: view.get('mac_lease', lease.mac_lease_id)?.mac_address,
    }));
}

/** This host's own address on the physical network. */
export function ownAddress(view: View): HostAddress | undefined {
  const own = ownDatapath(view);
  return own && hostAddresses(view, own.id)[0];
}

/** How packets travel to a peer: as they are over the common physical network, or through GRE to its address. */
export type Transport = { readonly kind: 'uplink' } | { readonly kind: 'tunnel'; readonly address: number };

export function transportTo(view: View, datapathId: number): Transport | undefined {
  const own = ownDatapath(view);
  const here = own ? hostAddresses(view, own.id) : [];
  const there = hostAddresses(view, datapathId);
  if (here.length === 0 || there.length === 0) return undefined;
  const neighbour = here.some(({ networkId }) => there.some((peer) => peer.networkId === networkId));
  return neighbour ? { kind: 'uplink' } : { kind: 'tunnel', address: there[0]!.address };
}

function isEdge(row: Tables['interface_port']): boolean {
  return row.interface_mode === 'edge' && row.port_name !== null;
}

function isHere(row: Tables['interface_port'], own: number | undefined): boolean {
  return row.datapath_id === null || row.datapath_id === own;
}
