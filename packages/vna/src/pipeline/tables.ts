import type { FieldName } from '@vnet/openflow';
import { PLAIN_TABLES } from './plain-tables.ts';

/** A table as a contract: the flow builder refuses what is not declared here. */
export interface Table {
  readonly id: number;
  readonly name: string;
  readonly purpose: string;
  /** Fields a flow of this table may match. */
  readonly matches: readonly FieldName[];
  /** Fields its actions may write. */
  readonly sets: readonly FieldName[];
  /** Tables its flows may go to or resubmit to. */
  readonly next: readonly TableName[];
  /** Whether its flows may put packets out, or hand them to the agent. */
  readonly outputs: boolean;
  /** What happens to a packet that no flow matches. */
  readonly miss: TableName | 'drop';
}

interface Declaration extends Omit<Table, 'name' | 'next' | 'miss'> {
  readonly next: readonly string[];
  readonly miss: string;
}

/** What the tables of filters and security groups have in common in both directions. */
const TRACK = { sets: ['reg0', 'reg6', 'reg11', 'reg15'], outputs: false } as const;
const STATE = { matches: ['ct_state', 'ct_mark'], sets: [], outputs: false, miss: 'drop' } as const;
const FILTER = {
  matches: [
    'eth_type',
    'ip_proto',
    'ip_frag',
    'ipv4_src',
    'ipv4_dst',
    'arp_spa',
    'arp_tpa',
    'tcp_src',
    'tcp_dst',
    'udp_src',
    'udp_dst',
  ],
  sets: [],
  outputs: false,
  miss: 'drop',
} as const;
const GROUPS = {
  matches: ['eth_type', 'ip_proto', 'udp_src', 'udp_dst'],
  sets: ['reg0', 'reg6', 'reg12', 'reg13'],
  outputs: false,
  miss: 'drop',
} as const;
const PEERS = { sets: ['reg13'], outputs: false, miss: 'drop' } as const;
const RULES = {
  matches: ['reg12', 'reg13', 'eth_type', 'ip_proto', 'ip_frag', 'tcp_dst', 'udp_dst', 'sctp_dst'],
  sets: ['reg0', 'reg14', 'reg15'],
  next: [],
  outputs: false,
  miss: 'drop',
} as const;
const VERDICT = {
  matches: ['reg0', 'ct_mark', 'eth_type'],
  sets: ['ct_mark'],
  outputs: false,
  miss: 'DENIED',
} as const;

const declarations = {
  CLASSIFIER: {
    id: 0,
    purpose: 'Where does the packet come from: host, physical network, tunnel or virtual machine?',
    matches: ['in_port', 'vlan_vid'],
    sets: ['reg0', 'reg1'],
    next: ['UPLINK', 'TUNNEL_SOURCE', 'EDGE', 'PORT_SECURITY'],
    outputs: true,
    miss: 'drop',
  },
  UPLINK: {
    id: 10,
    purpose:
      'From the physical network: the destination MAC says which virtual network it is for. Anything else is the host’s.',
    matches: ['eth_src', 'eth_dst', 'vlan_vid', 'eth_type', 'ipv4_dst', 'ipv6_dst', 'arp_tpa', 'arp_tha'],
    sets: ['metadata', 'eth_dst', 'arp_tha'],
    next: ['L2', 'FLOOD_LOCAL', 'LEARN', 'SEARCH'],
    outputs: true,
    miss: 'drop',
  },
  TUNNEL_SOURCE: {
    id: 11,
    purpose: 'From a GRE tunnel: only from hosts that are peers.',
    matches: ['tun_src'],
    sets: ['reg7'],
    next: ['TUNNEL'],
    outputs: false,
    miss: 'drop',
  },
  TUNNEL: {
    id: 12,
    purpose: 'The key says which virtual network it is for.',
    matches: ['tunnel_id', 'eth_type', 'arp_tha'],
    sets: ['metadata', 'arp_tha'],
    next: ['L2', 'LEARN', 'SEARCH'],
    outputs: false,
    miss: 'drop',
  },
  EDGE: {
    id: 15,
    purpose: 'From a trunk of legacy machines: the VLAN tag says which virtual network it is in, and is taken off.',
    matches: ['reg1', 'vlan_vid'],
    sets: ['reg1', 'metadata'],
    next: ['EDGE_GATE'],
    outputs: false,
    miss: 'drop',
  },
  EDGE_GATE: {
    id: 16,
    purpose:
      'Does this host carry the VLAN? Where another edge could, the flow stands for two seconds only, and is renewed with the role.',
    matches: ['reg1'],
    sets: [],
    next: ['EDGE_SOURCE'],
    outputs: false,
    miss: 'drop',
  },
  PORT_SECURITY: {
    id: 20,
    purpose: 'A virtual machine sends only from its own MAC and IP leases; they say which network the packet is in.',
    matches: [
      'reg1',
      'eth_src',
      'eth_type',
      'ipv4_src',
      'ipv4_dst',
      'ip_proto',
      'udp_src',
      'udp_dst',
      'arp_sha',
      'arp_spa',
    ],
    sets: ['metadata'],
    next: ['EGRESS', 'ARP', 'L2', 'LEARN'],
    outputs: false,
    miss: 'drop',
  },
  EDGE_SOURCE: {
    id: 28,
    purpose: 'Which legacy machine sends? A declared one from its own addresses only, nobody from those of others.',
    matches: [
      'metadata',
      'reg1',
      'vlan_vid',
      'eth_src',
      'eth_dst',
      'eth_type',
      'ipv4_src',
      'ipv4_dst',
      'ip_proto',
      'udp_src',
      'udp_dst',
      'arp_sha',
      'arp_spa',
    ],
    sets: ['reg1', 'reg6'],
    next: ['EGRESS', 'ARP', 'L2', 'PUNT'],
    outputs: false,
    miss: 'drop',
  },
  EGRESS: {
    id: 21,
    purpose: 'Filtered interfaces: looks the packet up among the connections of the interface it comes from.',
    ...TRACK,
    matches: ['reg1', 'eth_type'],
    next: ['EGRESS_STATE', 'EGRESS_FILTER', 'ARP', 'DENIED'],
    miss: 'ARP',
  },
  EGRESS_STATE: {
    id: 22,
    purpose:
      'Replies, and errors about accepted connections, pass. What begins or continues a connection is judged anew.',
    ...STATE,
    next: ['EGRESS_FILTER', 'ARP'],
  },
  EGRESS_FILTER: {
    id: 23,
    purpose: 'The rules of the interface’s filter, mirrored.',
    ...FILTER,
    matches: ['reg1', ...FILTER.matches],
    next: ['EGRESS_GROUPS', 'EGRESS_VERDICT'],
  },
  EGRESS_GROUPS: {
    id: 24,
    purpose: 'Asks the security groups of the interface one after the other.',
    ...GROUPS,
    matches: ['reg1', ...GROUPS.matches],
    next: ['EGRESS_RULES', 'EGRESS_PEERS', 'EGRESS_VERDICT', 'ARP'],
  },
  EGRESS_PEERS: {
    id: 25,
    purpose: 'Which groups that rules name is the destination in?',
    ...PEERS,
    matches: ['metadata', 'eth_dst', 'eth_type', 'ipv4_dst'],
    next: ['EGRESS_RULES'],
  },
  EGRESS_RULES: {
    id: 26,
    purpose: 'The egress rules of the groups. A group without any lets everything out.',
    ...RULES,
    matches: [...RULES.matches, 'ipv4_dst'],
  },
  EGRESS_VERDICT: {
    id: 27,
    purpose: 'Accepted connections are noted; one that is no longer accepted is blocked in both directions.',
    ...VERDICT,
    next: ['ARP', 'RULE_COUNT', 'DENIED'],
  },
  ARP: {
    id: 30,
    purpose: 'Which MAC has the address asked for? Every known address of the network is answered on the asker’s host.',
    matches: ['metadata', 'reg1', 'eth_dst', 'eth_type', 'arp_op', 'arp_spa', 'arp_tpa'],
    sets: ['xreg4', 'reg1'],
    next: ['ARP', 'ARP_REPLY', 'SEARCH', 'L2'],
    outputs: false,
    miss: 'L2',
  },
  ARP_REPLY: {
    id: 31,
    purpose: 'Turns the request into its answer and sends it back where it came from.',
    matches: ['reg1', 'eth_type'],
    sets: ['eth_src', 'eth_dst', 'arp_op', 'arp_sha', 'arp_tha', 'arp_spa', 'arp_tpa', 'reg10', 'vlan_vid'],
    next: [],
    outputs: true,
    miss: 'drop',
  },
  SEARCH: {
    id: 32,
    purpose:
      'Who has an address that nobody in the model has? Only those behind edges are asked, here and on other hosts.',
    matches: ['metadata', 'reg0', 'eth_type'],
    sets: ['reg2', 'eth_dst', 'arp_tha', 'tunnel_id', 'tun_dst'],
    next: ['INTERFACE_INGRESS'],
    outputs: true,
    miss: 'drop',
  },
  LEARN: {
    id: 35,
    purpose: 'In segments where machines stand that no one has declared: where does the sender stand?',
    matches: ['metadata', 'reg0', 'reg1', 'reg7', 'eth_src'],
    sets: ['reg6'],
    next: ['L2', 'LEARNED', 'UPLINK', 'PUNT'],
    outputs: false,
    miss: 'drop',
  },
  L2: {
    id: 40,
    purpose: 'Where is the destination MAC: on a local port, behind a peer, or is it a group?',
    matches: ['metadata', 'reg0', 'eth_dst', 'eth_type', 'ipv4_dst', 'ipv6_dst'],
    sets: ['reg0', 'reg2', 'reg3'],
    next: ['FLOOD_LOCAL', 'PEER', 'INTERFACE_INGRESS', 'LEARNED', 'LEARNED_WAY'],
    outputs: false,
    miss: 'drop',
  },
  LEARNED: {
    id: 41,
    purpose: 'What has been learnt: flows that the switch or the agent writes as packets come, and that age.',
    matches: ['metadata', 'eth_dst'],
    sets: ['reg0', 'reg2', 'reg3'],
    next: [],
    outputs: false,
    miss: 'drop',
  },
  LEARNED_WAY: {
    id: 42,
    purpose:
      'To a machine that was learnt; one that nobody knows is looked for behind the promiscuous ports of this host.',
    matches: ['metadata', 'reg0', 'reg2', 'reg3'],
    sets: ['reg0', 'reg2', 'reg4'],
    next: ['PEER', 'UNDERLAY', 'INTERFACE_INGRESS'],
    outputs: false,
    miss: 'drop',
  },
  FLOOD_LOCAL: {
    id: 50,
    purpose: 'A copy to each local member of the network, in chunks.',
    matches: ['metadata'],
    sets: ['reg5'],
    next: ['FLOOD_MEMBERS', 'FLOOD_PEERS'],
    outputs: false,
    miss: 'FLOOD_PEERS',
  },
  FLOOD_PEERS: {
    id: 51,
    purpose: 'What did not come from a peer goes once to each peer that has the network, in chunks.',
    matches: ['metadata', 'reg0'],
    sets: ['reg5', 'reg0'],
    next: ['FLOOD_CHUNK'],
    outputs: false,
    miss: 'drop',
  },
  FLOOD_CHUNK: {
    id: 52,
    purpose: 'The copies for up to 64 peers: tunnels by address, MAC2MAC peers by their MAC for the network.',
    matches: ['metadata', 'reg0', 'reg5'],
    sets: ['eth_dst', 'tunnel_id', 'tun_dst', 'reg4', 'reg6'],
    next: ['PUNT'],
    outputs: true,
    miss: 'drop',
  },
  FLOOD_MEMBERS: {
    id: 53,
    purpose: 'The copies for some local members (the switch itself skips the port the packet came from).',
    matches: ['metadata', 'reg5'],
    sets: ['reg2'],
    next: ['INTERFACE_INGRESS'],
    outputs: false,
    miss: 'drop',
  },
  PEER: {
    id: 60,
    purpose: 'How is the peer reached: over the physical network as it is, or through the tunnel?',
    matches: ['reg3'],
    sets: ['reg4', 'reg0', 'tunnel_id', 'tun_dst'],
    next: ['TUNNEL_MTU', 'UNDERLAY'],
    outputs: false,
    miss: 'drop',
  },
  TUNNEL_MTU: {
    id: 61,
    purpose: 'Is the packet too big for the tunnel?',
    matches: ['metadata'],
    sets: ['reg0'],
    next: ['UNDERLAY'],
    outputs: false,
    miss: 'drop',
  },
  UNDERLAY: {
    id: 62,
    purpose: 'Out to the peer. What is too big goes back as fragmentation-needed, or is counted and dropped.',
    matches: ['reg0', 'reg4'],
    sets: ['reg6'],
    next: ['PUNT'],
    outputs: true,
    miss: 'drop',
  },
  INTERFACE_INGRESS: {
    id: 70,
    purpose: 'Filtered interfaces: looks the packet up among the connections of the interface it goes to.',
    ...TRACK,
    sets: [...TRACK.sets, 'reg2'],
    matches: ['reg2', 'eth_type', 'ipv4_dst'],
    next: ['INTERFACE_INGRESS', 'INGRESS_STATE', 'INGRESS_FILTER', 'DELIVERY', 'DENIED'],
    miss: 'DELIVERY',
  },
  INGRESS_STATE: {
    id: 71,
    purpose:
      'Replies, and errors about accepted connections, pass. What begins or continues a connection is judged anew.',
    ...STATE,
    next: ['INGRESS_FILTER', 'DELIVERY'],
  },
  INGRESS_FILTER: {
    id: 72,
    purpose: 'The rules of the interface’s filter.',
    ...FILTER,
    matches: ['reg2', ...FILTER.matches],
    next: ['INGRESS_GROUPS', 'INGRESS_VERDICT'],
  },
  INGRESS_GROUPS: {
    id: 73,
    purpose: 'Asks the security groups of the interface one after the other.',
    ...GROUPS,
    matches: ['reg2', ...GROUPS.matches],
    next: ['INGRESS_RULES', 'INGRESS_PEERS', 'INGRESS_VERDICT', 'DELIVERY'],
  },
  INGRESS_PEERS: {
    id: 74,
    purpose: 'Which groups that rules name is the source in?',
    ...PEERS,
    matches: ['metadata', 'eth_src', 'eth_type', 'ipv4_src'],
    next: ['INGRESS_RULES'],
  },
  INGRESS_RULES: {
    id: 75,
    purpose: 'The rules of the groups.',
    ...RULES,
    matches: [...RULES.matches, 'ipv4_src'],
  },
  INGRESS_VERDICT: {
    id: 76,
    purpose: 'Accepted connections are noted; one that is no longer accepted is blocked in both directions.',
    ...VERDICT,
    next: ['DELIVERY', 'RULE_COUNT', 'DENIED'],
  },
  DENIED: {
    id: 77,
    purpose:
      'Counts what filters and groups deny, by interface and direction; samples go to the log where it is wanted.',
    matches: ['reg1', 'reg2'],
    sets: [],
    next: ['PUNT'],
    outputs: false,
    miss: 'drop',
  },
  RULE_COUNT: {
    id: 78,
    purpose: 'Counts new connections by the rule that has accepted them.',
    matches: ['reg14', 'reg15'],
    sets: [],
    next: [],
    outputs: false,
    miss: 'drop',
  },
  DELIVERY: {
    id: 79,
    purpose: 'To the port of a local interface.',
    matches: ['reg2'],
    sets: ['reg2'],
    next: ['EDGE_OPEN'],
    outputs: true,
    miss: 'drop',
  },
  EDGE_OPEN: {
    id: 81,
    purpose: 'As EDGE_GATE, for the other direction.',
    matches: ['reg2'],
    sets: [],
    next: ['EDGE_EGRESS'],
    outputs: false,
    miss: 'drop',
  },
  EDGE_EGRESS: {
    id: 82,
    purpose: 'To a VLAN behind an edge port, with its tag.',
    matches: ['reg1', 'reg2'],
    sets: ['vlan_vid'],
    next: [],
    outputs: true,
    miss: 'drop',
  },
  PUNT: {
    id: 80,
    purpose: 'The only way to the agent: metered for each port.',
    matches: ['reg1', 'reg2', 'reg6'],
    sets: [],
    next: [],
    outputs: true,
    miss: 'drop',
  },
} as const satisfies Record<string, Declaration>;

const all = { ...declarations, ...PLAIN_TABLES } as const satisfies Record<string, Declaration>;

export type TableName = keyof typeof all;

export const TABLES = Object.fromEntries(
  Object.entries(all).map(([name, table]) => [name, { name, ...table }]),
) as unknown as { readonly [N in TableName]: Table & { readonly name: N } };

const tablesOf = (names: object): readonly (Table & { readonly name: TableName })[] =>
  Object.keys(names).map((name) => TABLES[name as TableName]);

/** Each switch has one of these: with the extensions of Open vSwitch, or with plain OpenFlow 1.3 alone. */
export const PIPELINES = { ovs: tablesOf(declarations), plain: tablesOf(PLAIN_TABLES) } as const;

export type Pipeline = keyof typeof PIPELINES;
