import {
  type EthernetFrame,
  encodeEthernet,
  encodeIcmp,
  encodeIcmpv6,
  encodeIpv4,
  encodeIpv6,
  encodeTcp,
  encodeUdp,
  ETHERTYPE,
  type IcmpMessage,
  IP_PROTOCOL,
  IPV4_DEFAULTS,
  IPV6_DEFAULTS,
  ipv4PseudoHeader,
  type Ipv4Packet,
  ipv6PseudoHeader,
  type Ipv6Packet,
  packetTooBig,
  TCP_FLAG,
  type TcpSegment,
} from '../src/index.ts';

export const A = { mac: 0x02_00_00_00_00_01, ip: 0x0a_00_00_01, ip6: (0xfd00n << 112n) | 1n };
export const B = { mac: 0x02_00_00_00_00_02, ip: 0x0a_00_00_02, ip6: (0xfd00n << 112n) | 2n };

/** Packets and frames from A to B. */
export const packet = (protocol: number, payload: Buffer, more: Partial<Ipv4Packet> = {}): Buffer =>
  encodeIpv4({ ...IPV4_DEFAULTS, src: A.ip, dst: B.ip, protocol, payload, ...more });

export const frame = (payload: Buffer, more: Partial<EthernetFrame> = {}): Buffer =>
  encodeEthernet({ dst: B.mac, src: A.mac, vlans: [], etherType: ETHERTYPE.ipv4, payload, ...more });

export const icmp = (message: IcmpMessage, more: Partial<Ipv4Packet> = {}): Buffer =>
  packet(IP_PROTOCOL.icmp, encodeIcmp(message), more);

export const udp = (srcPort: number, dstPort: number, payload: Buffer, more: Partial<Ipv4Packet> = {}): Buffer =>
  packet(IP_PROTOCOL.udp, encodeUdp({ srcPort, dstPort, payload }, ipv4PseudoHeader(A.ip, B.ip)), more);

const SYN: TcpSegment = {
  srcPort: 40001,
  dstPort: 40002,
  sequence: 1000,
  acknowledgment: 0,
  flags: TCP_FLAG.syn,
  window: 64240,
  urgentPointer: 0,
  options: Buffer.alloc(0),
  payload: Buffer.alloc(0),
};

export const tcp = (segment: Partial<TcpSegment>): Buffer =>
  packet(IP_PROTOCOL.tcp, encodeTcp({ ...SYN, ...segment }, ipv4PseudoHeader(A.ip, B.ip)));

export const packet6 = (nextHeader: number, payload: Buffer, more: Partial<Ipv6Packet> = {}): Buffer =>
  encodeIpv6({ ...IPV6_DEFAULTS, src: A.ip6, dst: B.ip6, nextHeader, payload, ...more });

const pseudoHeader6 = ipv6PseudoHeader(A.ip6, B.ip6);

export const udp6 = (payload: Buffer, more: Partial<Ipv6Packet> = {}): Buffer =>
  packet6(IP_PROTOCOL.udp, encodeUdp({ srcPort: 40001, dstPort: 40002, payload }, pseudoHeader6), more);

/** An error about a datagram with this payload. */
export const packetTooBigAbout = (mtu: number, payload: Buffer): Buffer =>
  packet6(IP_PROTOCOL.icmpv6, encodeIcmpv6(packetTooBig(mtu, udp6(payload)), pseudoHeader6));

export const ipv6Frame = (payload: Buffer): Buffer => frame(payload, { etherType: ETHERTYPE.ipv6 });
