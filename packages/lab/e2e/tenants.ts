import type { TopologyInput } from '../src/index.ts';

/** Virtual network → the VMs in it. */
export type Tenants = Readonly<Record<string, readonly string[]>>;

/**
 * Two tenants with the same addresses on the same hosts: hv1 and hv2 are neighbours (MAC2MAC), hv3 is behind a router (GRE).
 * `a5` and `b6` have addresses that the other tenant has not.
 */
export const TWO_TENANTS: { readonly topology: TopologyInput; readonly tenants: Tenants } = {
  topology: {
    segments: { rack1: {}, rack2: {} },
    routers: { core: { rack1: '10.1.0.1/24', rack2: '10.2.0.1/24' } },
    servers: { manager: { segment: 'rack1', address: '10.1.0.2/24', gateway: '10.1.0.1' } },
    hosts: {
      hv1: { segment: 'rack1', address: '10.1.0.11/24', gateway: '10.1.0.1' },
      hv2: { segment: 'rack1', address: '10.1.0.12/24', gateway: '10.1.0.1' },
      hv3: { segment: 'rack2', address: '10.2.0.13/24', gateway: '10.2.0.1' },
    },
    vms: {
      a1: { host: 'hv1', address: '10.0.0.1/24', mac: '02:0a:00:00:00:01' },
      a2: { host: 'hv2', address: '10.0.0.2/24', mac: '02:0a:00:00:00:02' },
      a3: { host: 'hv3', address: '10.0.0.3/24', mac: '02:0a:00:00:00:03' },
      a5: { host: 'hv1', address: '10.0.0.5/24', mac: '02:0a:00:00:00:05' },
      b1: { host: 'hv1', address: '10.0.0.1/24', mac: '02:0b:00:00:00:01' },
      b2: { host: 'hv2', address: '10.0.0.2/24', mac: '02:0b:00:00:00:02' },
      b3: { host: 'hv3', address: '10.0.0.3/24', mac: '02:0b:00:00:00:03' },
      b6: { host: 'hv1', address: '10.0.0.6/24', mac: '02:0b:00:00:00:06' },
    },
  },
  tenants: { a: ['a1', 'a2', 'a3', 'a5'], b: ['b1', 'b2', 'b3', 'b6'] },
};
