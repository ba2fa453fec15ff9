import type { Action } from '@vnet/openflow';
import { encodeEthernet, rarpAnnouncement } from '@vnet/packet';
import { pushTag } from '../compile/edge/bindings.ts';
import type { Announcement, TunnelEnd } from '../compile/emit.ts';
import { AddressOwners, type Owner } from './address-owners.ts';
import type { PacketOut } from './packet-out.ts';

/** Switches of the underlay forget a MAC after five minutes at the earliest, as a rule. */
const REPEAT_MS = 120_000;

/** News is said a second time after this: a single frame may be lost, or meet a switch that is not ready. */
const SECOND_TIME_MS = 250;

/** A frame that no one understands: it only makes the switch resolve the way to the tunnel's far end. */
const LOCAL_EXPERIMENTAL = 0x88b5;
const WARM_UP = encodeEthernet({
  dst: 0,
  src: 0,
  vlans: [],
  etherType: LOCAL_EXPERIMENTAL,
  payload: Buffer.alloc(46),
});

/**
 * What this host says on its own account, so that others need not find out: on the underlay which MACs are behind it, and
 * inside a network that an address has moved to another MAC.
 */
export class Announcer {
  readonly #send: (packets: readonly PacketOut[]) => void;
  readonly #standing = new Map<string, PacketOut>();
  readonly #owners = new AddressOwners();
  /** Keys of what is new. */
  readonly #news = new Set<string>();
  readonly #correct: (owner: Owner) => PacketOut | undefined;
  /** Addresses that have moved, by network and address. */
  readonly #moved = new Map<string, Owner>();
  readonly #repeat: NodeJS.Timeout;
  #secondTime: NodeJS.Timeout | undefined;
  #justSaid: readonly string[] = [];

  /** `correct` makes what the members of a network hear of an address that has moved to another MAC. */
  constructor(send: (packets: readonly PacketOut[]) => void, correct: (owner: Owner) => PacketOut | undefined) {
    this.#send = send;
    this.#correct = correct;
    this.#repeat = setInterval(() => this.#send([...this.#standing.values()]), REPEAT_MS);
  }

  /** Takes over what the compiler says. */
  update(
    announcements: ReadonlyMap<string, Announcement | undefined>,
    tunnelEnds: ReadonlyMap<string, TunnelEnd | undefined>,
  ): void {
    for (const [key, each] of announcements) this.#replace(key, each && announce(each));
    for (const [key, each] of tunnelEnds) this.#replace(`end ${key}`, each && warmUp(each));
  }

  /** Notes which MAC an address has. */
  noteOwner(owner: Owner): void {
    if (this.#owners.note(owner)) this.#moved.set(`${owner.network} ${owner.address}`, owner);
  }

  /** All of it is news: the switch has been away. */
  renew(): void {
    for (const key of this.#standing.keys()) this.#news.add(key);
  }

  /** Says what is new; called when the flows stand. Announcements are made twice, as far as they still hold. */
  sayNews(): void {
    const news = [...this.#news];
    this.#news.clear();
    const corrections = [...this.#moved.values()].flatMap((moved) => this.#correct(moved) ?? []);
    this.#moved.clear();
    if (news.length + corrections.length === 0) return;
    this.#send([...corrections, ...this.#packets(news)]);
    this.#justSaid = [...this.#justSaid, ...news];
    this.#secondTime ??= setTimeout(() => {
      this.#secondTime = undefined;
      this.#send(this.#packets(this.#justSaid));
      this.#justSaid = [];
    }, SECOND_TIME_MS);
  }

  close(): void {
    clearInterval(this.#repeat);
    clearTimeout(this.#secondTime);
  }

  #packets(keys: readonly string[]): PacketOut[] {
    return keys.flatMap((key) => this.#standing.get(key) ?? []);
  }

  #replace(key: string, packet: PacketOut | undefined): void {
    if (packet) {
      this.#standing.set(key, packet);
      this.#news.add(key);
    } else {
      this.#standing.delete(key);
      this.#news.delete(key);
    }
  }
}

function announce({ mac, port, vlan }: Announcement): PacketOut {
  const tag = vlan === undefined ? [] : pushTag(vlan);
  return { frame: rarpAnnouncement(mac), actions: [...tag, output(port)] };
}

function warmUp({ address, port }: TunnelEnd): PacketOut {
  return { frame: WARM_UP, actions: [{ type: 'set_field', field: 'tun_dst', value: address }, output(port)] };
}

function output(port: number): Action {
  return { type: 'output', port };
}
