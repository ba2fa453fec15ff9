import {
  arpRequest,
  BROADCAST_MAC,
  decodeEthernet,
  decodeIcmp,
  decodeIcmpv6,
  decodeIpv4,
  decodeIpv6,
  encodeEthernet,
  encodeIpv4,
  encodeIpv6,
  ETHERTYPE,
  IPV4_DEFAULTS,
  IPV6_DEFAULTS,
  IP_PROTOCOL,
  ipv6PseudoHeader,
  linkLocalIpv6,
} from '@vnet/packet';
import { describe, expect, it } from 'vitest';
import { tooBigReply } from './too-big.ts';

const [A, B] = [0x020a00000001, 0x020a00000002];
const [IP_A, IP_B] = [0x0a000001, 0x0a000002];

function frame(dst = B, protocol: number = IP_PROTOCOL.udp, payload = Buffer.alloc(1480)): Buffer {
  const packet = encodeIpv4({ ...IPV4_DEFAULTS, dontFragment: true, src: IP_A, dst: IP_B, protocol, payload });
  return encodeEthernet({ dst, src: A, vlans: [], etherType: ETHERTYPE.ipv4, payload: packet });
}

describe('the answer to a packet that is too big', () => {
  it('comes in the name of the destination and says which size passes', () => {
    const reply = decodeEthernet(tooBigReply(frame(), 1458)!);
    expect(reply).toMatchObject({ dst: A, src: B });
    const packet = decodeIpv4(reply.payload);
    expect(packet).toMatchObject({ src: IP_B, dst: IP_A, protocol: IP_PROTOCOL.icmp });
    expect(decodeIcmp(packet.payload)).toMatchObject({ kind: 'unreachable', code: 4, nextHopMtu: 1458 });
  });

  it.each([
    ['what went to many', frame(BROADCAST_MAC)],
    ['an ICMP error', frame(B, IP_PROTOCOL.icmp, Buffer.concat([Buffer.from([3, 4]), Buffer.alloc(1478)]))],
    ['what is not IPv4', arpRequest(A, IP_A, IP_B)],
    ['what cannot be read', frame().subarray(0, 30)],
    ['nothing at all', Buffer.alloc(0)],
  ])('is not given to %s', (_, original) => {
    expect(tooBigReply(original, 1458)).toBeUndefined();
  });
});

describe('the answer to an IPv6 packet that is too big', () => {
  const [IP6_A, IP6_B] = [(0xfd00n << 112n) | 1n, (0xfd00n << 112n) | 2n];
  const GROUP = (0xff02n << 112n) | 0xfbn;
  const GROUP_MAC = 0x3333000000fb;
  const OWN = 0x020000000001;

  const frame6 = (dst = B, to = IP6_B, nextHeader: number = IP_PROTOCOL.udp, payload = Buffer.alloc(1460)): Buffer => {
    const packet = encodeIpv6({ ...IPV6_DEFAULTS, src: IP6_A, dst: to, nextHeader, payload });
    return encodeEthernet({ dst, src: A, vlans: [], etherType: ETHERTYPE.ipv6, payload: packet });
  };

  it.each([
    ['the destination', frame6(), B, IP6_B],
    ['this host, if it went to a group', frame6(GROUP_MAC, GROUP), OWN, linkLocalIpv6(OWN)],
  ])('comes in the name of %s and says which size passes', (_, original, mac, address) => {
    const reply = decodeEthernet(tooBigReply(original, 1458, OWN)!);
    expect(reply).toMatchObject({ dst: A, src: mac, etherType: ETHERTYPE.ipv6 });
    expect(reply.payload).toHaveLength(1280);
    const packet = decodeIpv6(reply.payload);
    expect(packet).toMatchObject({ src: address, dst: IP6_A, nextHeader: IP_PROTOCOL.icmpv6 });
    const message = decodeIcmpv6(packet.payload, ipv6PseudoHeader(packet.src, packet.dst));
    expect(message).toMatchObject({ kind: 'packet-too-big', mtu: 1458 });
    expect(message).toMatchObject({ quote: original.subarray(14, 14 + 1232) });
  });

  it('is not given where the way takes less than any IPv6 link has to', () => {
    expect(tooBigReply(frame6(), 1279, OWN)).toBeUndefined();
    expect(tooBigReply(frame6(), 1280, OWN)).toBeDefined();
  });

  it.each([
    [
      'an ICMPv6 error',
      frame6(B, IP6_B, IP_PROTOCOL.icmpv6, Buffer.concat([Buffer.from([1]), Buffer.alloc(1459)])),
      OWN,
    ],
    ['a group, by a host that has no MAC there', frame6(GROUP_MAC, GROUP), undefined],
    ['what cannot be read', frame6().subarray(0, 60), OWN],
  ])('is not given to %s', (_, original, own) => {
    expect(tooBigReply(original, 1458, own)).toBeUndefined();
  });
});
