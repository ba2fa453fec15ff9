import {
  ARP_OPERATION,
  arpReply,
  encodeEthernet,
  encodeIcmp,
  encodeIpv4,
  encodeTcp,
  encodeUdp,
  ETHERTYPE,
  IP_PROTOCOL,
  IPV4_DEFAULTS,
  ipv4PseudoHeader,
  TCP_FLAG,
  type IcmpMessage,
  type Ipv4Header,
} from '@vnet/packet';
import type { Lab } from '../src/index.ts';
import { ip, mac, type Ends } from './frames.ts';

/** The addresses of a packet from one machine of a lab to another. */
export function endsOf(lab: Lab, from: string, to: string): Ends {
  const [source, target] = [lab.vm(from), lab.vm(to)];
  return {
    src: source.mac,
    srcIp: source.address!.split('/')[0]!,
    dst: target.mac,
    dstIp: target.address!.split('/')[0]!,
  };
}

export function reversed({ src, srcIp, dst, dstIp }: Ends): Ends {
  return { src: dst, srcIp: dstIp, dst: src, dstIp: srcIp };
}

/** A frame with an IPv4 packet of any protocol in it. */
export function ipv4Frame(ends: Ends, protocol: number, payload: Buffer, header: Partial<Ipv4Header> = {}): Buffer {
  const addresses = { src: ip(ends.srcIp), dst: ip(ends.dstIp) };
  return encodeEthernet({
    src: mac(ends.src),
    dst: mac(ends.dst),
    vlans: [],
    etherType: ETHERTYPE.ipv4,
    payload: encodeIpv4({ ...IPV4_DEFAULTS, ...addresses, protocol, payload, ...header }),
  });
}

export interface Ports {
  readonly srcPort: number;
  readonly dstPort: number;
}

export function udpFrame(ends: Ends, ports: Ports, payload: Buffer = Buffer.from('probe')): Buffer {
  return ipv4Frame(ends, IP_PROTOCOL.udp, udpBytes(ends, ports, payload));
}

/** A UDP datagram as it is in the packet, or in its fragments. */
export function udpBytes(ends: Ends, ports: Ports, payload: Buffer): Buffer {
  return encodeUdp({ ...ports, payload }, ipv4PseudoHeader(ip(ends.srcIp), ip(ends.dstIp)));
}

export interface SegmentFields extends Ports {
  /** Sum of `TCP_FLAG`s; SYN unless given. */
  readonly flags?: number;
  readonly sequence?: number;
  readonly acknowledgment?: number;
  readonly payload?: Buffer;
}

export function tcpFrame(ends: Ends, fields: SegmentFields): Buffer {
  const segment = {
    flags: TCP_FLAG.syn,
    sequence: 1000,
    acknowledgment: 0,
    window: 65535,
    urgentPointer: 0,
    options: Buffer.alloc(0),
    payload: Buffer.alloc(0),
    ...fields,
  };
  return ipv4Frame(ends, IP_PROTOCOL.tcp, encodeTcp(segment, ipv4PseudoHeader(ip(ends.srcIp), ip(ends.dstIp))));
}

export function icmpFrame(ends: Ends, message: IcmpMessage): Buffer {
  return ipv4Frame(ends, IP_PROTOCOL.icmp, encodeIcmp(message));
}

/** What one machine tells another about its address, unasked, with some text behind it. */
export function arpReplyFrame({ src, srcIp, dst, dstIp }: Ends, text = ''): Buffer {
  const request = {
    operation: ARP_OPERATION.request,
    senderMac: mac(dst),
    senderIp: ip(dstIp),
    targetMac: 0,
    targetIp: ip(srcIp),
  };
  return Buffer.concat([arpReply(request, mac(src)), Buffer.from(text)]);
}
