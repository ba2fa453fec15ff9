import { ETHERTYPE } from '@vnet/packet';
import { PRIORITY } from '../pipeline/priorities.ts';
import { REGISTERS, load, on } from '../pipeline/registers.ts';
import type { Emit, View } from './emit.ts';
import { unicast } from './unicast.ts';

/** An address of a network, wherever it lives. */
export function endpoint(view: View, emit: Emit, id: number): void {
  const lease = view.get('ip_lease', id);
  const macLease = view.get('mac_lease', lease?.mac_lease_id);
  if (!lease || !macLease || lease.interface_id === null) return;
  const { network_id: network, ipv4_address: address, interface_id: interfaceId } = lease;
  const mac = macLease.mac_address;
  emit.flow({
    table: 'ARP',
    priority: PRIORITY.base,
    feature: 'endpoint',
    match: { metadata: network, eth_type: ETHERTYPE.arp, arp_op: 1, arp_tpa: address },
    actions: [load(REGISTERS.ANSWER_MAC, mac)],
    goto: 'ARP_REPLY',
  });

  const home = unicast(view, emit, network, mac, interfaceId);
  if (home === 'here') ownAddressInArp(emit, network, interfaceId, address);
}

/** A machine that asks for its own address: an announcement is flooded, a probe is not answered (RFC 5227). */
function ownAddressInArp(emit: Emit, network: number, interfaceId: number, address: number): void {
  const match = {
    metadata: network,
    ...on([REGISTERS.SOURCE, interfaceId]),
    eth_type: ETHERTYPE.arp,
    arp_op: 1,
    arp_tpa: address,
  };
  emit.flow({ table: 'ARP', priority: PRIORITY.specific, feature: 'endpoint', match });
  emit.flow({
    table: 'ARP',
    priority: PRIORITY.guard,
    feature: 'endpoint',
    match: { ...match, arp_spa: address },
    goto: 'L2',
  });
}
