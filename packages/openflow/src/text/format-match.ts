import { FIELDS } from '../fields/field.ts';
import type { Field } from '../fields/field.ts';
import { sortedFields, valueAndMask } from '../match.ts';
import type { Match } from '../match.ts';
import { fragmentText, hex, toBigint, valueText, vlanText } from './values.ts';

/** One word for protocols, by Ethernet type and IP protocol. */
const PROTOCOLS: ReadonlyMap<number, { readonly name: string; readonly above: Readonly<Record<number, string>> }> =
  new Map([
    [0x0800, { name: 'ip', above: { 1: 'icmp', 6: 'tcp', 17: 'udp', 132: 'sctp' } }],
    [0x86dd, { name: 'ipv6', above: { 6: 'tcp6', 17: 'udp6', 58: 'icmp6', 132: 'sctp6' } }],
    [0x0806, { name: 'arp', above: {} }],
    [0x8035, { name: 'rarp', above: {} }],
    [0x8847, { name: 'mpls', above: {} }],
    [0x8848, { name: 'mplsm', above: {} }],
  ]);

/** A piece of the text, and where it stands among the fields. */
type Piece = readonly [rank: number, text: string];

/** eth_type and ip_proto, where possible as one word; else each after its addresses. */
function protocolPieces(match: Match): Piece[] {
  const numberOf = (name: 'eth_type' | 'ip_proto'): number | undefined =>
    match[name] === undefined ? undefined : Number(toBigint(valueAndMask(match[name]).value));
  const ethType = numberOf('eth_type');
  const proto = numberOf('ip_proto');
  const known = PROTOCOLS.get(ethType ?? 0);
  const above = known?.above[proto ?? 0];
  const pieces: Piece[] = [];
  if (known) pieces.push([FIELDS.eth_type.rank, above ?? known.name]);
  else if (ethType !== undefined)
    pieces.push([FIELDS.eth_dst.rank + 0.5, `dl_type=0x${ethType.toString(16).padStart(4, '0')}`]);
  if (proto !== undefined && above === undefined) pieces.push([FIELDS.arp_op.rank, `nw_proto=${proto.toString()}`]);
  return pieces;
}

function fieldPiece(field: Field, match: Match): Piece {
  const { value, mask } = valueAndMask(match[field.name]!);
  const number = (part: typeof value): number => Number(toBigint(part));
  switch (field.format) {
    case 'vlan_vid':
      return [field.rank, vlanText(number(value), mask === undefined ? undefined : number(mask))];
    case 'frag':
      return [field.rank, `nw_frag=${fragmentText(number(value), mask === undefined ? undefined : number(mask))}`];
    case 'dscp':
      return [field.rank, `nw_tos=${(number(value) << 2).toString()}`];
    default:
      return [field.rank, `${field.text}=${valueText(field, value, mask)}`];
  }
}

/** The match as `ovs-ofctl dump-flows` writes it, for example `tcp,reg1=0x5,nw_src=10.0.0.0/8,tp_dst=80`. */
export function formatMatch(match: Match): string {
  const fields = sortedFields(match).filter(({ name }) => name !== 'eth_type' && name !== 'ip_proto');
  const pieces = [...protocolPieces(match), ...fields.map((field) => fieldPiece(field, match))];
  return pieces
    .sort(([a], [b]) => a - b)
    .map(([, text]) => text)
    .join(',');
}

/** A cookie as it stands before a flow. */
export const cookieText = (cookie: bigint): string => `cookie=${hex(cookie)}`;
