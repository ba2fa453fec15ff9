import type { Action, CtAction } from '../actions/action.ts';
import { CT_FLAG, NAT_FLAG, NO_BUFFER_MAX_LEN, PACKET_IN_REASON, PORT, TABLE } from '../constants.ts';
import type { Controller2 } from '../actions/controller.ts';
import type { Nat } from '../actions/conntrack.ts';
import type { LearnSpec } from '../actions/learn.ts';
import type { BitPosition, Subfield } from '../actions/subfield.ts';
import { FIELDS, fieldOf } from '../fields/field.ts';
import type { FieldName } from '../fields/field.ts';
import { hex, ipv4Text, ipv6Text, plainText, portText, valueText } from './values.ts';

type Formats = { readonly [T in Action['type']]: (action: Extract<Action, { type: T }>) => string };

/** Names that set_field has for fields where they are not those of the table. */
const SET_FIELD_NAMES: { readonly [F in FieldName]?: string } = {
  ipv4_src: 'ip_src',
  ipv4_dst: 'ip_dst',
  tunnel_id: 'tun_id',
  ip_proto: 'nw_proto',
  ip_ecn: 'nw_ecn',
  ip_ttl: 'nw_ttl',
  ipv6_flabel: 'ipv6_label',
  icmpv4_type: 'icmp_type',
  icmpv4_code: 'icmp_code',
  ipv6_nd_target: 'nd_target',
  ipv6_nd_sll: 'nd_sll',
  ipv6_nd_tll: 'nd_tll',
};

function subfieldText({ field, offset, bits }: Subfield): string {
  const { subfieldLabel, subfieldBits } = FIELDS[field];
  if (offset === 0 && bits === subfieldBits) return `${subfieldLabel}[]`;
  if (bits === 1) return `${subfieldLabel}[${offset.toString()}]`;
  return `${subfieldLabel}[${offset.toString()}..${(offset + bits - 1).toString()}]`;
}

const bytesText = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('.');

/** `name(a,b)` from the parts that say something. */
function call(name: string, parts: readonly (string | false | undefined)[]): string {
  const said = parts.filter((part) => typeof part === 'string' && part !== '');
  return said.length === 0 ? name : `${name}(${said.join(',')})`;
}

const given = (name: string, value: number | bigint | undefined, ...silent: number[]): string | undefined =>
  value === undefined || silent.includes(Number(value)) ? undefined : `${name}=${value.toString()}`;

function outputText(port: number, maxLen: number | undefined): string {
  if (port === PORT.CONTROLLER) return `CONTROLLER:${(maxLen ?? NO_BUFFER_MAX_LEN).toString()}`;
  return port > PORT.MAX ? portText(port) : `output:${port.toString()}`;
}

type ControllerParts = { readonly [K in keyof Controller2]?: Controller2[K] | undefined };

function controllerText({ maxLen, id, reason, userdata, pause, meter }: ControllerParts): string {
  const parts = [
    given('reason', reason, PACKET_IN_REASON.action),
    given('max_len', maxLen, NO_BUFFER_MAX_LEN),
    given('id', id, 0),
    userdata && `userdata=${bytesText(userdata)}`,
    pause === true && 'pause',
    given('meter_id', meter),
  ];
  const isPlain = parts.every((part) => part === undefined || part === false || part.startsWith('max_len='));
  return isPlain ? outputText(PORT.CONTROLLER, maxLen) : call('controller', parts);
}

function natText(nat: Nat): string {
  const flags = nat.flags ?? 0;
  const address = (v4: number | undefined, v6: bigint | undefined): string =>
    v4 !== undefined ? ipv4Text(v4) : v6 === undefined ? '' : ipv6Text(v6);
  const range = (from: string, to: string): string => (to === '' || to === from ? from : `${from}-${to}`);
  const addresses = range(address(nat.ipv4Min, nat.ipv6Min), address(nat.ipv4Max, nat.ipv6Max));
  const ports = range(nat.portMin?.toString() ?? '', nat.portMax?.toString() ?? '');
  const bracketed = ports !== '' && nat.ipv6Min !== undefined ? `[${addresses}]` : addresses;
  const target = ports === '' ? bracketed : `${bracketed}:${ports}`;
  const direction = flags & NAT_FLAG.SRC ? 'src' : flags & NAT_FLAG.DST ? 'dst' : '';
  return call('nat', [
    target === '' ? direction : `${direction}=${target}`,
    (flags & NAT_FLAG.PERSISTENT) !== 0 && 'persistent',
    (flags & NAT_FLAG.HASH) !== 0 && 'hash',
    (flags & NAT_FLAG.RANDOM) !== 0 && 'random',
  ]);
}

function ctText({ flags = 0, zone, table, alg, actions = [] }: CtAction): string {
  const nats = actions.filter(({ type }) => type === 'nat');
  const others = actions.filter(({ type }) => type !== 'nat');
  const zoneText = typeof zone === 'object' ? `zone=${subfieldText(zone)}` : given('zone', zone, 0);
  const parts = [
    (flags & CT_FLAG.COMMIT) !== 0 && 'commit',
    (flags & CT_FLAG.FORCE) !== 0 && 'force',
    given('table', table, TABLE.ALL),
    zoneText,
    nats.length > 0 && formatActions(nats),
    given('alg', alg, 0),
    others.length > 0 && `exec(${formatActions(others)})`,
  ];
  return parts.some((part) => typeof part === 'string') ? call('ct', parts) : 'ct()';
}

function learnSpecText({ bits, source, use, target }: LearnSpec): string {
  const part = ({ field, offset }: BitPosition): string => subfieldText({ field, offset, bits });
  const from = 'value' in source ? hex(source.value) : part(source);
  if (use === 'output' || !target) return `output:${from}`;
  if (use === 'load') return `load:${from}->${part(target)}`;
  if (!('value' in source)) return `${part(target)}=${from}`;
  const field = FIELDS[target.field];
  if (target.offset !== 0 || bits !== field.subfieldBits) return `${part(target)}=${from}`;
  return `${SET_FIELD_NAMES[target.field] ?? target.field}=${plainText(field, source.value)}`;
}

function learnText(action: Extract<Action, { type: 'learn' | 'learn2' }>): string {
  return call('learn', [
    given('table', action.table),
    given('idle_timeout', action.idleTimeout, 0),
    given('hard_timeout', action.hardTimeout, 0),
    given('fin_idle_timeout', action.finIdleTimeout, 0),
    given('fin_hard_timeout', action.finHardTimeout, 0),
    given('priority', action.priority, 0x8000),
    ((action.flags ?? 0) & 1) !== 0 && 'send_flow_rem',
    ((action.flags ?? 0) & 2) !== 0 && 'delete_learned',
    action.cookie !== undefined && action.cookie !== 0n && `cookie=${hex(action.cookie)}`,
    action.type === 'learn2' && action.limit !== 0 && `limit=${action.limit.toString()}`,
    ...action.specs.map(learnSpecText),
  ]);
}

/** One row per action, as in the table of actions. */
const FORMATS: Formats = {
  output: ({ port, maxLen }) => outputText(port, maxLen),
  copy_ttl_out: () => 'copy_ttl_out',
  copy_ttl_in: () => 'copy_ttl_in',
  set_mpls_ttl: ({ ttl }) => `set_mpls_ttl(${ttl.toString()})`,
  dec_mpls_ttl: () => 'dec_mpls_ttl',
  push_vlan: ({ ethertype = 0x8100 }) => `push_vlan:0x${ethertype.toString(16).padStart(4, '0')}`,
  pop_vlan: () => 'pop_vlan',
  push_mpls: ({ ethertype = 0x8847 }) => `push_mpls:0x${ethertype.toString(16).padStart(4, '0')}`,
  pop_mpls: ({ ethertype = 0x0800 }) => `pop_mpls:0x${ethertype.toString(16).padStart(4, '0')}`,
  set_queue: ({ queue }) => `set_queue:${queue.toString()}`,
  group: ({ group }) => `group:${group.toString()}`,
  set_ttl: ({ ttl }) => `mod_nw_ttl:${ttl.toString()}`,
  dec_ttl: () => 'dec_ttl',
  set_field: ({ field, value, mask }) =>
    `set_field:${valueText(fieldOf(field), value, mask)}->${SET_FIELD_NAMES[field] ?? field}`,
  push_pbb: ({ ethertype = 0x88e7 }) => `push_pbb:0x${ethertype.toString(16)}`,
  pop_pbb: () => 'pop_pbb',
  pop_queue: () => 'pop_queue',
  move: ({ from, to, bits }) => `move:${subfieldText({ ...from, bits })}->${subfieldText({ ...to, bits })}`,
  load: (action) => `load:${hex(action.value)}->${subfieldText(action)}`,
  note: ({ note }) => `note:${bytesText(note)}`,
  resubmit: ({ port = PORT.IN_PORT, table = TABLE.ALL }) => {
    if (table === TABLE.ALL) return `resubmit:${portText(port)}`;
    return `resubmit(${port === PORT.IN_PORT ? '' : portText(port)},${table.toString()})`;
  },
  output_reg: ({ source }) => `output:${subfieldText(source)}`,
  learn: learnText,
  learn2: learnText,
  exit: () => 'exit',
  fin_timeout: ({ idleTimeout, hardTimeout }) =>
    call('fin_timeout', [given('idle_timeout', idleTimeout, 0), given('hard_timeout', hardTimeout, 0)]),
  controller: controllerText,
  stack_push: (action) => `push:${subfieldText(action)}`,
  stack_pop: (action) => `pop:${subfieldText(action)}`,
  conjunction: ({ id, clause, clauses }) =>
    `conjunction(${id.toString()},${(clause + 1).toString()}/${clauses.toString()})`,
  nat: natText,
  controller2: controllerText,
  ct_clear: () => 'ct_clear',
  check_pkt_larger: ({ length, field, offset }) =>
    `check_pkt_larger(${length.toString()})->${subfieldText({ field, offset, bits: 1 })}`,
  ct: ctText,
  clone: ({ actions }) => `clone(${formatActions(actions)})`,
  unknown: ({ code, data }) => `unknown(${code.toString()},${bytesText(data)})`,
};

/** Actions as `ovs-ofctl dump-flows` writes them; '' for none. */
export function formatActions(actions: readonly Action[]): string {
  return actions.map((action) => FORMATS[action.type](action as never)).join(',');
}
