import { expect, it } from 'vitest';
import { A, B, frame, icmp, ipv6Frame, packetTooBigAbout, tcp, udp } from '../test/frames.ts';
import { tshark } from '../test/pcap.ts';
import {
  arpReply,
  arpRequest,
  decodeArp,
  decodeEthernet,
  encodeEthernet,
  ETHERTYPE,
  fragmentationNeeded,
  gratuitousArp,
  rarpAnnouncement,
  TCP_FLAG,
  timeExceeded,
  unreachable,
  UNREACHABLE_CODE,
} from './index.ts';

const GOOD = '1';
const MACS = { 'eth.src': '02:00:00:00:00:01', 'eth.dst': '02:00:00:00:00:02' };
const IPS = { 'ip.src': '10.0.0.1', 'ip.dst': '10.0.0.2', 'ip.checksum.status': GOOD };
const original = udp(40001, 40002, Buffer.alloc(1400, 'x'), { dontFragment: true });
const request = arpRequest(A.mac, A.ip, B.ip);

/** Frames, and all that tshark must find in them. */
const CASES: readonly (readonly [name: string, bytes: Buffer, expected: Record<string, string>])[] = [
  [
    'ARP request',
    request,
    {
      'eth.dst': 'ff:ff:ff:ff:ff:ff',
      'arp.opcode': '1',
      'arp.src.proto_ipv4': '10.0.0.1',
      'arp.dst.proto_ipv4': '10.0.0.2',
      'arp.dst.hw_mac': '00:00:00:00:00:00',
    },
  ],
  [
    'ARP reply',
    arpReply(decodeArp(decodeEthernet(request).payload), B.mac),
    {
      'eth.src': '02:00:00:00:00:02',
      'eth.dst': '02:00:00:00:00:01',
      'arp.opcode': '2',
      'arp.src.hw_mac': '02:00:00:00:00:02',
      'arp.src.proto_ipv4': '10.0.0.2',
      'arp.dst.proto_ipv4': '10.0.0.1',
    },
  ],
  [
    'gratuitous ARP',
    gratuitousArp(A.mac, A.ip),
    { 'eth.dst': 'ff:ff:ff:ff:ff:ff', 'arp.opcode': '1', 'arp.isgratuitous': '1', 'arp.src.proto_ipv4': '10.0.0.1' },
  ],
  [
    'RARP announcement',
    rarpAnnouncement(A.mac),
    {
      'eth.type': '0x8035',
      'arp.opcode': '3',
      'arp.src.hw_mac': '02:00:00:00:00:01',
      'arp.dst.hw_mac': '02:00:00:00:00:01',
    },
  ],
  [
    'VLAN tags',
    encodeEthernet({
      ...decodeEthernet(request),
      vlans: [
        { tpid: ETHERTYPE.serviceVlan, priority: 5, dropEligible: true, vid: 4095 },
        { tpid: ETHERTYPE.vlan, priority: 1, dropEligible: false, vid: 100 },
      ],
    }),
    {
      'eth.type': '0x88a8',
      'ieee8021ad.id': '4095',
      'ieee8021ad.priority': '5',
      'ieee8021ad.dei': '1',
      'vlan.id': '100',
      'vlan.priority': '1',
      'arp.opcode': '1',
    },
  ],
  [
    'ICMP echo',
    frame(icmp({ kind: 'echo-request', identifier: 7, sequence: 9, data: Buffer.from('odd') })),
    {
      ...MACS,
      ...IPS,
      'icmp.type': '8',
      'icmp.code': '0',
      'icmp.checksum.status': GOOD,
      'icmp.ident': '7',
      'icmp.seq': '9',
      'data.len': '3',
    },
  ],
  [
    'fragmentation needed',
    frame(icmp(fragmentationNeeded(1400, original))),
    {
      ...IPS,
      'icmp.type': '3',
      'icmp.code': '4',
      'icmp.mtu': '1400',
      'icmp.checksum.status': GOOD,
      'ip.len': '56',
      'udp.dstport': '40002',
    },
  ],
  [
    'port unreachable',
    frame(icmp(unreachable(UNREACHABLE_CODE.port, original))),
    { ...IPS, 'icmp.type': '3', 'icmp.code': '3', 'icmp.checksum.status': GOOD, 'udp.srcport': '40001' },
  ],
  [
    'time exceeded',
    frame(icmp(timeExceeded(original))),
    { ...IPS, 'icmp.type': '11', 'icmp.code': '0', 'icmp.checksum.status': GOOD },
  ],
  [
    'UDP',
    frame(original),
    {
      ...MACS,
      ...IPS,
      'ip.flags.df': '1',
      'udp.srcport': '40001',
      'udp.dstport': '40002',
      'udp.length': '1408',
      'udp.checksum.status': GOOD,
    },
  ],
  [
    'packet too big',
    ipv6Frame(packetTooBigAbout(1458, Buffer.alloc(1400, 'x'))),
    {
      'eth.type': '0x86dd',
      'ipv6.src': 'fd00::1',
      'ipv6.dst': 'fd00::2',
      'ipv6.plen': '1240',
      'ipv6.hlim': '64',
      'icmpv6.type': '2',
      'icmpv6.code': '0',
      'icmpv6.mtu': '1458',
      'icmpv6.checksum.status': GOOD,
      'udp.dstport': '40002',
    },
  ],
  [
    'UDP of odd length',
    frame(udp(40001, 40002, Buffer.from('odd'))),
    { 'udp.checksum.status': GOOD, 'udp.length': '11' },
  ],
  [
    'TCP',
    frame(tcp({ flags: TCP_FLAG.syn | TCP_FLAG.ack, acknowledgment: 5, options: Buffer.from([2, 4, 5, 0xb4]) })),
    {
      ...IPS,
      'tcp.srcport': '40001',
      'tcp.flags': '0x0012',
      'tcp.seq_raw': '1000',
      'tcp.ack_raw': '5',
      'tcp.options.mss_val': '1460',
      'tcp.checksum.status': GOOD,
    },
  ],
  [
    'IPv4 options and fragments',
    frame(
      udp(40001, 40002, Buffer.alloc(16), {
        options: Buffer.from([1, 1, 1, 0]),
        moreFragments: true,
        fragmentOffset: 1480,
        identification: 0xbeef,
        ttl: 3,
        dscp: 46,
        ecn: 2,
      }),
    ),
    {
      ...IPS,
      'ip.hdr_len': '24',
      'ip.flags.mf': '1',
      'ip.frag_offset': '185',
      'ip.id': '0xbeef',
      'ip.ttl': '3',
      'ip.dsfield.dscp': '46',
      'ip.dsfield.ecn': '2',
    },
  ],
];

const fields = [...new Set(CASES.flatMap(([, , expected]) => Object.keys(expected))), '_ws.malformed'];
const read = tshark(
  CASES.map(([, bytes]) => bytes),
  fields,
);

it.each(CASES.map(([name, , expected], index) => [name, expected, read[index]] as const))(
  'tshark reads %s as meant',
  (_name, expected, found) => {
    expect(found).toMatchObject(expected);
    expect(found).not.toHaveProperty('_ws.malformed');
  },
);
