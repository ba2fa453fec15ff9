import { DEVICE_NAME, NETNS_NAME } from '@vnet/model';
import { formatIpv4 } from '@vnet/packet';
import type { Tables } from '../state/tables.ts';
import type { Emit, View } from './emit.ts';
import { DEFAULT_MTU, tunnelMtu } from './underlay.ts';

/**
 * A leg of this host in a virtual network: the agent makes the port, and the device gets addresses and MTU of the leases.
 * Nothing is made before the leases and their networks are known.
 */
export function leg(view: View, emit: Emit, row: Tables['interface_port']): void {
  const face = view.get('interface', row.interface_id);
  const lease = view.find('mac_lease', 'interface_id', row.interface_id)[0];
  const name = row.port_name;
  if (!face || !lease || name === null) return;
  const problem = problemOf(name, face);
  if (problem) {
    emit.output('warning', `leg ${name}`, problem);
    return;
  }
  const leases = view.find('ip_lease', 'interface_id', face.id);
  for (const { network_id } of leases) emit.output('scope', `network/${network_id}`, true);
  const networks = leases.map(({ network_id }) => view.get('network', network_id));
  if (networks.includes(undefined)) return;
  const mtus = networks.map((network) => network!.mtu);
  const segmentMtu = lease.segment_id === null ? [] : [tunnelMtu(view, null)];
  emit.output('leg', name, {
    name,
    interface: face.uuid,
    mac: lease.mac_address,
    mtu: Math.min(DEFAULT_MTU, ...mtus, ...segmentMtu),
    addresses: leases.map(({ ipv4_address }, index) => `${formatIpv4(ipv4_address)}/${networks[index]!.ipv4_prefix}`),
    netns: face.netns,
  });
}

function problemOf(name: string, { uuid, netns }: Tables['interface']) {
  const details = { interface: uuid, port: name, netns };
  if (!DEVICE_NAME.test(name)) {
    return {
      message: 'the port name of an internal interface is no name for a device: it is not made',
      details: { ...details, remedy: 'a name of at most 15 letters, digits, ., _, -' },
    };
  }
  if (netns !== null && !NETNS_NAME.test(netns)) {
    return {
      message: 'the netns of an internal interface is no name of a network namespace: it is not made',
      details: { ...details, remedy: 'a name of letters, digits, ., _, -, as `ip netns` shows it' },
    };
  }
  return undefined;
}
