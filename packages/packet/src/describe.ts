import { formatIpv4, formatMac } from './addresses.ts';
import { ARP_OPERATION, decodeArp } from './arp.ts';
import { DecodeError } from './decode-error.ts';
import { decodeEthernet, ETHERTYPE } from './ethernet.ts';
import { decodeIcmp, type IcmpMessage, TIME_EXCEEDED_CODE, UNREACHABLE_CODE } from './icmp.ts';
import { decodeIpv4, decodeIpv4Header, IP_PROTOCOL, type Ipv4Packet, isFragment } from './ipv4.ts';
import { RARP_OPERATION } from './rarp.ts';
import { decodeTcp, TCP_FLAG } from './tcp.ts';
import { decodeUdp } from './udp.ts';

/** What each ethertype is called and how its payload reads. */
const NETWORK_LAYER: ReadonlyMap<number, { readonly name: string; readonly describe: (payload: Buffer) => string }> =
  new Map([
    [ETHERTYPE.ipv4, { name: 'IPv4', describe: (payload) => describeIpv4(decodeIpv4(payload)) }],
    [ETHERTYPE.arp, { name: 'ARP', describe: describeArp }],
    [ETHERTYPE.rarp, { name: 'Reverse ARP', describe: describeArp }],
  ]);

/** How each protocol over IPv4 reads. */
const TRANSPORT_LAYER: ReadonlyMap<number, (packet: Ipv4Packet) => string> = new Map([
  [IP_PROTOCOL.icmp, describeIcmp],
  [IP_PROTOCOL.udp, describeUdp],
  [IP_PROTOCOL.tcp, describeTcp],
]);

const TAG_NAMES: ReadonlyMap<number, string> = new Map([
  [ETHERTYPE.vlan, '802.1Q'],
  [ETHERTYPE.serviceVlan, '802.1Q-QinQ'],
]);

/** One line about a frame, in the words of `tcpdump -en`. What cannot be read is said to be malformed, and why. */
export function describe(frame: Buffer): string {
  let line = '';
  try {
    const { dst, src, vlans, etherType, payload } = decodeEthernet(frame);
    const types = [...vlans.map(({ tpid }) => tpid), etherType].map(nameType);
    const network = NETWORK_LAYER.get(etherType);
    line = `${formatMac(src)} > ${formatMac(dst)}, ${types[0]}, length ${frame.length}: `;
    vlans.forEach(({ vid, priority, dropEligible }, index) => {
      line += `vlan ${vid}, p ${priority}${dropEligible ? ', DEI' : ''}, ${types[index + 1]}, `;
    });
    return line + (network?.describe(payload) ?? `${payload.length} bytes`);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return `${line}malformed ${error.message}`;
  }
}

function nameType(etherType: number): string {
  const name = TAG_NAMES.get(etherType) ?? NETWORK_LAYER.get(etherType)?.name ?? 'Unknown';
  return `ethertype ${name} (0x${etherType.toString(16).padStart(4, '0')})`;
}

function describeArp(bytes: Buffer): string {
  const { operation, senderMac, senderIp, targetMac, targetIp } = decodeArp(bytes);
  const asked = targetMac === 0 ? '' : ` (${formatMac(targetMac)})`;
  const texts: Readonly<Record<number, string>> = {
    [ARP_OPERATION.request]: `Request who-has ${formatIpv4(targetIp)}${asked} tell ${formatIpv4(senderIp)}`,
    [ARP_OPERATION.reply]: `Reply ${formatIpv4(senderIp)} is-at ${formatMac(senderMac)}`,
    [RARP_OPERATION.request]: `Reverse Request who-is ${formatMac(targetMac)} tell ${formatMac(senderMac)}`,
    [RARP_OPERATION.reply]: `Reverse Reply ${formatMac(targetMac)} at ${formatIpv4(targetIp)}`,
  };
  return `${texts[operation] ?? `Operation ${operation}`}, length ${bytes.length}`;
}

function describeIpv4(packet: Ipv4Packet): string {
  const transport = isFragment(packet) ? undefined : TRANSPORT_LAYER.get(packet.protocol);
  if (transport !== undefined) return transport(packet);
  const fragment = isFragment(packet) ? `, fragment at ${packet.fragmentOffset}` : '';
  return `${ends(packet)}: ip-proto-${packet.protocol} ${packet.payload.length}${fragment}`;
}

function describeUdp(packet: Ipv4Packet): string {
  const { srcPort, dstPort, payload } = decodeUdp(packet.payload);
  return `${ends(packet, srcPort, dstPort)}: UDP, length ${payload.length}`;
}

/** In the order tcpdump prints them. */
const FLAG_LETTERS = [
  [TCP_FLAG.fin, 'F'],
  [TCP_FLAG.syn, 'S'],
  [TCP_FLAG.rst, 'R'],
  [TCP_FLAG.psh, 'P'],
  [TCP_FLAG.ack, '.'],
  [TCP_FLAG.urg, 'U'],
  [TCP_FLAG.ece, 'E'],
  [TCP_FLAG.cwr, 'W'],
] as const;

function describeTcp(packet: Ipv4Packet): string {
  const { srcPort, dstPort, flags, sequence, acknowledgment, window, payload } = decodeTcp(packet.payload);
  const letters = FLAG_LETTERS.filter(([bit]) => (flags & bit) !== 0).map(([, letter]) => letter);
  const end = payload.length > 0 ? `:${(sequence + payload.length) % 2 ** 32}` : '';
  const ack = (flags & TCP_FLAG.ack) === 0 ? '' : `, ack ${acknowledgment}`;
  return (
    `${ends(packet, srcPort, dstPort)}: Flags [${letters.join('') || 'none'}], seq ${sequence}${end}${ack}, ` +
    `win ${window}, length ${payload.length}`
  );
}

function describeIcmp(packet: Ipv4Packet): string {
  return `${ends(packet)}: ICMP ${describeMessage(decodeIcmp(packet.payload))}, length ${packet.payload.length}`;
}

function describeMessage(message: IcmpMessage): string {
  switch (message.kind) {
    case 'echo-request':
    case 'echo-reply':
      return `${message.kind.replace('-', ' ')}, id ${message.identifier}, seq ${message.sequence}`;
    case 'unreachable':
      return describeUnreachable(message.code, message.nextHopMtu, message.quote);
    case 'time-exceeded':
      return message.code === TIME_EXCEEDED_CODE.inTransit ? 'time exceeded in-transit' : 'ip reassembly time exceeded';
    case 'other':
      return `type-${message.type}, code ${message.code}`;
  }
}

function describeUnreachable(code: number, mtu: number, quote: Buffer): string {
  const { dst, protocol, options } = decodeIpv4Header(quote);
  const ip = formatIpv4(dst);
  switch (code) {
    case UNREACHABLE_CODE.network:
      return `net ${ip} unreachable`;
    case UNREACHABLE_CODE.host:
      return `host ${ip} unreachable`;
    case UNREACHABLE_CODE.protocol:
      return `${ip} protocol ${protocol} unreachable`;
    case UNREACHABLE_CODE.port:
      return `${ip} ${quotedPort(protocol, quote.subarray(20 + options.length))} unreachable`;
    case UNREACHABLE_CODE.fragmentationNeeded:
      return `${ip} unreachable - need to frag (mtu ${mtu})`;
    case UNREACHABLE_CODE.prohibited:
      return `host ${ip} unreachable - admin prohibited filter`;
    default:
      return `${ip} unreachable - #${code}`;
  }
}

function quotedPort(protocol: number, transport: Buffer): string {
  const name = { [IP_PROTOCOL.udp]: 'udp', [IP_PROTOCOL.tcp]: 'tcp' }[protocol];
  return name === undefined || transport.length < 4 ? 'port' : `${name} port ${transport.readUInt16BE(2)}`;
}

const ends = (packet: Ipv4Packet, srcPort?: number, dstPort?: number): string =>
  `${formatIpv4(packet.src)}${port(srcPort)} > ${formatIpv4(packet.dst)}${port(dstPort)}`;

const port = (number: number | undefined): string => (number === undefined ? '' : `.${number}`);
