import { BROADCAST_MAC, MAC_BYTES } from './addresses.ts';
import { DecodeError, requireBytes } from './decode-error.ts';
import { encodeEthernet, ETHERTYPE } from './ethernet.ts';

export const ARP_OPERATION = { request: 1, reply: 2 } as const;

/** ARP for IPv4 over Ethernet (RFC 826). RARP (RFC 903) has the same form and other operations. */
export interface ArpPacket {
  readonly operation: number;
  readonly senderMac: number;
  readonly senderIp: number;
  readonly targetMac: number;
  readonly targetIp: number;
}

const BYTES = 28;
/** Hardware Ethernet, protocol IPv4, with 6 and 4 bytes of address. */
const ETHERNET_IPV4 = Buffer.from([0, 1, 8, 0, 6, 4]);

/** @throws DecodeError when it is cut off or not about IPv4 over Ethernet. */
export function decodeArp(bytes: Buffer): ArpPacket {
  requireBytes('arp', bytes, BYTES);
  if (bytes.compare(ETHERNET_IPV4, 0, 6, 0, 6) !== 0) throw new DecodeError('arp', 'not about IPv4 over Ethernet');
  return {
    operation: bytes.readUInt16BE(6),
    senderMac: bytes.readUIntBE(8, MAC_BYTES),
    senderIp: bytes.readUInt32BE(14),
    targetMac: bytes.readUIntBE(18, MAC_BYTES),
    targetIp: bytes.readUInt32BE(24),
  };
}

/** @throws RangeError when a field does not fit. */
export function encodeArp(packet: ArpPacket): Buffer {
  const bytes = Buffer.alloc(BYTES);
  ETHERNET_IPV4.copy(bytes);
  bytes.writeUInt16BE(packet.operation, 6);
  bytes.writeUIntBE(packet.senderMac, 8, MAC_BYTES);
  bytes.writeUInt32BE(packet.senderIp, 14);
  bytes.writeUIntBE(packet.targetMac, 18, MAC_BYTES);
  bytes.writeUInt32BE(packet.targetIp, 24);
  return bytes;
}

const frame = (dst: number, packet: ArpPacket): Buffer =>
  encodeEthernet({
    dst,
    src: packet.senderMac,
    vlans: [],
    etherType: ETHERTYPE.arp,
    payload: encodeArp(packet),
  });

/** The broadcast frame that asks who has `targetIp`. */
export const arpRequest = (senderMac: number, senderIp: number, targetIp: number): Buffer =>
  frame(BROADCAST_MAC, { operation: ARP_OPERATION.request, senderMac, senderIp, targetMac: 0, targetIp });

/** The frame that tells who asked that the address is at `mac`. */
export const arpReply = (request: ArpPacket, mac: number): Buffer =>
  frame(request.senderMac, {
    operation: ARP_OPERATION.reply,
    senderMac: mac,
    senderIp: request.targetIp,
    targetMac: request.senderMac,
    targetIp: request.senderIp,
  });

/** The broadcast frame that tells everyone that `ip` is at `mac` now: an announcement of RFC 5227 §3. */
export const gratuitousArp = (mac: number, ip: number): Buffer => arpRequest(mac, ip, ip);
