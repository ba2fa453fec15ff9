import {
  DecodeError,
  ETHERTYPE,
  IPV4_DEFAULTS,
  IP_PROTOCOL,
  decodeEthernet,
  decodeIpv4,
  encodeEthernet,
  encodeIcmp,
  encodeIpv4,
  fragmentationNeeded,
  isGroupMac,
  mayCauseIcmpError,
  type EthernetFrame,
} from '@vnet/packet';

/**
 * The answer to a packet that does not fit the way to its destination: fragmentation needed, with the MTU that does
 * (RFC 1191). No router stands between the two machines, so it comes in the name of the destination.
 *
 * @returns undefined for a packet that no error may be sent about, and for one that cannot be read
 */
export function tooBigReply(frame: Buffer, mtu: number): Buffer | undefined {
  try {
    return replyTo(decodeEthernet(frame), mtu);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function replyTo(ethernet: EthernetFrame, mtu: number): Buffer | undefined {
  if (ethernet.etherType !== ETHERTYPE.ipv4 || isGroupMac(ethernet.dst)) return undefined;
  const packet = decodeIpv4(ethernet.payload);
  if (!mayCauseIcmpError(packet)) return undefined;
  return encodeEthernet({
    dst: ethernet.src,
    src: ethernet.dst,
    vlans: [],
    etherType: ETHERTYPE.ipv4,
    payload: encodeIpv4({
      ...IPV4_DEFAULTS,
      src: packet.dst,
      dst: packet.src,
      protocol: IP_PROTOCOL.icmp,
      payload: encodeIcmp(fragmentationNeeded(mtu, ethernet.payload)),
    }),
  });
}
