import type { Action } from '@vnet/openflow';
import { encodeEthernet, rarpAnnouncement } from '@vnet/packet';
import type { Announcement, TunnelEnd } from '../compile/emit.ts';
import type { PacketOut } from './packet-out.ts';

/** Switches of the underlay forget a MAC after five minutes at the earliest, as a rule. */
export const REPEAT_MS = 120_000;

/** News is said a second time after this: a single frame may be lost, or meet a switch that is not ready. */
export const SECOND_TIME_MS = 250;

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
 * What this host says on its own account, so that others need not find out: which MACs are behind it on the underlay.
 */
export class Announcer {
  readonly #packets = new Map<string, PacketOut>();

  /** Takes over what has changed. @returns the keys of what is new, to be said at once */
  update(
    announcements: ReadonlyMap<string, Announcement | undefined>,
    tunnelEnds: ReadonlyMap<string, TunnelEnd | undefined>,
  ): string[] {
    return [
      ...[...announcements].flatMap(([key, each]) => this.#replace(key, each && announce(each))),
      ...[...tunnelEnds].flatMap(([key, each]) => this.#replace(`end ${key}`, each && warmUp(each))),
    ];
  }

  keys(): Iterable<string> {
    return this.#packets.keys();
  }

  /** The packets of some keys, as far as they still hold; of all, when none are given. */
  packets(keys = this.keys()): PacketOut[] {
    return [...keys].flatMap((key) => this.#packets.get(key) ?? []);
  }

  #replace(key: string, packet: PacketOut | undefined): string[] {
    if (!packet) {
      this.#packets.delete(key);
      return [];
    }
    this.#packets.set(key, packet);
    return [key];
  }
}

function announce({ mac, port }: Announcement): PacketOut {
  return { frame: rarpAnnouncement(mac), actions: [output(port)] };
}

function warmUp({ address, port }: TunnelEnd): PacketOut {
  return { frame: WARM_UP, actions: [{ type: 'set_field', field: 'tun_dst', value: address }, output(port)] };
}

function output(port: number): Action {
  return { type: 'output', port };
}
