import { describe, expect, it } from 'vitest';
import { TopologyError } from './errors.ts';
import { checkTopology, parseTopology } from './read.ts';

const RACK = { segments: { rack1: {}, rack2: {} } };

function problemsOf(input: unknown): readonly string[] {
  try {
    checkTopology(input);
  } catch (error) {
    if (error instanceof TopologyError) return error.problems;
    throw error;
  }
  return [];
}

describe('a topology file', () => {
  it('becomes a topology with every kind of node present', () => {
    const topology = parseTopology(
      'segments: { rack1: { mtu: 1400 } }\nhosts: { hv1: { segment: rack1, address: 10.1.0.1/24 } }',
    );
    expect(topology.segments).toEqual({ rack1: { mtu: 1400 } });
    expect(topology.hosts['hv1']?.address).toBe('10.1.0.1/24');
    expect(topology.vms).toEqual({});
  });

  it('may be empty', () => {
    expect(parseTopology('').hosts).toEqual({});
  });

  it('that is not YAML is refused with the line', () => {
    expect(() => parseTopology('hosts: [')).toThrow(/line 1/);
  });
});

describe('a wrong topology is refused with place, value and remedy', () => {
  const cases: readonly (readonly [what: string, input: unknown, problem: string])[] = [
    ['an unknown key', { host: {} }, 'host: unknown; known here: segments, routers, hosts, servers, vms, switches'],
    [
      'an unknown key of a host',
      { ...RACK, hosts: { hv1: { segment: 'rack1', address: '10.1.0.1/24', adress: 1 } } },
      'hosts.hv1.adress: unknown; known here: segment, address, gateway, mac, dpid',
    ],
    [
      'a name that cannot be a device',
      { segments: { Rack: {} } },
      'segments.Rack: unknown; names have at most 15 characters a-z, 0-9, - and begin with a letter',
    ],
    [
      'a missing key',
      { ...RACK, hosts: { hv1: { segment: 'rack1' } } },
      'hosts.hv1.address: missing; give an IPv4 address with its prefix, like 10.1.0.11/24',
    ],
    [
      'an address without prefix',
      { ...RACK, hosts: { hv1: { segment: 'rack1', address: '10.1.0.1' } } },
      'hosts.hv1.address: "10.1.0.1" is not an IPv4 address with its prefix, like 10.1.0.11/24',
    ],
    [
      'an octet above 255',
      { ...RACK, routers: { core: { rack1: '10.1.0.256/24' } } },
      'routers.core.rack1: "10.1.0.256/24" is not an IPv4 address with its prefix, like 10.1.0.11/24',
    ],
    [
      'an MTU of text',
      { segments: { rack1: { mtu: '1500' } } },
      'segments.rack1.mtu: "1500" is not a number of bytes between 576 and 9216',
    ],
    [
      'a multicast MAC',
      { ...RACK, hosts: { hv1: { segment: 'rack1', address: '10.1.0.1/24', mac: '01:00:00:00:00:01' } } },
      'hosts.hv1.mac: "01:00:00:00:00:01" is not a unicast MAC address in lower case, like 02:00:00:00:00:01',
    ],
    ['a list instead of a map', { hosts: [] }, 'hosts: [] is not of type object'],
    [
      'a name used twice',
      { ...RACK, hosts: { rack1: { segment: 'rack1', address: '10.1.0.1/24' } } },
      'hosts.rack1: the name is taken by segments.rack1; every node needs a name of its own',
    ],
    [
      'an unknown segment',
      { ...RACK, hosts: { hv1: { segment: 'rack3', address: '10.1.0.1/24' } } },
      'hosts.hv1.segment: "rack3" is not in segments; known are: rack1, rack2',
    ],
    ['an unknown host', { vms: { vm1: { host: 'hv1' } } }, 'vms.vm1.host: "hv1" is not in hosts; known are: none'],
    [
      'a gateway outside the subnet',
      { ...RACK, hosts: { hv1: { segment: 'rack1', address: '10.1.0.11/24', gateway: '10.2.0.1' } } },
      'hosts.hv1.gateway: "10.2.0.1" is not in the subnet of 10.1.0.11/24',
    ],
    [
      'a port name that the host uses',
      {
        ...RACK,
        hosts: { hv1: { segment: 'rack1', address: '10.1.0.1/24' } },
        vms: { vm1: { host: 'hv1', port: 'eth0' } },
      },
      'vms.vm1.port: "eth0" is a device of the host; choose another name',
    ],
    [
      'a port name used twice',
      {
        ...RACK,
        hosts: { hv1: { segment: 'rack1', address: '10.1.0.1/24' } },
        vms: { vm1: { host: 'hv1' }, vm2: { host: 'hv1', port: 'vm1' } },
      },
      'vms.vm2.port: "vm1" is the port of vm1; choose another name',
    ],
    [
      'a switch port with two ends',
      { ...RACK, switches: { tor: { ports: [{ segment: 'rack1', host: 'hv1' }] } } },
      'switches.tor.ports.0: 2 ends; give one of server, host, segment',
    ],
    [
      'a server without a line',
      { servers: { old1: { address: '10.1.0.1/24' } } },
      'servers.old1: 0 lines; give it a segment, or one port of a switch',
    ],
  ];

  it.each(cases)('%s', (_what, input, problem) => {
    expect(problemsOf(input)).toContain(problem);
  });

  it('and all problems are reported at once', () => {
    expect(problemsOf({ segments: { rack1: { mtu: 1 }, rack2: { mtu: 2 } } })).toHaveLength(2);
  });
});
