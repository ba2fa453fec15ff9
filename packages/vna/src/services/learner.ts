import { isGroupMac } from '@vnet/packet';
import type { Match } from '@vnet/openflow';
import { uplinkPort } from '../compile/bindings.ts';
import type { View } from '../compile/emit.ts';
import { behindPeers, behindPort, LEARNED_LIMIT, LEARNED_SECONDS } from '../compile/promiscuous.ts';
import type { PacketIn } from '../datapath/packet-readers.ts';
import { timedFlow, type TimedFlow } from '../pipeline/flow.ts';
import { UNTAGGED } from '../pipeline/match-values.ts';
import { inMetadata, metadataBits } from '../pipeline/plain-metadata.ts';
import { PRIORITY } from '../pipeline/priorities.ts';
import type { TableName } from '../pipeline/tables.ts';

/** What the agent has learnt: older flows about where the sender is go first. */
export interface Lesson {
  /** Where it was learnt: a key of the output `pupil`. */
  readonly place: string;
  readonly forget: readonly { readonly table: TableName; readonly match: Match }[];
  readonly flows: readonly TimedFlow[];
}

/** A machine that goes on talking is looked at again before it is forgotten. */
const QUIET_SECONDS = 200;

const MAC_OFFSET = 6;
const MAC_SIZE = 6;

/**
 * Learns for a switch that cannot: where machines stand that no one has declared, behind promiscuous ports here and elsewhere.
 * A flow of each keeps its further packets from the agent.
 */
export class Learner {
  readonly #view: View;
  /** Place → MAC → when it is forgotten, in milliseconds. */
  readonly #known = new Map<string, Map<number, number>>();
  readonly #now: () => number;

  constructor(view: View, now: () => number = Date.now) {
    this.#view = view;
    this.#now = now;
  }

  /** @returns undefined for a frame without a proper sender, and when its place has as many as it may */
  learn({ network, source, inPort, frame }: PacketIn): Lesson | undefined {
    const uplink = uplinkPort(this.#view);
    if (frame.length < MAC_OFFSET + MAC_SIZE || inPort === undefined) return undefined;
    const mac = frame.readUIntBE(MAC_OFFSET, MAC_SIZE);
    const remote = source === 0;
    const place = `${remote ? behindPeers(network) : behindPort(source)} ${uplink}`;
    if (isGroupMac(mac) || !this.#note(place, mac)) return undefined;
    const way = timedFlow(
      {
        table: 'WAY',
        priority: PRIORITY.learned,
        match: { ...inMetadata({ network, ...(remote ? { remote: false } : {}) }), eth_dst: mac },
        actions: [{ type: 'output', port: inPort }],
      },
      LEARNED_SECONDS,
    );
    const quiet = timedFlow(
      {
        table: 'SENDER',
        priority: PRIORITY.learned,
        match: { ...inMetadata({ network, source, remote }), eth_src: mac },
        goto: 'WAY',
      },
      QUIET_SECONDS,
    );
    const arrival = { in_port: uplink ?? 0, eth_dst: mac, vlan_vid: UNTAGGED };
    return {
      place,
      forget: [
        { table: 'SENDER', match: { ...inMetadata({ network }), eth_src: mac } },
        { table: 'WAY', match: { ...inMetadata({ network }), eth_dst: mac } },
        { table: 'PORTS', match: { eth_dst: mac } },
      ],
      flows: [way, quiet, ...(remote || uplink === undefined ? [] : [fromNeighbours(arrival, network)])],
    };
  }

  /** @returns whether there is room for it */
  #note(place: string, mac: number): boolean {
    let macs = this.#known.get(place);
    if (!macs) this.#known.set(place, (macs = new Map<number, number>()));
    const now = this.#now();
    if (macs.size >= LEARNED_LIMIT) for (const [each, end] of macs) if (end <= now) macs.delete(each);
    if (macs.size >= LEARNED_LIMIT && !macs.has(mac)) return false;
    macs.set(mac, now + LEARNED_SECONDS * 1_000);
    return true;
  }
}

/** What neighbours send as it is to a machine that has been learnt. */
function fromNeighbours(match: Match, network: number): TimedFlow {
  return timedFlow(
    {
      table: 'PORTS',
      priority: PRIORITY.learned,
      match,
      metadata: metadataBits({ network, source: 0, remote: true }),
      goto: 'SENDER',
    },
    LEARNED_SECONDS,
  );
}
