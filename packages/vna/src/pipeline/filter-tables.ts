import type { TableDeclaration } from './table.ts';

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

/** Filters and security groups: what an interface sends, then what it gets. */
export const FILTER_TABLES = {
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
} as const satisfies Record<string, TableDeclaration>;
