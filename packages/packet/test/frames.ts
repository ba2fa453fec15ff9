import {
  type EthernetFrame,
  encodeEthernet,
  encodeIcmp,
  encodeIpv4,
  encodeTcp,
  encodeUdp,
  ETHERTYPE,
  type IcmpMessage,
  IP_PROTOCOL,
  IPV4_DEFAULTS,
  ipv4PseudoHeader,
  type Ipv4Packet,
  TCP_FLAG,
  type TcpSegment,
} from '../src/index.ts';

export const A = { mac: 0x02_00_00_00_00_01, ip: 0x0a_00_00_01 };
export const B = { mac: 0x02_00_00_00_00_02, ip: 0x0a_00_00_02 };

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
