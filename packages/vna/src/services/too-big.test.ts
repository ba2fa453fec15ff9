import {
  arpRequest,
  BROADCAST_MAC,
  decodeEthernet,
  decodeIcmp,
  decodeIpv4,
  encodeEthernet,
  encodeIpv4,
  ETHERTYPE,
  IPV4_DEFAULTS,
  IP_PROTOCOL,
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
