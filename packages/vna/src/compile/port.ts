import { ETHERTYPE, IP_PROTOCOL } from '@vnet/packet';
import { TAGGED, UNTAGGED } from '../pipeline/match-values.ts';
import { PRIORITY } from '../pipeline/priorities.ts';
import { REGISTERS, load, on } from '../pipeline/registers.ts';
import type { SwitchPort, Tables } from '../state/tables.ts';
import { hasLostClaim, interfaceOf, portOf, trunkOf, uplinkPort, uplinks } from './bindings.ts';
import type { Emit, View } from './emit.ts';
import { floodMember } from './flood.ts';
import { promiscuousPort } from './promiscuous.ts';
import { segmentLease } from './segment.ts';

/** What a port may send to the agent: generous for a machine in trouble, nothing for one that floods. */
export const PORT_METER = { packetsPerSecond: 100, burst: 50 };

type PluggedPort = SwitchPort & { readonly ofport: number };

/** A port of the bridge: whose is it, and what may pass there? */
export function port(view: View, emit: Emit, id: number): void {
  const plug = view.get('port', id);
  if (plug?.role !== 'plain') return;
  if (uplinks(view).some((uplink) => uplink.id === id)) return;
  if (scopesOf(plug).some((scope) => scope.length > LONGEST_SCOPE)) return warn(emit, plug, BAD_ID);
  for (const scope of scopesOf(plug)) emit.output('scope', scope, true);

  const face = interfaceOf(view, plug);
  const problem = face ? problemOf(view, face, plug) : NO_INTERFACE;
  if (problem) warn(emit, plug, problem);
  if (!face || problem || !isPlugged(plug)) return;

  // The links of a bond are one.
  const { name, ofport, claim, zone } = (face.mode === 'edge' ? trunkOf(view, face) : undefined) ?? plug;
  // A port that has lost its interface is still plugged: the manager must go on knowing its claim.
  emit.output('localInterface', face.id, { interface_id: face.id, port_name: name, port_number: ofport, claim });
  if (hasLostClaim(view, face, claim)) return warn(emit, plug, hasMoved(face, plug));
  emit.output('bound', face.id, { id: face.id, ofport, zone });
  emit.need('filtering', face.id);
  if (face.mode === 'edge') return emit.need('edgePort', face.id);
  delivery(emit, face, plug);
  if (face.mode === 'promiscuous') return promiscuousPort(view, emit, face, plug);
  for (const lease of view.find('mac_lease', 'interface_id', face.id)) macLease(view, emit, face, lease);
}

/** The manager refuses longer ones. */
const LONGEST_SCOPE = 255;

const BAD_ID = {
  message: 'the port’s vnet-interface or iface-id is too long to be one: its packets are dropped',
  details: { remedy: 'ovs-vsctl set interface NAME external_ids:vnet-interface=if-…' },
};

const NO_INTERFACE = {
  message: 'a port without interface: its packets are dropped',
  details: { remedy: 'vnctl interface add --mode vif --port-name NAME …, or remove the port from the bridge' },
};

/** The scopes in which the interface of a port may be found. */
function scopesOf(plug: SwitchPort): readonly string[] {
  if (plug.vnet_interface !== null) return [`interface/${plug.vnet_interface}`];
  return [
    `port/${plug.name}`,
    ...(plug.bond === null ? [] : [`port/${plug.bond}`]),
    ...(plug.iface_id === null ? [] : [`iface_id/${plug.iface_id}`]),
  ];
}

function isPlugged(plug: SwitchPort): plug is PluggedPort {
  return plug.ofport !== null;
}

function hasMoved(face: Tables['interface'], plug: SwitchPort): Problem {
  return {
    message: 'the interface has moved to another host: this port is left alone until it is plugged anew',
    details: { interface: face.uuid, remedy: `ovs-vsctl del-port ${plug.name}` },
  };
}

function warn(emit: Emit, plug: SwitchPort, { message, details }: Problem): void {
  emit.output('warning', `port ${plug.name}`, { message, details: { port: plug.name, ...details } });
}

interface Problem {
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

const MODES_WITH_PORTS: ReadonlySet<Tables['interface']['mode']> = new Set(['vif', 'edge', 'promiscuous', 'internal']);

function problemOf(view: View, face: Tables['interface'], plug: SwitchPort): Problem | undefined {
  const about = { interface: face.uuid };
  if (!MODES_WITH_PORTS.has(face.mode)) {
    return {
      message: 'an interface of this mode has no port',
      details: { ...about, mode: face.mode, remedy: 'use mode vif for a virtual machine' },
    };
  }
  const carrier = portOf(view, face);
  const isSameBond = face.mode === 'edge' && plug.bond !== null && carrier?.bond === plug.bond;
  if (carrier && carrier.id !== plug.id && !isSameBond) {
    return {
      message: 'two ports of this bridge claim one interface: the other one has it',
      details: { ...about, kept_by: carrier.name, remedy: 'remove one of the ports, or give it another interface' },
    };
  }
  if (plug.ofport === null) {
    return {
      message: 'the switch could not open the port',
      details: { ...about, error: plug.error, remedy: 'see that the device exists, or plug the port again' },
    };
  }
  return undefined;
}

function delivery(emit: Emit, face: Tables['interface'], plug: PluggedPort): void {
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
  const mac = lease.mac_address;
  const all = view.find('ip_lease', 'mac_lease_id', lease.id);
  if (all.length === 0 && lease.segment_id === null) return;

  const uplink = uplinkPort(view);
  if (uplink !== undefined) emit.output('announcement', `mac ${mac}`, { mac, port: uplink });
  emit.flow({ table: 'UPLINK', priority: PRIORITY.guard, feature: 'port', match: { eth_src: mac } });
  segmentLease(view, emit, lease);
  for (const network of new Set(all.map((each) => each.network_id))) {
    emit.output('scope', `network/${network}`, true);
    emit.output('localNetwork', network, true);
  }
  const leases = all.filter((each) => !isOnSegment(view, each.network_id, lease.segment_id));
  const networks = new Set(leases.map((each) => each.network_id));
  if (networks.size === 0) return;
  for (const network of networks) {
    warnOfPhysical(view, emit, face, network);
    emit.need('network', network);
    floodMember(emit, network, face.id);
  }
  fromPeers(emit, mac, leases, networks, lease.segment_id);
  portSecurity(emit, face.id, mac, leases);
}

/** What machines of a network on their own segment send is carried by the segment. */
function isOnSegment(view: View, networkId: number, segmentId: number | null): boolean {
  return segmentId !== null && view.get('network', networkId)?.segment_id === segmentId;
}

/** Machines of virtual networks reach physical ones through a router, not by standing in them. */
function warnOfPhysical(view: View, emit: Emit, face: Tables['interface'], networkId: number): void {
  const network = view.get('network', networkId);
  if (network?.mode !== 'physical') return;
  emit.output('warning', `physical ${face.id}`, {
    message: 'a vif has an address in a physical network: it reaches only other interfaces of the model there',
    details: { interface: face.uuid, network: network.uuid, remedy: 'put the address into a virtual network' },
  });
}

/** MAC2MAC: the destination MAC names the network; where one MAC is in several networks, its addresses do. */
export function fromPeers(
  emit: Emit,
  mac: number,
  leases: readonly Tables['ip_lease'][],
  networks: ReadonlySet<number>,
  segmentId: number | null,
): void {
  const [only] = networks;
  const matches =
    networks.size === 1 && only !== undefined && segmentId === null
      ? [{ network: only, match: {} }]
      : leases.flatMap((lease) => [
          { network: lease.network_id, match: { eth_type: ETHERTYPE.ipv4, ipv4_dst: lease.ipv4_address } },
          { network: lease.network_id, match: { eth_type: ETHERTYPE.arp, arp_tpa: lease.ipv4_address } },
        ]);
  for (const { network, match } of matches) {
    emit.flow({
      table: 'UPLINK',
      priority: PRIORITY.specific,
      feature: 'port',
      match: { eth_dst: mac, vlan_vid: UNTAGGED, ...match },
      metadata: network,
      goto: 'L2',
    });
  }
}

function portSecurity(emit: Emit, interfaceId: number, mac: number, leases: readonly Tables['ip_lease'][]): void {
  const from = { ...on([REGISTERS.SOURCE, interfaceId]), eth_src: mac };
  const allow = { table: 'PORT_SECURITY', priority: PRIORITY.base, feature: 'port' } as const;
  for (const { network_id: network, ipv4_address: address } of leases) {
    emit.flow({
      ...allow,
      match: { ...from, eth_type: ETHERTYPE.ipv4, ipv4_src: address },
      metadata: network,
      goto: 'EGRESS',
    });
    emit.flow({
      ...allow,
      match: { ...from, eth_type: ETHERTYPE.arp, arp_sha: mac, arp_spa: address },
      metadata: network,
      goto: 'EGRESS',
    });
  }
  const first = leases[0]!.network_id;
  // A machine without an address yet: ARP probes (RFC 5227) and DHCP.
  emit.flow({
    ...allow,
    match: { ...from, eth_type: ETHERTYPE.arp, arp_sha: mac, arp_spa: 0 },
    metadata: first,
    goto: 'EGRESS',
  });
  emit.flow({
    ...allow,
    match: {
      ...from,
      eth_type: ETHERTYPE.ipv4,
      ipv4_src: 0,
      ipv4_dst: 0xffffffff,
      ip_proto: IP_PROTOCOL.udp,
      udp_src: 68,
      udp_dst: 67,
    },
    metadata: first,
    goto: 'EGRESS',
  });
}
