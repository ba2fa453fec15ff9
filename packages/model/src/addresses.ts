/**
 * Addresses as numbers: IPv4 as unsigned 32 bit, MAC as unsigned 48 bit (exact in a double). Parsing is strict and gives
 * undefined for anything that is not exactly right; formatting gives the canonical text.
 */

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const MAC_COLONS = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i;
const MAC_DOTS = /^[0-9a-f]{4}(\.[0-9a-f]{4}){2}$/i;
const DPID = /^(?:0x)?([0-9a-f]{1,16})$/i;

const MAC_MAX = 2 ** 48 - 1;
/** I/G bit of the first octet (IEEE 802): the address is a group's. */
const GROUP_BIT = 2 ** 40;

/** `'10.1.0.5'` → 167837701. Four decimal octets; a leading zero is refused, since some read it as octal. */
export function parseIpv4(text: string): number | undefined {
  const octets = IPV4.exec(text)?.slice(1);
  if (octets?.every((octet) => Number(octet) < 256 && (octet === '0' || !octet.startsWith('0'))) !== true)
    return undefined;
  return octets.reduce((address, octet) => address * 256 + Number(octet), 0);
}

/** 167837701 → `'10.1.0.5'`. */
export function formatIpv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

/** Network mask of a prefix length, as unsigned 32 bit. */
export function ipv4Mask(prefix: number): number {
  return prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
}

/** The network that an address is in. */
export function ipv4Network(address: number, prefix: number): number {
  return (address & ipv4Mask(prefix)) >>> 0;
}

/** `aa:bb:cc:dd:ee:ff` or `aabb.ccdd.eeff`, either case → number. */
export function parseMac(text: string): number | undefined {
  if (!MAC_COLONS.test(text) && !MAC_DOTS.test(text)) return undefined;
  return Number.parseInt(text.replaceAll(/[:.]/g, ''), 16);
}

/** 187723572702975 → `'aa:bb:cc:dd:ee:ff'`. */
export function formatMac(address: number): string {
  return address
    .toString(16)
    .padStart(12, '0')
    .replaceAll(/(..)(?=.)/g, '$1:');
}

function isMac(address: number): boolean {
  return Number.isInteger(address) && address >= 0 && address <= MAC_MAX;
}

/** An address that one station may have: not a group's, not all zero. */
export function isUnicastMac(address: number): boolean {
  return isMac(address) && address !== 0 && Math.floor(address / GROUP_BIT) % 2 === 0;
}

/** Up to 16 hexadecimal digits with or without `0x` → `'0x'` and 16 lower case digits. */
export function parseDpid(text: string): string | undefined {
  const digits = DPID.exec(text)?.[1];
  return digits === undefined ? undefined : `0x${digits.toLowerCase().padStart(16, '0')}`;
}
