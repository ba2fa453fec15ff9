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
  readonly #announcements = new Map<string, Announcement>();
  readonly #tunnelEnds = new Map<string, TunnelEnd>();

  /** What must be said now, because it is new. */
  update(
    announcements: ReadonlyMap<string, Announcement | undefined>,
    tunnelEnds: ReadonlyMap<string, TunnelEnd | undefined>,
  ): PacketOut[] {
    for (const [key, announcement] of announcements) replace(this.#announcements, key, announcement);
    for (const [key, end] of tunnelEnds) replace(this.#tunnelEnds, key, end);
    return packets(
      [...announcements.values()].flatMap((each) => each ?? []),
      [...tunnelEnds.values()].flatMap((each) => each ?? []),
    );
  }

  /** Everything once more: entries in the switches of the underlay grow old. */
  repeat(): PacketOut[] {
    return packets([...this.#announcements.values()], [...this.#tunnelEnds.values()]);
  }
}

function packets(announcements: readonly Announcement[], tunnelEnds: readonly TunnelEnd[]): PacketOut[] {
  return [
    ...announcements.map(({ mac, port }) => ({ frame: rarpAnnouncement(mac), actions: [output(port)] })),
    ...tunnelEnds.map(({ address, port }) => ({
      frame: WARM_UP,
      actions: [{ type: 'set_field', field: 'tun_dst', value: address } as const, output(port)],
    })),
  ];
}

function output(port: number): Action {
  return { type: 'output', port };
}

function replace<V>(map: Map<string, V>, key: string, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
