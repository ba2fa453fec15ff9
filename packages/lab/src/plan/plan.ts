import type { Topology } from '../topology/schema.ts';

/** One end of a cable: a device in the namespace of a node. */
export interface End {
  readonly node: string;
  readonly device: string;
}

/** A veth pair. */
export interface Cable {
  readonly ends: readonly [End, End];
}

export interface BridgePort {
  readonly device: string;
  /** Columns of the OVSDB tables, as `ovs-vsctl set` takes them. */
  readonly port: readonly string[];
  readonly interface: readonly string[];
}

/** An Open vSwitch of its own in the node's namespace, with one bridge. */
export interface BridgePlan {
  /** Columns of the bridge, as `ovs-vsctl set` takes them. */
  readonly settings: readonly string[];
  /** Columns of the bridge's local interface. */
  readonly local: readonly string[];
  readonly ports: readonly BridgePort[];
  /** Lines for `ip -batch`, to be applied each time the switch has started: its local port may be new then. */
  readonly onStart: readonly string[];
}

export type NodeKind = 'segment' | 'router' | 'host' | 'server' | 'vm' | 'switch';

/** What has to be done in one namespace. */
export interface NodePlan {
  readonly name: string;
  readonly kind: NodeKind;
  /** `net/ipv4/ip_forward=1`: paths under /proc/sys. */
  readonly sysctls: readonly string[];
  /** Lines for `ip -batch`. */
  readonly links: readonly string[];
  /**
   * Devices whose sender must compute checksums itself: the userspace datapath passes frames on as they are, with the
   * checksum that the kernel left for a network card to fill in.
   */
  readonly checksummed: readonly string[];
  readonly bridge?: BridgePlan;
}

export interface Plan {
  readonly nodes: readonly NodePlan[];
  readonly cables: readonly Cable[];
}

export const BRIDGE = 'br0';
export const NIC = 'eth0';
const DEFAULT_MTU = 1500;

/** The lab's ends of VM cables carry any frame: what limits a VM is its own MTU. */
export const PORT_MTU = 9216;

/** A new namespace begins with the machine's settings, whatever they are. */
const COMMON_SYSCTLS = [
  'net/ipv4/ip_forward=0',
  'net/ipv6/conf/all/disable_ipv6=1',
  'net/ipv6/conf/default/disable_ipv6=1',
];

/** Decides everything about a lab before anything is touched. */
export function planLab(topology: Topology): Plan {
  return {
    nodes: [
      ...Object.keys(topology.segments).map((name) => planSegment(topology, name)),
      ...Object.keys(topology.routers).map((name) => planRouter(topology, name)),
      ...Object.keys(topology.servers).map((name, index) => planServer(topology, name, index)),
      ...Object.keys(topology.hosts).map((name, index) => planHost(topology, name, index)),
      ...Object.keys(topology.vms).map((name, index) => planVm(topology, name, index)),
      ...Object.keys(topology.switches).map((name) => planSwitch(topology, name)),
    ],
    cables: planCables(topology),
  };
}

export function portOf(topology: Topology, vm: string): string {
  return topology.vms[vm]?.port ?? vm;
}

/** MAC of a host's bridge: given, or `02:01:…` with the number of the host. */
export function hostMac(topology: Topology, host: string): string {
  return topology.hosts[host]?.mac ?? numberedMac('02:01', Object.keys(topology.hosts).indexOf(host));
}

/** Datapath id of a host's bridge: given, or its MAC, as Open vSwitch would choose. */
export function hostDpid(topology: Topology, host: string): string {
  return topology.hosts[host]?.dpid ?? `0x0000${hostMac(topology, host).replaceAll(':', '')}`;
}

/** MAC of a VM: given, or `02:02:…` with the number of the VM. */
export function vmMac(topology: Topology, vm: string): string {
  return topology.vms[vm]?.mac ?? numberedMac('02:02', Object.keys(topology.vms).indexOf(vm));
}

function numberedMac(prefix: string, index: number): string {
  const digits = (index + 1).toString(16).padStart(8, '0');
  return `${prefix}:${digits.match(/../g)!.join(':')}`;
}

/** A cable to a segment ends there in a device with the name of the node. */
function planCables(topology: Topology): readonly Cable[] {
  const { routers, hosts, servers, vms, switches } = topology;
  const cable = (node: string, device: string, otherNode: string, otherDevice: string): Cable => ({
    ends: [
      { node, device },
      { node: otherNode, device: otherDevice },
    ],
  });
  return [
    ...Object.entries(routers).flatMap(([router, lines]) =>
      Object.keys(lines).map((segment) => cable(router, segment, segment, router)),
    ),
    ...Object.entries({ ...hosts, ...servers }).flatMap(([name, { segment }]) =>
      segment === undefined ? [] : [cable(name, NIC, segment, name)],
    ),
    ...Object.entries(vms).map(([vm, { host }]) => cable(vm, NIC, host, portOf(topology, vm))),
    ...Object.entries(switches).flatMap(([name, { ports }]) =>
      ports.map(({ server, host, segment, device }) => {
        if (server !== undefined) return cable(name, server, server, NIC);
        if (host !== undefined) return cable(name, host, host, device!);
        return cable(name, segment!, segment!, name);
      }),
    ),
  ];
}

function mtuOf(topology: Topology, segment: string | undefined): number {
  return (segment === undefined ? undefined : topology.segments[segment]?.mtu) ?? DEFAULT_MTU;
}

function planSegment(topology: Topology, name: string): NodePlan {
  const mtu = mtuOf(topology, name);
  const members = planCables(topology).flatMap(({ ends }) => ends.filter((end) => end.node === name));
  return {
    name,
    kind: 'segment',
    sysctls: COMMON_SYSCTLS,
    links: [
      // A bridge that listened to multicast groups would drop what nobody has joined.
      `link add ${BRIDGE} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
      ...members.map(({ device }) => `link set ${device} mtu ${mtu} master ${BRIDGE} up`),
      `link set ${BRIDGE} mtu ${mtu} up`,
    ],
    checksummed: [],
  };
}

function planRouter(topology: Topology, name: string): NodePlan {
  const lines = Object.entries(topology.routers[name]!);
  return {
    name,
    kind: 'router',
    sysctls: [...COMMON_SYSCTLS, 'net/ipv4/ip_forward=1'],
    links: [
      'link set lo up',
      ...lines.flatMap(([segment, address]) => [
        `link set ${segment} mtu ${mtuOf(topology, segment)} up`,
        `address add ${address} dev ${segment}`,
      ]),
    ],
    checksummed: lines.map(([segment]) => segment),
  };
}

function planServer(topology: Topology, name: string, index: number): NodePlan {
  const server = topology.servers[name]!;
  const mac = server.mac ?? numberedMac('02:03', index);
  return {
    name,
    kind: 'server',
    sysctls: COMMON_SYSCTLS,
    links: [
      'link set lo up',
      `link set ${NIC} address ${mac} mtu ${mtuOf(topology, server.segment)} up`,
      ...addressing(NIC, server),
    ],
    checksummed: [NIC],
  };
}

function planVm(topology: Topology, name: string, index: number): NodePlan {
  const vm = topology.vms[name]!;
  const mac = vm.mac ?? numberedMac('02:02', index);
  return {
    name,
    kind: 'vm',
    sysctls: COMMON_SYSCTLS,
    links: ['link set lo up', `link set ${NIC} address ${mac} mtu ${vm.mtu ?? DEFAULT_MTU} up`, ...addressing(NIC, vm)],
    checksummed: [NIC],
  };
}

function planHost(topology: Topology, name: string, index: number): NodePlan {
  const host = topology.hosts[name]!;
  const mtu = mtuOf(topology, host.segment);
  const mac = host.mac ?? numberedMac('02:01', index);
  const vmPorts = Object.entries(topology.vms).flatMap(([vm, place]) =>
    place.host === name ? [portOf(topology, vm)] : [],
  );
  const switchPorts = Object.values(topology.switches).flatMap(({ ports }) =>
    ports.flatMap((port) => (port.host === name ? [port.device!] : [])),
  );
  return {
    name,
    kind: 'host',
    // The kernel sees the frames on the bridge's ports too and would answer ARP for the bridge's address with their MAC.
    sysctls: [...COMMON_SYSCTLS, 'net/ipv4/conf/all/arp_ignore=1'],
    links: [
      'link set lo up',
      `link set ${NIC} mtu ${mtu} up`,
      ...[...vmPorts, ...switchPorts].map((port) => `link set ${port} mtu ${PORT_MTU} up`),
    ],
    checksummed: [NIC, ...vmPorts, ...switchPorts],
    bridge: {
      settings: [
        'datapath_type=netdev',
        // Adding a port would change both otherwise.
        `other-config:datapath-id=${hostDpid(topology, name).slice(2)}`,
        `other-config:hwaddr=${mac}`,
      ],
      local: [`mtu_request=${mtu}`],
      ports: [
        { device: NIC, port: [], interface: ['external-ids:vnet-uplink=true'] },
        ...[...vmPorts, ...switchPorts].map((device) => ({ device, port: [], interface: [] })),
      ],
      onStart: [`link set ${BRIDGE} up`, ...addressing(BRIDGE, host)],
    },
  };
}

function planSwitch(topology: Topology, name: string): NodePlan {
  const { ports } = topology.switches[name]!;
  const devices = ports.map(({ server, host, segment }) => server ?? host ?? segment!);
  return {
    name,
    kind: 'switch',
    sysctls: COMMON_SYSCTLS,
    links: ['link set lo up', ...devices.map((device) => `link set ${device} mtu ${PORT_MTU} up`)],
    checksummed: [],
    bridge: {
      settings: ['datapath_type=netdev', 'fail_mode=standalone'],
      local: [],
      ports: ports.map(({ tag, trunks }, index) => ({
        device: devices[index]!,
        port: [...(tag === undefined ? [] : [`tag=${tag}`]), ...(trunks ? [`trunks=${trunks.join(',')}`] : [])],
        interface: [],
      })),
      onStart: [],
    },
  };
}

interface Addressed {
  readonly address?: string;
  readonly gateway?: string;
}

function addressing(device: string, { address, gateway }: Addressed): readonly string[] {
  return [
    ...(address === undefined ? [] : [`address replace ${address} dev ${device}`]),
    ...(gateway === undefined ? [] : [`route replace default via ${gateway} dev ${device}`]),
  ];
}
