import type { TopologyInput } from '../topology/schema.ts';

/** The data centre of the demonstration: what there is, and who must reach whom. */

/** A machine of a tenant. */
export interface DemoVm {
  readonly name: string;
  readonly tenant: string;
  /** The hypervisor; for a legacy machine, the edge host. */
  readonly host: string;
  readonly address: string;
  readonly mac: string;
  /** A legacy machine, on an access port of the legacy switch. */
  readonly vlan?: number;
}

export interface DemoHost {
  readonly name: string;
  readonly segment: string;
  readonly address: string;
  readonly gateway: string;
  readonly mac: string;
}

export const TENANTS = ['blue', 'green'] as const;

export const PREFIX = 24;

/** The network of each tenant: the same one. */
export const TENANT_NETWORK = '10.0.0.0';

/** Segment → its network: two racks, with a router between them. */
export const RACKS = { rack1: '172.16.1.0', rack2: '172.16.2.0' } as const;

const HYPERVISORS: readonly DemoHost[] = [
  { name: 'hv1', segment: 'rack1', address: '172.16.1.11', gateway: '172.16.1.1', mac: '02:01:00:00:00:01' },
  { name: 'hv2', segment: 'rack1', address: '172.16.1.12', gateway: '172.16.1.1', mac: '02:01:00:00:00:02' },
  { name: 'hv3', segment: 'rack2', address: '172.16.2.13', gateway: '172.16.2.1', mac: '02:01:00:00:00:03' },
];

/** The way to the legacy switch: its trunk is a port of this host's bridge. */
export const EDGE: DemoHost & { readonly trunk: string } = {
  name: 'edge1',
  segment: 'rack1',
  address: '172.16.1.14',
  gateway: '172.16.1.1',
  mac: '02:01:00:00:00:04',
  trunk: 'trunk0',
};

export const HOSTS: readonly DemoHost[] = [...HYPERVISORS, EDGE];

/** One VM of each tenant on each host; the VMs of both tenants have the same addresses. */
export const VMS: readonly DemoVm[] = TENANTS.flatMap((tenant, tenantIndex) =>
  HYPERVISORS.map((host, index) => ({
    name: `${tenant}${index + 1}`,
    tenant,
    host: host.name,
    address: `10.0.0.${index + 1}`,
    mac: `02:00:0${tenantIndex + 1}:00:00:0${index + 1}`,
  })),
);

/** A physical machine as it was before VNet: all that VNet is told is that VLAN 100 is network blue. */
export const LEGACY: DemoVm & { readonly vlan: number } = {
  name: 'legacy1',
  tenant: 'blue',
  host: EDGE.name,
  address: '10.0.0.100',
  mac: '02:00:01:00:00:64',
  vlan: 100,
};

export const MACHINES: readonly DemoVm[] = [...VMS, LEGACY];

export const TOPOLOGY: TopologyInput = {
  segments: { rack1: {}, rack2: {} },
  routers: { core: { rack1: `172.16.1.1/${PREFIX}`, rack2: `172.16.2.1/${PREFIX}` } },
  hosts: Object.fromEntries(
    HOSTS.map(({ name, segment, address, gateway, mac }) => [
      name,
      { segment, address: `${address}/${PREFIX}`, gateway, mac },
    ]),
  ),
  vms: Object.fromEntries(
    VMS.map(({ name, host, address, mac }) => [name, { host, address: `${address}/${PREFIX}`, mac }]),
  ),
  servers: { [LEGACY.name]: { address: `${LEGACY.address}/${PREFIX}`, mac: LEGACY.mac } },
  switches: {
    switch1: {
      ports: [
        { server: LEGACY.name, tag: LEGACY.vlan },
        { host: EDGE.name, device: EDGE.trunk, trunks: [LEGACY.vlan] },
      ],
    },
  },
};

export type Transport = 'same host' | 'MAC2MAC' | 'GRE';

export interface Expectation {
  readonly from: DemoVm;
  readonly to: DemoVm;
  /** Undefined: not reachable. */
  readonly transport: Transport | undefined;
}

/** Every ordered pair of machines: those of one tenant reach each other, others do not. */
export const EXPECTATIONS: readonly Expectation[] = MACHINES.flatMap((from) =>
  MACHINES.filter((to) => to !== from).map((to) => ({ from, to, transport: expectedTransport(from, to) })),
);

function expectedTransport(from: DemoVm, to: DemoVm): Transport | undefined {
  if (from.tenant !== to.tenant) return undefined;
  if (from.host === to.host) return 'same host';
  return segmentOf(from) === segmentOf(to) ? 'MAC2MAC' : 'GRE';
}

function segmentOf({ host }: DemoVm): string | undefined {
  return HOSTS.find(({ name }) => name === host)?.segment;
}
