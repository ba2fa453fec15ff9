// One file per protocol; those to come (DHCP, DNS, LACP) take their place beside these.
export * from './addresses.ts';
export * from './arp.ts';
export { checksum, ipv4PseudoHeader, ipv6PseudoHeader, type PseudoHeader } from './checksum.ts';
export { DecodeError } from './decode-error.ts';
export { describe } from './describe.ts';
export * from './ethernet.ts';
export * from './icmp.ts';
export * from './icmpv6.ts';
export * from './ipv4.ts';
export * from './ipv6.ts';
export * from './rarp.ts';
export * from './tcp.ts';
export * from './udp.ts';
