import { inSubnetOf } from './ipv4.ts';
import type { Topology } from './schema.ts';

/** Device names that every host has already. */
const RESERVED_DEVICES = new Set(['lo', 'eth0', 'br0', 'ovs-netdev']);

/** What a schema cannot say: names that refer to nothing, are used twice, or addresses that cannot reach each other. */
export function crossCheck(topology: Topology): readonly string[] {
  return [
    ...duplicateNames(topology),
    ...danglingNames(topology),
    ...unreachableGateways(topology),
    ...portNames(topology),
    ...switchPorts(topology),
    ...serverLines(topology),
  ];
}

function duplicateNames(topology: Topology): readonly string[] {
  const kinds = new Map<string, string>();
  return Object.entries(topology).flatMap(([kind, nodes]) =>
    Object.keys(nodes).flatMap((name) => {
      const other = kinds.get(name);
      kinds.set(name, kind);
      return other
        ? [`${kind}.${name}: the name is taken by ${other}.${name}; every node needs a name of its own`]
        : [];
    }),
  );
}

type Kind = keyof Topology;

function danglingNames(topology: Topology): readonly string[] {
  const { routers, hosts, servers, vms, switches } = topology;
  const references: (readonly [place: string, kind: Kind, name: string | undefined])[] = [
    ...Object.entries(routers).flatMap(([name, lines]) =>
      Object.keys(lines).map((segment) => [`routers.${name}.${segment}`, 'segments', segment] as const),
    ),
    ...Object.entries(hosts).map(([name, host]) => [`hosts.${name}.segment`, 'segments', host.segment] as const),
    ...Object.entries(servers).map(
      ([name, server]) => [`servers.${name}.segment`, 'segments', server.segment] as const,
    ),
    ...Object.entries(vms).map(([name, vm]) => [`vms.${name}.host`, 'hosts', vm.host] as const),
    ...Object.entries(switches).flatMap(([name, { ports }]) =>
      ports.flatMap((port, index) => [
        [`switches.${name}.ports.${index}.server`, 'servers', port.server] as const,
        [`switches.${name}.ports.${index}.host`, 'hosts', port.host] as const,
        [`switches.${name}.ports.${index}.segment`, 'segments', port.segment] as const,
      ]),
    ),
  ];
  return references.flatMap(([place, kind, name]) => {
    if (name === undefined || name in topology[kind]) return [];
    const known = Object.keys(topology[kind]).join(', ') || 'none';
    return [`${place}: "${name}" is not in ${kind}; known are: ${known}`];
  });
}

function unreachableGateways({ hosts, servers, vms }: Topology): readonly string[] {
  const kinds: Readonly<Record<string, Readonly<Record<string, { address?: string; gateway?: string }>>>> = {
    hosts,
    servers,
    vms,
  };
  return Object.entries(kinds).flatMap(([kind, nodes]) =>
    Object.entries(nodes).flatMap(([name, { address, gateway }]) => {
      if (gateway === undefined) return [];
      if (address === undefined) return [`${kind}.${name}.gateway: "${gateway}" needs an address beside it`];
      if (inSubnetOf(gateway, address)) return [];
      return [`${kind}.${name}.gateway: "${gateway}" is not in the subnet of ${address}`];
    }),
  );
}

function portNames({ vms }: Topology): readonly string[] {
  const owners = new Map<string, string>();
  return Object.entries(vms).flatMap(([name, vm]) => {
    const port = vm.port ?? name;
    const owner = owners.get(port);
    owners.set(port, name);
    if (RESERVED_DEVICES.has(port)) return [`vms.${name}.port: "${port}" is a device of the host; choose another name`];
    if (owner) return [`vms.${name}.port: "${port}" is the port of ${owner}; choose another name`];
    return [];
  });
}

function switchPorts({ switches }: Topology): readonly string[] {
  return Object.entries(switches).flatMap(([name, { ports }]) =>
    ports.flatMap((port, index) => {
      const place = `switches.${name}.ports.${index}`;
      const ends = [port.server, port.host, port.segment].filter((end) => end !== undefined);
      if (ends.length !== 1) return [`${place}: ${ends.length} ends; give one of server, host, segment`];
      if (port.tag !== undefined && port.trunks) return [`${place}: tag and trunks; give one of them`];
      if (port.host !== undefined && port.device === undefined)
        return [`${place}.device: missing; give the name of the port on the bridge of ${port.host}`];
      return [];
    }),
  );
}

function serverLines({ servers, switches }: Topology): readonly string[] {
  const plugged = Object.values(switches).flatMap(({ ports }) => ports.flatMap((port) => port.server ?? []));
  return Object.entries(servers).flatMap(([name, { segment }]) => {
    const lines = plugged.filter((server) => server === name).length + (segment === undefined ? 0 : 1);
    if (lines === 1) return [];
    return [`servers.${name}: ${lines} lines; give it a segment, or one port of a switch`];
  });
}
