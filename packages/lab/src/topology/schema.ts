import { Type, type Static } from 'typebox';

/**
 * What a topology file may say. Each value carries, as `remedy`, what to write instead of a wrong one.
 *
 * Every node (segment, router, host, server, VM, switch) becomes a network namespace, so that names are unique over all kinds.
 */

const OCTET = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = `${OCTET}(\\.${OCTET}){3}`;

/** A device name in Linux has at most 15 characters; node names are used as device names on the other end of a cable. */
const NAME = '^[a-z][a-z0-9-]{0,14}$';

const NodeName = Type.String({ pattern: NAME, remedy: 'a name of at most 15 characters a-z, 0-9, -' });
const DeviceName = Type.String({
  pattern: '^[a-zA-Z0-9][a-zA-Z0-9._-]{0,14}$',
  remedy: 'a device name of at most 15 characters a-z, A-Z, 0-9, ., _, -',
});
const Address = Type.String({ pattern: `^${IPV4}$`, remedy: 'an IPv4 address, like 10.1.0.1' });
const Prefixed = Type.String({
  pattern: `^${IPV4}/([1-9]|[12]\\d|3[0-2])$`,
  remedy: 'an IPv4 address with its prefix, like 10.1.0.11/24',
});
const Mac = Type.String({
  pattern: '^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$',
  remedy: 'a unicast MAC address in lower case, like 02:00:00:00:00:01',
});
const Mtu = Type.Integer({ minimum: 576, maximum: 9216, remedy: 'a number of bytes between 576 and 9216' });
const Vlan = Type.Integer({ minimum: 1, maximum: 4094, remedy: 'a VLAN id between 1 and 4094' });

function named<Value extends Parameters<typeof Type.Record>[1]>(value: Value) {
  return Type.Record(Type.String({ pattern: NAME }), value, { additionalProperties: false });
}

const closed = { additionalProperties: false };

/** One L2 broadcast domain of the underlay. */
export const Segment = Type.Object({ mtu: Type.Optional(Mtu) }, closed);

/** Segment → the router's address in it. */
export const Router = Type.Record(Type.String({ pattern: NAME }), Prefixed, closed);

/** A hypervisor: its line to the segment is a port of its bridge, its address is on the bridge's local port. */
export const Host = Type.Object(
  {
    segment: NodeName,
    address: Prefixed,
    gateway: Type.Optional(Address),
    /** MAC of the bridge's local port. */
    mac: Type.Optional(Mac),
    dpid: Type.Optional(
      Type.String({ pattern: '^0x[0-9a-f]{16}$', remedy: '0x and 16 hexadecimal digits in lower case' }),
    ),
  },
  closed,
);

/** A plain machine on a segment, or on an access port of a switch: for a manager, or for a host without VNet. */
export const Server = Type.Object(
  {
    segment: Type.Optional(NodeName),
    address: Prefixed,
    gateway: Type.Optional(Address),
    mac: Type.Optional(Mac),
  },
  closed,
);

export const Vm = Type.Object(
  {
    host: NodeName,
    /** Name of its port on the host's bridge; the VM's name unless given. */
    port: Type.Optional(DeviceName),
    mac: Type.Optional(Mac),
    /** Absent: the VM starts without an address, as a DHCP client would. */
    address: Type.Optional(Prefixed),
    gateway: Type.Optional(Address),
    mtu: Type.Optional(Mtu),
  },
  closed,
);

/** A port of a VLAN switch: one of `server`, `host`, `segment`, and either `tag` (access) or `trunks`. */
export const SwitchPort = Type.Object(
  {
    server: Type.Optional(NodeName),
    host: Type.Optional(NodeName),
    segment: Type.Optional(NodeName),
    /** Name of the port on the host's bridge (with `host` only). */
    device: Type.Optional(DeviceName),
    tag: Type.Optional(Vlan),
    trunks: Type.Optional(Type.Array(Vlan)),
  },
  closed,
);

/** A switch as it was before VNet: VLANs, learning, no controller. */
export const Switch = Type.Object({ ports: Type.Array(SwitchPort) }, closed);

export const TopologySchema = Type.Object(
  {
    segments: Type.Optional(named(Segment)),
    routers: Type.Optional(named(Router)),
    hosts: Type.Optional(named(Host)),
    servers: Type.Optional(named(Server)),
    vms: Type.Optional(named(Vm)),
    switches: Type.Optional(named(Switch)),
  },
  closed,
);

export type Segment = Static<typeof Segment>;
export type Router = Static<typeof Router>;
export type Host = Static<typeof Host>;
export type Server = Static<typeof Server>;
export type Vm = Static<typeof Vm>;
export type SwitchPort = Static<typeof SwitchPort>;
export type Switch = Static<typeof Switch>;

/** A topology as a file or a test writes it. */
export type TopologyInput = Static<typeof TopologySchema>;

/** A checked topology, with every kind of node present. */
export type Topology = Required<TopologyInput>;
