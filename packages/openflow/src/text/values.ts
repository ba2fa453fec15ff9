/** Values of fields as text, as ovs-ofctl writes them. */
import { CT_STATE, PORT } from '../constants.ts';
import type { Field, FieldName, FieldValue } from '../fields/field.ts';

export const hex = (value: number | bigint): string => (BigInt(value) === 0n ? '0' : `0x${value.toString(16)}`);

const padded = (value: number | bigint, digits: number): string => value.toString(16).padStart(digits, '0');

/** Any form of a value as a bigint. */
export function toBigint(value: FieldValue): bigint {
  return value instanceof Uint8Array ? BigInt(`0x${Buffer.from(value).toString('hex') || '0'}`) : BigInt(value);
}

const PORT_NAMES = new Map<number, string>(Object.entries(PORT).map(([name, number]) => [number, name]));

export const portText = (port: number): string => PORT_NAMES.get(port) ?? port.toString();

export function macText(value: number | bigint): string {
  return padded(value, 12).replaceAll(/..(?!$)/g, '$&:');
}

export function ipv4Text(value: number | bigint): string {
  const address = Number(value);
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

/** RFC 5952. */
export function ipv6Text(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  const runs = [...groups.join(':').matchAll(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/g)];
  const longest = runs.reduce((best, [run]) => (run.length > best.length ? run : best), '');
  const text = groups.join(':');
  if (longest === '') return text;
  const at = runs.find(([run]) => run === longest)!.index;
  return `${text.slice(0, at).replace(/:$/, '')}::${text.slice(at + longest.length).replace(/^:/, '')}`;
}

/** Length of the prefix that a mask stands for; undefined when its ones are not all in front. */
function prefixLength(mask: bigint, bits: number): number | undefined {
  const length = mask.toString(2).replace(/0+$/, '').length;
  const isPrefix = mask.toString(2).length === bits && !mask.toString(2).slice(0, length).includes('0');
  return isPrefix ? length : undefined;
}

/** Names of bits from the lowest on. */
const FLAG_NAMES: { readonly [F in FieldName]?: readonly string[] } = {
  ct_state: Object.keys(CT_STATE),
  tcp_flags: ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr', 'ns'],
  tun_flags: ['oam'],
};

function flagsText(field: Field, value: bigint, mask: bigint | undefined): string {
  const names = FLAG_NAMES[field.name] ?? [];
  const isSet = (bits: bigint, bit: number): boolean => ((bits >> BigInt(bit)) & 1n) === 1n;
  if (mask === undefined) return names.filter((_, bit) => isSet(value, bit)).join('|') || '0';
  return names.map((name, bit) => (isSet(mask, bit) ? (isSet(value, bit) ? '+' : '-') + name : '')).join('');
}

/** One value without a mask. */
export function plainText(field: Field, value: bigint): string {
  switch (field.format) {
    case 'mac':
      return macText(value);
    case 'ipv4':
      return ipv4Text(value);
    case 'ipv6':
      return ipv6Text(value);
    case 'port':
      return portText(Number(value));
    case 'hex':
    case 'flags':
      return hex(value);
    default:
      return value.toString();
  }
}

/** A value with its mask. */
export function valueText(field: Field, given: FieldValue, givenMask: FieldValue | undefined): string {
  const value = toBigint(given);
  const mask = givenMask === undefined ? undefined : toBigint(givenMask);
  if (field.format === 'flags') return flagsText(field, value, mask);
  if (mask === undefined) return plainText(field, value);
  if (field.format === 'ipv4' || field.format === 'ipv6') {
    const length = prefixLength(mask, field.bits);
    return `${plainText(field, value)}/${length === undefined ? plainText(field, mask) : length.toString()}`;
  }
  if (field.format === 'mac') return `${macText(value)}/${macText(mask)}`;
  return `${hex(value)}/${hex(mask)}`;
}

/** A VLAN id that is matched wholly, or the part of the tag that is. */
export function vlanText(value: number, mask: number | undefined): string {
  if (mask === undefined && value > 0xfff) return `dl_vlan=${(value & 0xfff).toString()}`;
  return `vlan_tci=0x${padded(value, 4)}/0x${padded(mask ?? 0x1fff, 4)}`;
}

/** Fragments: bit 0 says that it is one, bit 1 that it is not the first. */
export function fragmentText(value: number, mask = 3): string {
  if (mask === 1) return value & 1 ? 'yes' : 'no';
  if (mask === 2) return value & 2 ? 'later' : 'not_later';
  return ['no', 'first', 'invalid', 'later'][value & 3]!;
}
