import { describe, expect, it } from 'vitest';
import { parseTopology } from '../topology/read.ts';
import { hostDpid, hostMac, planLab, vmMac } from './plan.ts';
import { wiringBatch } from './scripts.ts';

const topology = parseTopology(`
segments: { rack1: { mtu: 1400 } }
routers: { core: { rack1: 10.1.0.1/24 } }
hosts: { hv1: { segment: rack1, address: 10.1.0.11/24, gateway: 10.1.0.1 } }
vms: { vm1: { host: hv1, port: tap1, address: 10.0.0.1/24 } }
servers: { old1: { address: 10.0.0.9/24 } }
switches:
  tor:
    ports:
      - { server: old1, tag: 100 }
      - { host: hv1, device: edge0, trunks: [100, 200] }
`);

describe('the plan of a lab', () => {
  const plan = planLab(topology);
  const nodeOf = (name: string) => plan.nodes.find((node) => node.name === name)!;

  it('makes each node a namespace and each line a cable', () => {
    expect(wiringBatch(plan, (node) => `ns-${node}`).split('\n')).toEqual([
      'netns add ns-rack1',
      'netns add ns-core',
      'netns add ns-old1',
      'netns add ns-hv1',
      'netns add ns-vm1',
      'netns add ns-tor',
      'link add name rack1 index 1000 netns ns-core type veth peer name core index 1001 netns ns-rack1',
      'link add name eth0 index 1002 netns ns-hv1 type veth peer name hv1 index 1003 netns ns-rack1',
      'link add name eth0 index 1004 netns ns-vm1 type veth peer name tap1 index 1005 netns ns-hv1',
      'link add name old1 index 1006 netns ns-tor type veth peer name eth0 index 1007 netns ns-old1',
      'link add name hv1 index 1008 netns ns-tor type veth peer name edge0 index 1009 netns ns-hv1',
      '',
    ]);
  });

  it("puts the host's line and its VMs on the bridge and its address on the local port", () => {
    const { bridge, sysctls } = nodeOf('hv1');
    expect(bridge?.ports.map(({ device }) => device)).toEqual(['eth0', 'tap1', 'edge0']);
    expect(bridge?.ports[0]?.interface).toEqual(['external-ids:vnet-uplink=true']);
    expect(bridge?.onStart).toEqual([
      'link set br0 up',
      'address replace 10.1.0.11/24 dev br0',
      'route replace default via 10.1.0.1 dev br0',
    ]);
    expect(sysctls).toContain('net/ipv4/conf/all/arp_ignore=1');
  });

  it('fixes datapath id, MAC and MTU of the bridge', () => {
    expect(hostMac(topology, 'hv1')).toBe('02:01:00:00:00:01');
    expect(hostDpid(topology, 'hv1')).toBe('0x0000020100000001');
    expect(vmMac(topology, 'vm1')).toBe('02:02:00:00:00:01');
    expect(nodeOf('hv1').bridge).toMatchObject({
      settings: [
        'datapath_type=netdev',
        'other-config:datapath-id=0000020100000001',
        'other-config:hwaddr=02:01:00:00:00:01',
      ],
      local: ['mtu_request=1400'],
    });
  });

  it('lets routers forward and no other node', () => {
    expect(
      plan.nodes.filter(({ sysctls }) => sysctls.includes('net/ipv4/ip_forward=1')).map(({ name }) => name),
    ).toEqual(['core']);
  });

  it('gives a VLAN switch access and trunk ports', () => {
    expect(nodeOf('tor').bridge?.ports).toEqual([
      { device: 'old1', port: ['tag=100'], interface: [] },
      { device: 'hv1', port: ['trunks=100,200'], interface: [] },
    ]);
  });
});
