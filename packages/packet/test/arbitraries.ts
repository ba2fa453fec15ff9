import fc from 'fast-check';
import { ETHERTYPE, type IcmpMessage, type Icmpv6Message, TCP_FLAG } from '../src/index.ts';

/** Any well-formed value of each protocol. */
const bits = (count: number): fc.Arbitrary<number> => fc.nat(2 ** count - 1);
export const mac = bits(48);
export const ip = bits(32);
export const bytes = (maxLength = 64): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const options = fc
  .nat(10)
  .chain((words) => fc.uint8Array({ minLength: words * 4, maxLength: words * 4 }))
  .map((array) => Buffer.from(array));

export const ethernet = fc.record({
  dst: mac,
  src: mac,
  vlans: fc.array(
    fc.record({
      tpid: fc.constantFrom(ETHERTYPE.vlan, ETHERTYPE.serviceVlan),
      priority: bits(3),
      dropEligible: fc.boolean(),
      vid: bits(12),
    }),
    { maxLength: 3 },
  ),
  etherType: bits(16).filter((type) => type !== ETHERTYPE.vlan && type !== ETHERTYPE.serviceVlan),
  payload: bytes(),
});

export const arp = fc.record({ operation: bits(16), senderMac: mac, senderIp: ip, targetMac: mac, targetIp: ip });

export const ipv4 = fc.record({
  dscp: bits(6),
  ecn: bits(2),
  identification: bits(16),
  dontFragment: fc.boolean(),
  moreFragments: fc.boolean(),
  fragmentOffset: bits(13).map((units) => units * 8),
  ttl: bits(8),
  protocol: bits(8),
  src: ip,
  dst: ip,
  options,
  payload: bytes(),
});

const READ_ICMP_TYPES = [0, 3, 8, 11];

export const icmp: fc.Arbitrary<IcmpMessage> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('echo-request', 'echo-reply'),
    identifier: bits(16),
    sequence: bits(16),
    data: bytes(),
  }),
  fc.record({ kind: fc.constant('unreachable' as const), code: bits(8), nextHopMtu: bits(16), quote: bytes() }),
  fc.record({ kind: fc.constant('time-exceeded' as const), code: bits(8), quote: bytes() }),
  fc.record({
    kind: fc.constant('other' as const),
    type: bits(8).filter((type) => !READ_ICMP_TYPES.includes(type)),
    code: bits(8),
    body: bytes().map((tail) => Buffer.concat([Buffer.alloc(4, 1), tail])),
  }),
);

const ip6 = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });

export const ipv6 = fc.record({
  trafficClass: bits(8),
  flowLabel: bits(20),
  nextHeader: bits(8),
  hopLimit: bits(8),
  src: ip6,
  dst: ip6,
  payload: bytes(),
});

export const icmpv6: fc.Arbitrary<Icmpv6Message> = fc.oneof(
  fc.record({ kind: fc.constant('packet-too-big' as const), mtu: bits(32), quote: bytes() }),
  fc.record({
    kind: fc.constant('other' as const),
    type: bits(8).filter((type) => type !== 2),
    code: bits(8),
    body: bytes().map((tail) => Buffer.concat([Buffer.alloc(4, 1), tail])),
  }),
);

export const udp = fc.record({ srcPort: bits(16), dstPort: bits(16), payload: bytes() });

export const tcp = fc.record({
  srcPort: bits(16),
  dstPort: bits(16),
  sequence: bits(32),
  acknowledgment: bits(32),
  flags: fc.subarray(Object.values(TCP_FLAG)).map((flags) => flags.reduce<number>((sum, flag) => sum + flag, 0)),
  window: bits(16),
  urgentPointer: bits(16),
  options,
  payload: bytes(),
});
