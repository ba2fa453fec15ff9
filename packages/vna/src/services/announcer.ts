import { encodeEthernet, rarpAnnouncement } from '@vnet/packet';
import type { Announcement, TunnelEnd } from '../compile/emit.ts';
import type { PacketOut } from './packet-out.ts';

/** Switches of the underlay forget a MAC after five minutes at the earliest, as a rule. */
export const REPEAT_MS = 120_000;

/** A frame that no one understands: it only makes the switch resolve the way to the tunnel's far end. */
const LOCAL_EXPERIMENTAL = 0x88b5;

/**
 * What this host says on its own account, so that others need not find out: which MACs are behind it on the underlay.
 */
export class Announcer {
  readonly #announcements = new Map<string, Announcement>();
  readonly #tunnelEnds = new Map<string, TunnelEnd>();

  /** What must be said now, because it is new. */
  update(changes: {
    readonly announcements: ReadonlyMap<string, Announcement | undefined>;
    readonly tunnelEnds: ReadonlyMap<string, TunnelEnd | undefined>;
    readonly uplink: number | undefined;
    readonly tunnel: number | undefined;
  }): PacketOut[] {
    const news: PacketOut[] = [];
    for (const [key, announcement] of changes.announcements) {
      replace(this.#announcements, key, announcement);
      if (announcement) news.push(...onUplink(rarpAnnouncement(announcement.mac), changes.uplink));
    }
    for (const [key, end] of changes.tunnelEnds) {
      replace(this.#tunnelEnds, key, end);
      if (end) news.push(...warmUp(end, changes.tunnel));
    }
    return news;
  }

  /** Everything once more: entries in the switches of the underlay grow old. */
  repeat(uplink: number | undefined, tunnel: number | undefined): PacketOut[] {
    return [
      ...[...this.#announcements.values()].flatMap(({ mac }) => onUplink(rarpAnnouncement(mac), uplink)),
      ...[...this.#tunnelEnds.values()].flatMap((end) => warmUp(end, tunnel)),
    ];
  }
}

function onUplink(frame: Buffer, uplink: number | undefined): PacketOut[] {
  return uplink === undefined ? [] : [{ frame, actions: [{ type: 'output', port: uplink }] }];
}

function warmUp({ address }: TunnelEnd, tunnel: number | undefined): PacketOut[] {
  if (tunnel === undefined) return [];
  const frame = encodeEthernet({ dst: 0, src: 0, vlans: [], etherType: LOCAL_EXPERIMENTAL, payload: Buffer.alloc(46) });
  return [
    {
      frame,
      actions: [
        { type: 'set_field', field: 'tun_dst', value: address },
        { type: 'output', port: tunnel },
      ],
    },
  ];
}

function replace<V>(map: Map<string, V>, key: string, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
