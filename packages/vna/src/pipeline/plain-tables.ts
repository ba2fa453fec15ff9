import { OWN_ADDRESSES, type TableDeclaration } from './table.ts';

/**
 * The pipeline of a switch with plain OpenFlow 1.3: few tables, and `metadata` for what the other pipeline keeps in registers
 * (plain-metadata.ts).
 */
export const PLAIN_TABLES = {
  PORTS: {
    id: 0,
    purpose:
      'Where does the packet come from? From the physical network its destination MAC says which virtual network it is for; from a trunk its tag, which is taken off. Anything else from there is the host’s.',
    matches: ['in_port', 'vlan_vid', 'eth_src', 'eth_dst', 'eth_type', 'ipv4_dst', 'ipv6_dst', 'arp_tpa'],
    sets: ['metadata', 'eth_dst'],
    next: ['GATE', 'SENDER', 'WAY'],
    outputs: true,
    miss: 'drop',
  },
  GATE: {
    id: 1,
    purpose:
      'Does this host carry the VLAN? Where another edge could, the flow stands for two seconds only, and is renewed with the role.',
    matches: ['metadata'],
    sets: [],
    next: ['SENDER'],
    outputs: false,
    miss: 'drop',
  },
  SENDER: {
    id: 2,
    purpose:
      'Who sends? Machines that are known from their own addresses only, nobody from those of others. Who is not known goes to the agent to be learnt.',
    matches: ['metadata', 'vlan_vid', 'eth_dst', ...OWN_ADDRESSES],
    sets: ['metadata'],
    next: ['WAY'],
    outputs: true,
    miss: 'drop',
  },
  WAY: {
    id: 3,
    purpose: 'Where is the destination MAC: on a local port, in a VLAN, behind a peer, or is it a group?',
    matches: ['metadata', 'eth_dst'],
    sets: ['vlan_vid'],
    next: ['VLANS'],
    outputs: true,
    miss: 'drop',
  },
  VLANS: {
    id: 4,
    purpose:
      'Out to the VLANs behind edge ports: to the one whose tag the packet has by now, or a copy to each. Timed as GATE where another edge could carry the VLAN.',
    matches: ['metadata', 'vlan_vid'],
    sets: ['vlan_vid'],
    next: ['PEERS'],
    outputs: true,
    miss: 'PEERS',
  },
  PEERS: {
    id: 5,
    purpose: 'What did not come from a peer goes once to each peer that has the network, by its MAC for the network.',
    matches: ['metadata', 'eth_dst', 'eth_type', 'ipv4_dst', 'ipv6_dst'],
    sets: ['eth_dst'],
    next: [],
    outputs: true,
    miss: 'drop',
  },
} as const satisfies Record<string, TableDeclaration>;
