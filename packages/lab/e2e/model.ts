import type { Lab, Vm } from '../src/index.ts';
import type { Body } from './api.ts';
import type { Tenants } from './tenants.ts';

/** One `POST`: path and body. */
type Creation = readonly [path: string, body: Body];

/** What has to be created for VNet to know the hosts of a lab and its tenants, in this order. */
export function modelOf(lab: Lab, tenants: Tenants): readonly Creation[] {
  return [
    ['mac_range_groups', { uuid: 'mrg-hosts' }],
    [
      'mac_range_groups/mrg-hosts/mac_ranges',
      { begin_mac_address: '02:dd:00:00:00:01', end_mac_address: '02:dd:00:00:ff:ff' },
    ],
    ['topologies', { uuid: 'topo-under', mode: 'simple_underlay' }],
    ['topologies', { uuid: 'topo-over', mode: 'simple_overlay' }],
    ['topologies/topo-over/underlays/topo-under', {}],
    ['topologies/topo-under/mac_range_groups/mrg-hosts', {}],
    ...Object.keys(lab.topology.segments).flatMap((segment) => physicalNetwork(lab, segment)),
    ...lab.hosts.flatMap(({ name }) => datapath(lab, name)),
    ...Object.entries(tenants).flatMap(([tenant, vms]) =>
      tenantNetwork(
        tenant,
        vms.map((vm) => lab.vm(vm)),
      ),
    ),
  ];
}

function physicalNetwork(lab: Lab, segment: string): readonly Creation[] {
  const member = lab.hosts.find(({ identity }) => identity.segment === segment);
  if (!member) return [];
  const uuid = `nw-${segment}`;
  const { mtu } = lab.topology.segments[segment]!;
  return [
    ['networks', { uuid, mode: 'physical', ...subnet(member.identity.address), ...(mtu === undefined ? {} : { mtu }) }],
    [`topologies/topo-under/networks/${uuid}`, {}],
  ];
}

function datapath(lab: Lab, name: string): readonly Creation[] {
  const { identity, uplink } = lab.host(name);
  const { segment, address, mac, dpid } = identity;
  return [
    ['datapaths', { uuid: `dp-${name}`, display_name: name, node_id: name, dpid }],
    [
      'interfaces',
      {
        uuid: `if-${name}`,
        mode: 'host',
        owner_datapath_uuid: `dp-${name}`,
        port_name: uplink,
        network_uuid: `nw-${segment}`,
        ipv4_address: withoutPrefix(address),
        mac_address: mac,
      },
    ],
    [`topologies/topo-under/datapaths/dp-${name}`, { interface_uuid: `if-${name}` }],
  ];
}

function tenantNetwork(tenant: string, vms: readonly Vm[]): readonly Creation[] {
  return [
    ['networks', { uuid: `nw-${tenant}`, mode: 'virtual', ...subnet(vms[0]!.address!), topology_uuid: 'topo-over' }],
    ...vms.map((vm): Creation => ['interfaces', vmInterface(tenant, vm)]),
  ];
}

/** The interface of a VM, named after it. */
export function vmInterface(tenant: string, { name, port, address, mac }: Vm): Body {
  return {
    uuid: `if-${name}`,
    mode: 'vif',
    port_name: port,
    network_uuid: `nw-${tenant}`,
    ipv4_address: withoutPrefix(address!),
    mac_address: mac,
  };
}

function withoutPrefix(address: string): string {
  return address.split('/')[0]!;
}

/** All subnets of the labs here are /24. */
function subnet(address: string): Body {
  return { ipv4_network: `${address.split('.').slice(0, 3).join('.')}.0`, ipv4_prefix: Number(address.split('/')[1]) };
}
