import type { BondState, EdgeHostFact } from '@vnet/model';
import type { Action } from '@vnet/openflow';
import type { IndexKey } from '../state/index-key.ts';
import type { IndexName, TableName, Tables } from '../state/tables.ts';
import type { Flow, TimedFlow } from '../pipeline/flow.ts';
import type { Pipeline } from '../pipeline/tables.ts';

/** Part of a flow that several units write together, such as the members of a flood list. */
export interface FlowPart extends Omit<Flow, 'actions'> {
  /** Orders the parts within the flow; parts that are equal in `order` and actions count once. */
  readonly order: string;
  readonly actions: readonly Action[];
}

/** A number as an `order` that sorts like the number. */
export function ordinal(number: number): string {
  return String(number).padStart(10, '0');
}

/** What the underlay must hear: this MAC is behind this host. Said at once when it is new or different. */
export interface Announcement {
  readonly mac: number;
  /** The port to say it on: an uplink, or a trunk. */
  readonly port: number;
  /** VLAN to say it in. */
  readonly vlan?: number;
}

/** Limits what one port can send to the agent. */
export interface Meter {
  readonly id: number;
  readonly packetsPerSecond: number;
  readonly burst: number;
}

/** A group of ports of which one gets each packet: by a hash (`select`), or the first that is live (`fast_failover`). */
export interface Group {
  readonly id: number;
  readonly type: 'select' | 'fast_failover';
  readonly ports: readonly number[];
}

/** Tells OVS the way to a tunnel's far end before the first packet needs it. */
export interface TunnelEnd {
  /** IPv4 address as a number. */
  readonly address: number;
  /** The tunnel port. */
  readonly port: number;
}

/** Something the operator should know, with what to do about it. */
export interface Warning {
  /** `warn` unless given. */
  readonly level?: 'error';
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** An interface that lives on this datapath, or a network that is in use here. */
export interface LocalInterface {
  readonly interface_id: number;
  readonly port_name: string;
  readonly port_number: number;
  readonly claim: string;
}

/** A device of the host's own Linux in a virtual network. */
export interface Leg {
  /** Name of the device and of its port. */
  readonly name: string;
  /** Uuid of the interface. */
  readonly interface: string;
  readonly mac: number;
  readonly mtu: number;
  /** `10.0.0.1/24` */
  readonly addresses: readonly string[];
  /** Name of a network namespace; null: that of the agent. */
  readonly netns: string | null;
}

/** The port of this bridge that carries an interface: read by other units as table `bound`. */
export interface Bound {
  /** Id of the interface. */
  readonly id: number;
  readonly ofport: number;
  /** Conntrack zone of the port. */
  readonly zone: number;
  /** Of a declared legacy machine: the VLAN that it is in behind the port. */
  readonly vlan: number | null;
}

/** Whose a conntrack zone is that no port has: read by other units as table `machine_zone`. */
export interface MachineZone {
  /** The zone. */
  readonly id: number;
  readonly interface_id: number;
}

/** What the manager says about a machine that an edge of any host has seen. */
export interface EdgeClaim {
  readonly mac: number;
  readonly ipv4_address: number | null;
  /** It says so because this host has said so. */
  readonly own: boolean;
  /** Where it is, for people. */
  readonly place: string;
  /** The VLAN, and the key of its network or segment. */
  readonly vlan: number;
  readonly key: number;
  /** The mapping at this host that carries its VLAN now, if one does. */
  readonly vlan_translation_id: number | null;
  readonly refused: string | null;
}

/** A flow that stands only while this host carries VLANs, and goes by itself when nobody renews it. */
export interface Gate {
  /** Ids of VLAN translations: the roles of all of them are needed. */
  readonly roles: readonly number[];
  readonly flow: TimedFlow;
}

/** A VLAN behind an edge of this host, and whether this host may carry it. */
export interface EdgeRole {
  /** The VLAN, its network or segment, and the port, for people. */
  readonly about: {
    readonly vlan: number | null;
    readonly network?: string | undefined;
    readonly segment?: string | undefined;
    readonly port: string | null;
  };
  /** No other edge of the VLAN is known to be plugged. */
  readonly alone: boolean;
  /** It is carried only while the manager says so. */
  readonly contested: boolean;
  /** Why it is left to other edges. */
  readonly unfit: string | null;
  /** The manager gives the role to nobody else before this host has given it up. */
  readonly pledged: boolean;
}

/** MAC of this datapath that neighbours send floods of a domain to, on a switch that cannot restore what groups they were for. */
export interface FloodMac {
  readonly mac: number;
  /** Port that they come in by. */
  readonly port: number;
  /** Key of the domain. */
  readonly key: number;
  readonly goto: 'SENDER' | 'WAY';
}

/** Everything a unit can say, besides flows: each kind is a set of keys with values. */
export interface Outputs {
  readonly scope: true;
  readonly localInterface: LocalInterface;
  readonly localNetwork: true;
  readonly localSegment: true;
  readonly localMachine: EdgeHostFact;
  readonly edgeClaim: EdgeClaim;
  /** By VLAN translation. */
  readonly edgeRole: EdgeRole;
  readonly gate: Gate;
  /** What the flows are written for; nothing while nobody knows what the switch can do. */
  readonly pipeline: Pipeline;
  readonly floodMac: FloodMac;
  /** Where machines stand that the agent learns of for the switch: what it has learnt goes with the key. */
  readonly pupil: true;
  readonly leg: Leg;
  readonly group: Group;
  /** How several links are used, for people. */
  readonly bond: BondState;
  readonly bound: Bound;
  readonly machineZone: MachineZone;
  readonly meter: Meter;
  /** A conntrack zone that packets are looked up in. */
  readonly zone: true;
  readonly announcement: Announcement;
  readonly tunnelEnd: TunnelEnd;
  /** The datapath id that a bridge made by the agent takes from its record. */
  readonly datapathId: string;
  readonly warning: Warning;
}

export type OutputKind = keyof Outputs;

export const OUTPUT_KINDS: readonly OutputKind[] = [
  'scope',
  'localInterface',
  'localNetwork',
  'localSegment',
  'localMachine',
  'edgeClaim',
  'edgeRole',
  'gate',
  'pipeline',
  'floodMac',
  'pupil',
  'leg',
  'group',
  'bond',
  'bound',
  'machineZone',
  'meter',
  'zone',
  'announcement',
  'tunnelEnd',
  'datapathId',
  'warning',
];

/** Outputs that are rows of the state as well, for other units to read. */
export const DERIVED: { readonly [K in OutputKind]?: TableName } = {
  bound: 'bound',
  machineZone: 'machine_zone',
};

/** What a unit reads: every look is remembered, and the unit runs again when what it saw changes. */
export interface View {
  get<T extends TableName>(table: T, id: number | null | undefined): Tables[T] | undefined;
  find<T extends TableName>(table: T, index: IndexName<T>, key: IndexKey): readonly Tables[T][];
  /** The ids of those rows: for one who need not know when their contents change. */
  findIds<T extends TableName>(table: T, index: IndexName<T>, key: IndexKey): readonly number[];
}

/** What a unit writes. */
export interface Emit {
  flow(flow: Flow): void;
  flowPart(part: FlowPart): void;
  output<K extends OutputKind>(kind: K, key: string | number, value: Outputs[K]): void;
  /** Another unit that has to run for this one's sake. */
  need(kind: string, id: number): void;
  /** One unit for each row of an index entry: rows that come or go do not run this unit again. */
  each<T extends TableName>(table: T, index: IndexName<T>, key: IndexKey, kind: string): void;
}

/** A unit of compilation: a pure function from what it reads to what it writes. */
export type Unit = (view: View, emit: Emit, id: number) => void;

export type Units = Readonly<Record<string, Unit>>;
