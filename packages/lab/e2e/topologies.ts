import type { TopologyInput } from '../src/index.ts';

/** Three hypervisors, two on one segment and the third behind a router, and two VMs on each. */
export const THREE_HOSTS: TopologyInput = {
  segments: { rack1: {}, rack2: {} },
  routers: { core: { rack1: '10.1.0.1/24', rack2: '10.2.0.1/24' } },
  hosts: {
    hv1: { segment: 'rack1', address: '10.1.0.11/24', gateway: '10.1.0.1' },
    hv2: { segment: 'rack1', address: '10.1.0.12/24', gateway: '10.1.0.1' },
    hv3: { segment: 'rack2', address: '10.2.0.13/24', gateway: '10.2.0.1' },
  },
  servers: { manager: { segment: 'rack1', address: '10.1.0.2/24', gateway: '10.1.0.1' } },
  vms: {
    vm1: { host: 'hv1', address: '10.0.0.1/24' },
    vm2: { host: 'hv1', address: '10.0.0.2/24' },
    vm3: { host: 'hv2', address: '10.0.0.3/24' },
    vm4: { host: 'hv2', address: '10.0.0.4/24' },
    vm5: { host: 'hv3', address: '10.0.0.5/24' },
    vm6: { host: 'hv3', address: '10.0.0.6/24' },
  },
};

/** The smallest lab with a switch in it. */
export const ONE_HOST: TopologyInput = {
  segments: { rack1: {} },
  hosts: { hv1: { segment: 'rack1', address: '10.1.0.11/24' } },
  vms: { vm1: { host: 'hv1', address: '10.0.0.1/24' }, vm2: { host: 'hv1', address: '10.0.0.2/24' } },
};
