import type { FieldName } from '@vnet/openflow';
import { REGISTERS, type Register } from '../../pipeline/registers.ts';
import type { TableName } from '../../pipeline/tables.ts';

export const DIRECTIONS = ['ingress', 'egress'] as const;

/** As the interface sees it: ingress is what comes in to it. */
export type Direction = (typeof DIRECTIONS)[number];

/** Where packets of one direction are judged, in the order of the tables, and which of their fields are whose. */
export interface Way {
  readonly direction: Direction;
  /** Holds the id of the interface. */
  readonly face: Register;
  readonly track: TableName;
  readonly state: TableName;
  readonly filter: TableName;
  readonly groups: TableName;
  readonly peers: TableName;
  readonly rules: TableName;
  readonly verdict: TableName;
  /** Where accepted packets go on. */
  readonly accepted: TableName;
  /** Address of the other side, and of the interface's own. */
  readonly remote: 'ipv4_src' | 'ipv4_dst';
  readonly own: 'ipv4_src' | 'ipv4_dst';
  /** MAC of the other side. */
  readonly remoteMac: 'eth_src' | 'eth_dst';
  readonly arpRemote: FieldName;
  readonly arpOwn: FieldName;
}

export const WAYS: { readonly [D in Direction]: Way } = {
  ingress: {
    direction: 'ingress',
    face: REGISTERS.DESTINATION,
    track: 'INTERFACE_INGRESS',
    state: 'INGRESS_STATE',
    filter: 'INGRESS_FILTER',
    groups: 'INGRESS_GROUPS',
    peers: 'INGRESS_PEERS',
    rules: 'INGRESS_RULES',
    verdict: 'INGRESS_VERDICT',
    accepted: 'DELIVERY',
    remote: 'ipv4_src',
    own: 'ipv4_dst',
    remoteMac: 'eth_src',
    arpRemote: 'arp_spa',
    arpOwn: 'arp_tpa',
  },
  egress: {
    direction: 'egress',
    face: REGISTERS.SOURCE,
    track: 'EGRESS',
    state: 'EGRESS_STATE',
    filter: 'EGRESS_FILTER',
    groups: 'EGRESS_GROUPS',
    peers: 'EGRESS_PEERS',
    rules: 'EGRESS_RULES',
    verdict: 'EGRESS_VERDICT',
    accepted: 'ARP',
    remote: 'ipv4_dst',
    own: 'ipv4_src',
    remoteMac: 'eth_dst',
    arpRemote: 'arp_tpa',
    arpOwn: 'arp_spa',
  },
};
