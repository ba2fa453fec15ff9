import type { Action, Match } from '@vnet/openflow';
import { isGroupMac } from '@vnet/packet';
import { behindPeers, behindPort, LEARNED_LIMIT, LEARNED_SECONDS } from '../compile/promiscuous.ts';
import type { PacketIn } from '../datapath/packet-ins.ts';
import { UNTAGGED } from '../pipeline/match-values.ts';
import { PRIORITY } from '../pipeline/priorities.ts';
import { REGISTERS, load, on } from '../pipeline/registers.ts';
import type { TableName } from '../pipeline/tables.ts';

/** A flow that the agent writes as a packet comes, and that the switch forgets by itself. */
export interface LearnedFlow {
  readonly table: TableName;
  readonly priority: number;
  readonly match: Match;
  readonly actions: readonly Action[];
  readonly goto?: TableName;
  readonly seconds: number;
}

/** What the agent has learnt: older flows about where the sender is go first. */
export interface Lesson {
  /** Where it was learnt: `behindPort` or `behindPeers`. */
  readonly place: string;
  readonly forget: { readonly table: TableName; readonly match: Match };
  readonly flows: readonly LearnedFlow[];
}

/** A machine that goes on talking is looked at again before it is forgotten. */
const QUIET_SECONDS = 200;

const MAC_OFFSET = 6;
const MAC_SIZE = 6;

/**
 * Learns for a switch that cannot (`enable_ovs_learn_action` is false): the same flows that the learn action writes, and
 * one that keeps further packets of the sender from the agent.
 */
export class Learner {
  /** Segment key → MAC → when it is forgotten, in milliseconds. */
  readonly #known = new Map<number, Map<number, number>>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** @returns undefined for a frame without a proper sender, and when the segment has as many as it may */
  learn({ network, source, sender, inPort, frame }: PacketIn): Lesson | undefined {
    if (frame.length < MAC_OFFSET + MAC_SIZE || inPort === undefined) return undefined;
    const mac = frame.readUIntBE(MAC_OFFSET, MAC_SIZE);
    if (isGroupMac(mac) || !this.#note(network, mac)) return undefined;
    const from = source === 0 ? on([REGISTERS.REMOTE, 1], [REGISTERS.SENDER, sender]) : on([REGISTERS.SOURCE, source]);
    const place = source === 0 ? load(REGISTERS.PEER, sender) : load(REGISTERS.DESTINATION, source);
    const way: LearnedFlow = {
      table: 'LEARNED',
      priority: PRIORITY.base,
      match: { metadata: network, eth_dst: mac },
      actions: [load(REGISTERS.FOUND, 1), place],
      seconds: LEARNED_SECONDS,
    };
    const quiet: LearnedFlow = {
      table: 'LEARN',
      priority: PRIORITY.base + 1,
      match: { metadata: network, eth_src: mac, ...from },
      actions: [],
      goto: 'L2',
      seconds: QUIET_SECONDS,
    };
    const arrival: LearnedFlow = {
      table: 'UPLINK',
      priority: PRIORITY.learned,
      match: { eth_dst: mac, vlan_vid: UNTAGGED },
      actions: [{ type: 'output', port: inPort }],
      seconds: LEARNED_SECONDS,
    };
    return {
      place: source === 0 ? behindPeers(network) : behindPort(source),
      forget: { table: 'LEARN', match: { metadata: network, eth_src: mac } },
      flows: [way, quiet, ...(source === 0 ? [] : [arrival])],
    };
  }

  /** @returns whether there is room for it */
  #note(segment: number, mac: number): boolean {
    let macs = this.#known.get(segment);
    if (!macs) this.#known.set(segment, (macs = new Map<number, number>()));
    const now = this.#now();
    if (macs.size >= LEARNED_LIMIT) for (const [each, end] of macs) if (end <= now) macs.delete(each);
    if (macs.size >= LEARNED_LIMIT && !macs.has(mac)) return false;
    macs.set(mac, now + LEARNED_SECONDS * 1_000);
    return true;
  }
}
