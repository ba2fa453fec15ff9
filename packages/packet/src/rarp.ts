import { BROADCAST_MAC } from './addresses.ts';
import { encodeArp } from './arp.ts';
import { encodeEthernet, ETHERTYPE } from './ethernet.ts';

/** RARP (RFC 903) has the form of ARP: use `decodeArp` and `encodeArp`. */
export const RARP_OPERATION = { request: 3, reply: 4 } as const;

/**
 * The broadcast frame that makes every switch learn where `mac` is, without saying anything about IP: the way
 * hypervisors announce a machine that has moved.
 */
export const rarpAnnouncement = (mac: number): Buffer =>
  encodeEthernet({
    dst: BROADCAST_MAC,
    src: mac,
    vlans: [],
    etherType: ETHERTYPE.rarp,
    payload: encodeArp({
      operation: RARP_OPERATION.request,
      senderMac: mac,
      senderIp: 0,
      targetMac: mac,
      targetIp: 0,
    }),
  });
