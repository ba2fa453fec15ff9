/** The internet checksum (RFC 1071): ones' complement of the ones' complement sum of 16-bit words. */

/** Adds bytes to a sum; a last odd byte counts as if a zero followed. */
export function addWords(sum: number, bytes: Buffer): number {
  let total = sum;
  const even = bytes.length & ~1;
  for (let at = 0; at < even; at += 2) total += bytes.readUInt16BE(at);
  return even === bytes.length ? total : total + bytes[even]! * 256;
}

/** The checksum of what has been added. Over bytes that contain their right checksum it is 0. */
export function finish(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000);
  return 0xffff - folded;
}

export const checksum = (bytes: Buffer): number => finish(addWords(0, bytes));

/** Sum of the pseudo header that UDP and TCP cover besides themselves: it depends on the network layer. */
export type PseudoHeader = (protocol: number, length: number) => number;

/** The pseudo header of IPv4 (RFC 768, RFC 9293 §3.1). */
export const ipv4PseudoHeader =
  (src: number, dst: number): PseudoHeader =>
  (protocol, length) =>
    (src >>> 16) + (src & 0xffff) + (dst >>> 16) + (dst & 0xffff) + protocol + length;

/** The pseudo header of IPv6 (RFC 8200 §8.1). */
export const ipv6PseudoHeader =
  (src: bigint, dst: bigint): PseudoHeader =>
  (protocol, length) =>
    addressSum(src) + addressSum(dst) + length + protocol;

function addressSum(address: bigint): number {
  let sum = 0;
  for (let rest = address; rest > 0n; rest >>= 16n) sum += Number(rest & 0xffffn);
  return sum;
}
