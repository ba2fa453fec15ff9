import type { FieldName } from '@vnet/openflow';

/** A table as a contract: the flow builder refuses what is not declared here. */
export interface TableDeclaration {
  readonly id: number;
  readonly purpose: string;
  /** Fields a flow of this table may match. */
  readonly matches: readonly FieldName[];
  /** Fields its actions may write. */
  readonly sets: readonly FieldName[];
  /** Tables its flows may go to or resubmit to. */
  readonly next: readonly string[];
  /** Whether its flows may put packets out, or hand them to the agent. */
  readonly outputs: boolean;
  /** What happens to a packet that no flow matches: the next table, or `drop`. */
  readonly miss: string;
}

/** What tells the packets that a machine sends from its own addresses, with DHCP of one that has none yet. */
export const OWN_ADDRESSES = [
  'eth_src',
  'eth_type',
  'ipv4_src',
  'ipv4_dst',
  'ip_proto',
  'udp_src',
  'udp_dst',
  'arp_sha',
  'arp_spa',
] as const;
