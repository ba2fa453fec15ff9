import {
  DecodeError,
  ETHERTYPE,
  IPV4_DEFAULTS,
  IPV6_DEFAULTS,
  IPV6_MIN_MTU,
  IP_PROTOCOL,
  decodeEthernet,
  decodeIpv4,
  decodeIpv6,
  encodeEthernet,
  encodeIcmp,
  encodeIcmpv6,
  encodeIpv4,
  encodeIpv6,
  fragmentationNeeded,
  ipv6PseudoHeader,
  isGroupMac,
  isMulticastIpv6,
  linkLocalIpv6,
  mayCauseIcmpError,
  mayCausePacketTooBig,
  packetTooBig,
  type EthernetFrame,
} from '@vnet/packet';

/**
 * The answer to a packet that does not fit the way to its destination, with the MTU that does: fragmentation needed
 * (RFC 1191), or packet too big (RFC 4443 §3.2). No router stands between the two machines, so it comes in the name of the
 * destination.
 *
 * @param ownMac MAC of this host in the domain: its link-local address answers in the name of a group
 * @returns undefined for a packet that no error may be sent about, and for one that cannot be read
 */
export function tooBigReply(frame: Buffer, mtu: number, ownMac?: number): Buffer | undefined {
  try {
    const ethernet = decodeEthernet(frame);
    return ANSWERS.get(ethernet.etherType)?.(ethernet, mtu, ownMac);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

type Answer = (ethernet: EthernetFrame, mtu: number, ownMac: number | undefined) => Buffer | undefined;

const ANSWERS: ReadonlyMap<number, Answer> = new Map<number, Answer>([
  [ETHERTYPE.ipv4, fragmentationNeededFor],
  [ETHERTYPE.ipv6, packetTooBigFor],
]);

function fragmentationNeededFor(ethernet: EthernetFrame, mtu: number): Buffer | undefined {
  if (isGroupMac(ethernet.dst)) return undefined;
  const packet = decodeIpv4(ethernet.payload);
  if (!mayCauseIcmpError(packet)) return undefined;
  return encodeEthernet({
    ...back(ethernet),
    src: ethernet.dst,
    payload: encodeIpv4({
      ...IPV4_DEFAULTS,
      src: packet.dst,
      dst: packet.src,
      protocol: IP_PROTOCOL.icmp,
      payload: encodeIcmp(fragmentationNeeded(mtu, ethernet.payload)),
    }),
  });
}

/** Unlike other errors it is sent about multicast as well, so that path MTU discovery works there (RFC 4443 §2.4 e.3). */
function packetTooBigFor(ethernet: EthernetFrame, mtu: number, ownMac: number | undefined): Buffer | undefined {
  // A smaller value would be ignored (RFC 8201 §4).
  if (mtu < IPV6_MIN_MTU) return undefined;
  const packet = decodeIpv6(ethernet.payload);
  if (!mayCausePacketTooBig(packet)) return undefined;
  const toMany = isGroupMac(ethernet.dst) || isMulticastIpv6(packet.dst);
  if (toMany && ownMac === undefined) return undefined;
  const src = toMany ? linkLocalIpv6(ownMac!) : packet.dst;
  const dst = packet.src;
  return encodeEthernet({
    ...back(ethernet),
    src: toMany ? ownMac! : ethernet.dst,
    payload: encodeIpv6({
      ...IPV6_DEFAULTS,
      src,
      dst,
      nextHeader: IP_PROTOCOL.icmpv6,
      payload: encodeIcmpv6(packetTooBig(mtu, ethernet.payload), ipv6PseudoHeader(src, dst)),
    }),
  });
}

/** To the sender of a frame, in the protocol that it came in. */
function back({ src, etherType }: EthernetFrame): Pick<EthernetFrame, 'dst' | 'vlans' | 'etherType'> {
  return { dst: src, vlans: [], etherType };
}
