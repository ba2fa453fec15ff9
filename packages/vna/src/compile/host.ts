import { PORT, type Action } from '@vnet/openflow';
import { ETHERTYPE, formatMac } from '@vnet/packet';
import { PRIORITY } from '../pipeline/priorities.ts';
import { REASON, REGISTERS, TRANSPORT, load, on } from '../pipeline/registers.ts';
import { PIPELINES, type Pipeline } from '../pipeline/tables.ts';
import { ARP_ANSWER, BACK } from './arp-answer.ts';
import { ownAddress, ownDatapath, tunnelPort, uplinkOf, uplinkOutput, uplinks } from './bindings.ts';
import type { Tables } from '../state/tables.ts';
import { bond } from './bond.ts';
import { leaveRoles } from './edge/gate.ts';
import type { Emit, View } from './emit.ts';
import { leg } from './leg.ts';

/** What the host itself needs, and what every packet may come across. */
export function host(view: View, emit: Emit): void {
  emit.each('port', 'role', 'plain', 'port');
  hostTraffic(view, emit);
  tunnels(view, emit);
  underlay(view, emit);
  arpReply(emit);
  misses(emit, 'ovs');
}

/** The first flows: the host's own traffic over its uplink works without any manager. */
function hostTraffic(view: View, emit: Emit): void {
  checkUplinkMacs(view, emit);
  const out = uplinkOutput(view);
  if (out) {
    emit.flow({
      table: 'CLASSIFIER',
      priority: PRIORITY.base,
      feature: 'host',
      match: { in_port: PORT.LOCAL },
      actions: [out],
    });
  }
  const uplink = uplinkOf(view);
  if (uplink) bond(emit, uplink, { feature: 'host', actions: [load(REGISTERS.REMOTE, 1)], goto: 'UPLINK' });
  const toHost = { table: 'UPLINK', feature: 'host', actions: [{ type: 'output', port: PORT.LOCAL }] } as const;
  emit.flow({ ...toHost, priority: PRIORITY.any, match: {} });
  // Before what is learnt: nobody takes over the MAC of the host.
  const mac = view.find('port', 'role', 'local')[0]?.mac;
  if (mac != null) emit.flow({ ...toHost, priority: PRIORITY.base, match: { eth_dst: mac } });
}

/** With the userspace datapath the kernel takes packets twice when the uplink has the MAC of the local port. */
export function checkUplinkMacs(view: View, emit: Emit): void {
  const local = view.find('port', 'role', 'local')[0];
  if (!view.get('self', 1)?.userspace || local?.mac == null) return;
  for (const port of uplinks(view).filter(({ mac }) => mac === local.mac)) {
    emit.output('warning', `uplink mac ${port.name}`, {
      message: 'the uplink has the MAC of the bridge’s local port: the kernel takes packets twice',
      details: {
        port: port.name,
        mac: formatMac(local.mac),
        remedy: `ip link set ${port.name} address with another MAC; the host keeps its own on ${local.name}`,
      },
    });
  }
}

function tunnels(view: View, emit: Emit): void {
  const port = tunnelPort(view);
  if (port === undefined) return;
  emit.flow({
    table: 'CLASSIFIER',
    priority: PRIORITY.base,
    feature: 'host',
    match: { in_port: port },
    actions: [load(REGISTERS.REMOTE, 1)],
    goto: 'TUNNEL_SOURCE',
  });
}

/** Out to a peer, by the transport that table PEER chose. */
function underlay(view: View, emit: Emit): void {
  const send = (transport: number, actions: readonly Action[]): void =>
    emit.flow({
      table: 'UNDERLAY',
      priority: PRIORITY.base,
      feature: 'host',
      match: on([REGISTERS.TOO_BIG, 0], [REGISTERS.TRANSPORT, transport]),
      actions,
    });
  const uplink = uplinkOutput(view);
  if (uplink) send(TRANSPORT.uplink, [uplink]);
  const tunnel = tunnelPort(view);
  if (tunnel !== undefined) send(TRANSPORT.tunnel, [{ type: 'output', port: tunnel }]);
  emit.flow({
    table: 'UNDERLAY',
    priority: PRIORITY.guard,
    feature: 'host',
    match: on([REGISTERS.TOO_BIG, 1]),
    actions: [load(REGISTERS.REASON, REASON.tooBig)],
    goto: 'PUNT',
  });
}

/** One flow makes the answers to all ARP requests; table ARP has put the MAC into a register. */
function arpReply(emit: Emit): void {
  emit.flow({
    table: 'ARP_REPLY',
    priority: PRIORITY.base,
    feature: 'pipeline',
    match: { eth_type: ETHERTYPE.arp },
    actions: [...ARP_ANSWER, BACK],
  });
}

/** Explicit misses, so that the switch counts what fell through. */
export function misses(emit: Emit, pipeline: Pipeline): void {
  for (const table of PIPELINES[pipeline]) {
    emit.flow({
      table: table.name,
      priority: PRIORITY.miss,
      feature: 'pipeline',
      match: {},
      ...(table.miss === 'drop' ? {} : { goto: table.miss }),
    });
  }
}

/** Looks for the record of this datapath and says what does not fit. */
export function record(view: View, emit: Emit): void {
  const self = view.get('self', 1);
  if (!self) return;
  const own = ownDatapath(view);
  if (own) {
    emit.output('scope', `datapath/${own.id}`, true);
    emit.each('interface_port', 'datapath_id', own.id, 'hostPort');
    return checkLocalPort(view, emit);
  }
  const [sameDpid] = view.find('datapath', 'dpid', self.dpid);
  const [sameNode] = view.find('datapath', 'node_id', self.node_id);
  if (self.made && sameNode && !sameDpid) {
    emit.output('datapathId', '', sameNode.dpid);
    return;
  }
  const remedy = sameDpid
    ? `datapath ${sameDpid.uuid} has this dpid but node_id "${sameDpid.node_id}": start vna with --node-id ${sameDpid.node_id}, or change the record`
    : sameNode
      ? `datapath ${sameNode.uuid} has this node_id but dpid ${sameNode.dpid}: ovs-vsctl set bridge BRIDGE other-config:datapath-id=${sameNode.dpid.slice(2)}, or change the record`
      : `vnctl datapath add --display-name ${self.node_id} --dpid ${self.dpid} --node-id ${self.node_id}`;
  emit.output('warning', 'no datapath', {
    ...(sameDpid || sameNode ? { level: 'error' as const } : {}),
    message: 'no record of this datapath; waiting for one',
    details: { dpid: self.dpid, node_id: self.node_id, remedy },
  });
}

function checkLocalPort(view: View, emit: Emit): void {
  const local = view.find('port', 'role', 'local')[0];
  const address = ownAddress(view);
  if (address) emit.output('scope', `network/${address.networkId}`, true);
  if (local?.mac == null || address?.mac === undefined || local.mac === address.mac) return;
  emit.output('warning', 'local port mac', {
    message: 'the MAC of the bridge’s local port is not the one leased to the host interface',
    details: {
      port: local.name,
      mac: formatMac(local.mac),
      lease: formatMac(address.mac),
      remedy: `ovs-vsctl set bridge ${local.name} other-config:hwaddr="${formatMac(address.mac)}", or change the MAC lease`,
    },
  });
}

/** The links that the model gives this datapath must be there. */
export function hostPort(view: View, emit: Emit, id: number): void {
  const row = view.get('interface_port', id);
  if (row?.interface_mode === 'internal') return leg(view, emit, row);
  if (row?.interface_mode === 'edge') leaveRoles(view, emit, row);
  const absent = row && PORT_IS_ABSENT.get(row.interface_mode);
  if (!absent || row.port_name === null) return;
  if (view.find('port', 'name', row.port_name).length > 0) return;
  if (view.find('port', 'bond', row.port_name).length > 0) return;
  const face = view.get('interface', row.interface_id)?.uuid;
  emit.output('warning', `no port ${row.port_name}`, {
    message: absent,
    details: { port: row.port_name, interface: face, remedy: `ovs-vsctl add-port BRIDGE ${row.port_name}` },
  });
}

/** Links that are known beforehand; machines come and go. */
const PORT_IS_ABSENT: ReadonlyMap<Tables['interface']['mode'], string> = new Map([
  ['host', 'the port of the host interface is not on the bridge'],
  ['edge', 'the port of an edge interface is not on the bridge: it carries no VLAN'],
  ['promiscuous', 'the port of a promiscuous interface is not on the bridge'],
]);
