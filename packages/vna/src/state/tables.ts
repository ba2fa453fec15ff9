import type { EntityName, Row } from '@vnet/model';

/** A row as the manager sends it: without its times. */
type WireRow<E extends EntityName> = Omit<Row<E>, 'created_at' | 'updated_at'>;

/** A port of the bridge as OVSDB tells it. */
export interface SwitchPort {
  readonly id: number;
  readonly name: string;
  /** OpenFlow port number; absent until the switch has opened the device. */
  readonly ofport: number | null;
  /** New each time the port is plugged anew: the OVSDB row's uuid. */
  readonly claim: string;
  /** `external_ids:vnet-interface`, an interface's uuid. */
  readonly vnet_interface: string | null;
  /** `external_ids:iface-id`, what libvirt and others call the interface. */
  readonly iface_id: string | null;
  /** `external_ids:vnet-uplink=true`: a link to the physical network, known before any manager is asked. */
  readonly uplink: boolean;
  readonly role: 'plain' | 'local' | 'tunnel';
  readonly mac: number | null;
  /** Whether the link has a carrier, as far as OVS knows. */
  readonly link_up: boolean;
  /** Name of the OVS bond that it is a member of. */
  readonly bond: string | null;
  /** As `claim`, of the bond. */
  readonly bond_claim: string | null;
  /** Of its bond: `balance` hashes over the members, `backup` uses one at a time. */
  readonly bond_mode: 'balance' | 'backup' | null;
  /** Of its bond: whether LACP is spoken, and what to do while nobody answers. */
  readonly lacp: 'fallback' | 'strict' | null;
  /** Whether the LACP partner of this link is there; null = LACP is still asking. */
  readonly lacp_current: boolean | null;
  /** The error OVS reports for the device, if any. */
  readonly error: string | null;
  /** Conntrack zone of the port's own, from 1 on. */
  readonly zone: number;
}

/** A port before it has been given a zone. */
export type SeenPort = Omit<SwitchPort, 'zone'>;

/** What the agent knows of itself; one row, id 1. */
export interface Self {
  readonly id: number;
  readonly node_id: string;
  /** Datapath id of the bridge, `0x` and 16 hexadecimal digits. */
  readonly dpid: string;
  /** Whether the agent made the bridge. */
  readonly made: boolean;
  /** Whether the bridge is on the userspace datapath (`netdev`). */
  readonly userspace: boolean;
  /** Whether the switch is known by OpenFlow alone. */
  readonly remote: boolean;
}

/** What the switch has said of itself; one row, id 1. */
export interface Abilities {
  readonly id: number;
  readonly meters: boolean;
}

/** A legacy machine that nobody declared, seen behind an edge port of this host. */
export interface EdgeSeen {
  /** Its MAC address. */
  readonly id: number;
  readonly vlan_translation_id: number;
  /** Key of the network or segment that the VLAN was mapped to then. */
  readonly key: number;
  /** The address that it said last to have. */
  readonly ipv4_address: number | null;
  /** Why the manager does not let it in. */
  readonly refused: string | null;
  /** When it was known to be there, epoch milliseconds; moved on from time to time only. */
  readonly seen: number;
}

/** A MAC that came back to another VLAN right after it had moved from there. */
export interface EdgeTwice {
  /** The MAC address. */
  readonly id: number;
  /** The VLANs and where they are, for people. */
  readonly vlans: string;
  /** Frames from VLANs where it is not known to be are dropped, and do not move it. */
  readonly dropped: boolean;
}

export interface Tables {
  readonly self: Self;
  readonly abilities: Abilities;
  /** Which interface is on which port: derived while compiling. */
  readonly bound: {
    readonly id: number;
    readonly ofport: number;
    readonly zone: number;
    readonly vlan: number | null;
  };
  /** Which conntrack zone is which legacy machine's: derived while compiling. */
  readonly machine_zone: { readonly id: number; readonly interface_id: number };
  readonly port: SwitchPort;
  readonly datapath: WireRow<'datapath'>;
  readonly network: WireRow<'network'>;
  readonly interface: WireRow<'interface'>;
  readonly interface_port: WireRow<'interface_port'>;
  readonly mac_lease: WireRow<'mac_lease'>;
  readonly ip_lease: WireRow<'ip_lease'>;
  readonly datapath_network: WireRow<'datapath_network'>;
  readonly active_interface: WireRow<'active_interface'>;
  readonly active_network: WireRow<'active_network'>;
  readonly security_group: WireRow<'security_group'>;
  readonly interface_security_group: WireRow<'interface_security_group'>;
  readonly filter: WireRow<'filter'>;
  readonly filter_static: WireRow<'filter_static'>;
  readonly segment: WireRow<'segment'>;
  readonly interface_segment: WireRow<'interface_segment'>;
  readonly datapath_segment: WireRow<'datapath_segment'>;
  readonly active_segment: WireRow<'active_segment'>;
  readonly translation: WireRow<'translation'>;
  readonly vlan_translation: WireRow<'vlan_translation'>;
  readonly edge_host: WireRow<'edge_host'>;
  readonly edge_role: WireRow<'edge_role'>;
  /** Machines that this host has seen behind its edge ports. */
  readonly edge_seen: EdgeSeen;
  /** MACs that are in several VLANs at a time. */
  readonly edge_twice: EdgeTwice;
  /** VLAN translations behind which no more machines are learnt now. */
  readonly edge_full: { readonly id: number };
}

export type TableName = keyof Tables;

/**
 * The indexes of each table: by one column, or by several together. Whatever a unit looks up is looked up here. Rows without a
 * value are not filed: no one looks for them.
 */
export const INDEXES = {
  self: [],
  abilities: [],
  bound: [],
  machine_zone: [],
  port: [['name'], ['bond'], ['vnet_interface'], ['iface_id'], ['uplink'], ['role']],
  datapath: [['dpid'], ['node_id']],
  network: [],
  interface: [['uuid'], ['iface_id']],
  interface_port: [['port_name'], ['interface_id'], ['datapath_id']],
  mac_lease: [['interface_id'], ['segment_id'], ['mac_address']],
  ip_lease: [['network_id'], ['interface_id'], ['mac_lease_id']],
  datapath_network: [['network_id'], ['network_id', 'datapath_id']],
  active_interface: [['interface_id']],
  active_network: [['network_id', 'datapath_id']],
  security_group: [['uuid'], ['log']],
  interface_security_group: [['interface_id'], ['security_group_id']],
  filter: [['interface_id']],
  filter_static: [['filter_id']],
  segment: [],
  interface_segment: [['interface_id'], ['segment_id', 'static']],
  datapath_segment: [['segment_id'], ['segment_id', 'datapath_id']],
  active_segment: [['segment_id', 'datapath_id']],
  translation: [['interface_id']],
  vlan_translation: [['translation_id'], ['network_id'], ['segment_id']],
  edge_host: [['network_id'], ['segment_id'], ['mac_address']],
  edge_role: [['network_id'], ['segment_id'], ['vlan_id', 'network_id'], ['vlan_id', 'segment_id']],
  edge_seen: [['vlan_translation_id'], ['ipv4_address']],
  edge_twice: [['dropped']],
  edge_full: [],
} as const satisfies { readonly [T in TableName]: readonly (readonly (keyof Tables[T] & string)[])[] };

type Join<C extends readonly string[]> = C extends readonly [infer A extends string]
  ? A
  : C extends readonly [infer A extends string, ...infer B extends readonly string[]]
    ? `${A} ${Join<B>}`
    : never;

/** Name of an index: its columns, separated by a blank. */
export type IndexName<T extends TableName> = Join<(typeof INDEXES)[T][number]>;

/** Tables that the agent fills itself; all others are the manager's. */
const OWN_TABLES: ReadonlySet<TableName> = new Set([
  'self',
  'abilities',
  'bound',
  'machine_zone',
  'port',
  'edge_seen',
  'edge_twice',
  'edge_full',
]);

export const MANAGER_TABLES: readonly TableName[] = (Object.keys(INDEXES) as TableName[]).filter(
  (name) => !OWN_TABLES.has(name),
);

/** Whether rows of this name come from the manager, and this agent knows them. */
export function isManagerTable(name: string): name is TableName {
  return MANAGER_TABLES.includes(name as TableName);
}
