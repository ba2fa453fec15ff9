import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Writable } from 'node:stream';
import {
  arpRequest,
  encodeEthernet,
  encodeIpv4,
  encodeUdp,
  ETHERTYPE,
  IP_PROTOCOL,
  IPV4_DEFAULTS,
  ipv4PseudoHeader,
} from '@vnet/packet';
import type { Node } from '../src/index.ts';

/** Sends each line of its input, a frame in hexadecimal, out of a device. */
const SENDER = `
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((sys.argv[1], 0))
for line in sys.stdin: s.send(bytes.fromhex(line))
`;

/** Puts frames on the wire as they are, in order, as a machine does that does not keep to its addresses. */
export class Sender {
  readonly #child: ChildProcessByStdio<Writable, null, null>;

  constructor(node: Node, device = 'eth0') {
    const [program = '', ...args] = node.command(['python3', '-u', '-c', SENDER, device]);
    this.#child = spawn(program, args, { stdio: ['pipe', 'ignore', 'inherit'] });
  }

  send(frames: readonly Buffer[]): void {
    this.#child.stdin.write(frames.map((frame) => `${frame.toString('hex')}\n`).join(''));
  }

  close(): void {
    this.#child.kill();
  }
}

/** `02:00:00:00:00:01` as a number. */
export function mac(text: string): number {
  return parseInt(text.replaceAll(':', ''), 16);
}

/** `10.0.0.1`, with or without a prefix length, as a number. */
export function ip(text: string): number {
  return text.split(/[./]/, 4).reduce((sum, part) => sum * 256 + Number(part), 0);
}

export interface Ends {
  readonly src: string;
  readonly dst: string;
  readonly srcIp: string;
  readonly dstIp: string;
}

/** A UDP datagram that carries a text to recognise it by. */
export function datagram({ src, dst, srcIp, dstIp }: Ends, text: string): Buffer {
  const [from, to] = [ip(srcIp), ip(dstIp)];
  const ports = { srcPort: 4000, dstPort: 4000, payload: Buffer.from(text) };
  return encodeEthernet({
    src: mac(src),
    dst: mac(dst),
    vlans: [],
    etherType: ETHERTYPE.ipv4,
    payload: encodeIpv4({
      ...IPV4_DEFAULTS,
      src: from,
      dst: to,
      protocol: IP_PROTOCOL.udp,
      payload: encodeUdp(ports, ipv4PseudoHeader(from, to)),
    }),
  });
}

/** An ARP request whose Ethernet source may differ from the sender that it names. */
export function arpRequestFrom(src: string, sha: string, spa: string, tpa: string): Buffer {
  const frame = arpRequest(mac(sha), ip(spa), ip(tpa));
  frame.writeUIntBE(mac(src), 6, 6);
  return frame;
}

/** The Ethernet address of an IPv4 group: 01:00:5e and the low 23 bits of the group (RFC 1112). */
export function groupMac(group: string): string {
  const low = (ip(group) & 0x7fffff).toString(16).padStart(6, '0');
  return `01:00:5e:${low.replace(/..(?=.)/g, '$&:')}`;
}

/** A frame of no protocol that anyone knows. */
export function strange(src: string, dst: string, etherType: number): Buffer {
  const payload = Buffer.from(`a frame of type ${etherType} that fills up to the least length of Ethernet`);
  return encodeEthernet({ src: mac(src), dst: mac(dst), vlans: [], etherType, payload });
}

/** IPv6 with a text behind its header; addresses are 32 hexadecimal digits. */
export function ipv6(src: string, dst: string, from: string, to: string, text: string): Buffer {
  const payload = Buffer.concat([Buffer.alloc(40), Buffer.from(text)]);
  payload.writeUInt32BE(0x60000000, 0);
  payload.writeUInt16BE(text.length, 4);
  payload.writeUInt8(59, 6);
  payload.writeUInt8(64, 7);
  Buffer.from(from, 'hex').copy(payload, 8);
  Buffer.from(to, 'hex').copy(payload, 24);
  return encodeEthernet({ src: mac(src), dst: mac(dst), vlans: [], etherType: 0x86dd, payload });
}
