import type { TopologyInput } from '../topology/schema.ts';

/** The data centre of the demonstration: what there is, and who must reach whom. */

export interface DemoVm {
  readonly name: string;
  readonly tenant: string;
  readonly host: string;
  readonly address: string;
  readonly mac: string;
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

export const HOSTS: readonly DemoHost[] = [
  { name: 'hv1', segment: 'rack1', address: '172.16.1.11', gateway: '172.16.1.1', mac: '02:01:00:00:00:01' },
  { name: 'hv2', segment: 'rack1', address: '172.16.1.12', gateway: '172.16.1.1', mac: '02:01:00:00:00:02' },
  { name: 'hv3', segment: 'rack2', address: '172.16.2.13', gateway: '172.16.2.1', mac: '02:01:00:00:00:03' },
];

/** One VM of each tenant on each host; the VMs of both tenants have the same addresses. */
export const VMS: readonly DemoVm[] = TENANTS.flatMap((tenant, tenantIndex) =>
  HOSTS.map((host, index) => ({
    name: `${tenant}${index + 1}`,
    tenant,
    host: host.name,
    address: `10.0.0.${index + 1}`,
    mac: `02:00:0${tenantIndex + 1}:00:00:0${index + 1}`,
  })),
);

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
};

export type Transport = 'same host' | 'MAC2MAC' | 'GRE';

export interface Expectation {
  readonly from: DemoVm;
  readonly to: DemoVm;
  /** Undefined: not reachable. */
  readonly transport: Transport | undefined;
}

/** Every ordered pair of VMs: those of one tenant reach each other, others do not. */
export const EXPECTATIONS: readonly Expectation[] = VMS.flatMap((from) =>
  VMS.filter((to) => to !== from).map((to) => ({ from, to, transport: expectedTransport(from, to) })),
);

function expectedTransport(from: DemoVm, to: DemoVm): Transport | undefined {
  if (from.tenant !== to.tenant) return undefined;
  if (from.host === to.host) return 'same host';
  return segmentOf(from) === segmentOf(to) ? 'MAC2MAC' : 'GRE';
}

function segmentOf({ host }: DemoVm): string | undefined {
  return HOSTS.find(({ name }) => name === host)?.segment;
}
