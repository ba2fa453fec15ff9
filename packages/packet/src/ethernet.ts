import { MAC_BYTES } from './addresses.ts';
import { requireBytes } from './decode-error.ts';

export const ETHERTYPE = {
  ipv4: 0x0800,
  arp: 0x0806,
  rarp: 0x8035,
  vlan: 0x8100,
  serviceVlan: 0x88a8,
  ipv6: 0x86dd,
} as const;

/** A tag of IEEE 802.1Q. */
export interface VlanTag {
  /** `ETHERTYPE.vlan` or `ETHERTYPE.serviceVlan`. */
  readonly tpid: number;
  /** 0 to 7 */
  readonly priority: number;
  readonly dropEligible: boolean;
  /** 0 to 4095; 0 = priority only */
  readonly vid: number;
}

export interface EthernetFrame {
  readonly dst: number;
  readonly src: number;
  /** From the outermost inwards. */
  readonly vlans: readonly VlanTag[];
  /** Below 0x600 it is the length of an 802.3 frame. */
  readonly etherType: number;
  /** To the end of the frame: padding included. */
  readonly payload: Buffer;
}

const TAG_BYTES = 4;
const TYPE_OFFSET = 2 * MAC_BYTES;

const isTag = (type: number): boolean => type === ETHERTYPE.vlan || type === ETHERTYPE.serviceVlan;

/** @throws DecodeError when the frame is cut off. */
export function decodeEthernet(bytes: Buffer): EthernetFrame {
  requireBytes('ethernet', bytes, TYPE_OFFSET + 2);
  const vlans: VlanTag[] = [];
  let at = TYPE_OFFSET;
  for (; isTag(bytes.readUInt16BE(at)); at += TAG_BYTES) {
    requireBytes('vlan', bytes, at + TAG_BYTES + 2);
    const control = bytes.readUInt16BE(at + 2);
    vlans.push({
      tpid: bytes.readUInt16BE(at),
      priority: control >>> 13,
      dropEligible: (control & 0x1000) !== 0,
      vid: control & 0xfff,
    });
  }
  return {
    dst: bytes.readUIntBE(0, MAC_BYTES),
    src: bytes.readUIntBE(MAC_BYTES, MAC_BYTES),
    vlans,
    etherType: bytes.readUInt16BE(at),
    payload: bytes.subarray(at + 2),
  };
}

/** @throws RangeError when a field does not fit. */
export function encodeEthernet({ dst, src, vlans, etherType, payload }: EthernetFrame): Buffer {
  const header = Buffer.alloc(TYPE_OFFSET + vlans.length * TAG_BYTES + 2);
  header.writeUIntBE(dst, 0, MAC_BYTES);
  header.writeUIntBE(src, MAC_BYTES, MAC_BYTES);
  vlans.forEach(({ tpid, priority, dropEligible, vid }, index) => {
    const at = TYPE_OFFSET + index * TAG_BYTES;
    if (vid > 0xfff || priority > 7) throw new RangeError(`VLAN ${vid} priority ${priority}: at most 4095 and 7`);
    header.writeUInt16BE(tpid, at);
    header.writeUInt16BE(priority * 0x2000 + (dropEligible ? 0x1000 : 0) + vid, at + 2);
  });
  header.writeUInt16BE(etherType, header.length - 2);
  return Buffer.concat([header, payload]);
}
