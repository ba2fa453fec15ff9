/**
 * What a switch takes that speaks OpenFlow 1.3 and nothing else (ONF TS-006 … TS-023): no experimenter, no fields but the basic
 * ones, no values that came with later versions. It looks at bytes: a decoder would have made them agreeable.
 */

export interface Abilities {
  /** `unknown`: a switch that has never heard of meters; `zero`: one that says it has room for none. */
  readonly meters?: 'standard' | 'unknown' | 'zero';
  /** Number of tables, from 0 on; those of the switch behind unless given. */
  readonly tables?: number;
}

/** What a message gets for an answer instead of being let through. */
export interface Verdict {
  readonly reply: Buffer;
  /** Why it is refused; undefined when the answer is no refusal. */
  readonly refused?: Refused;
}

const HEADER = 8;
const VERSION = 4;
const ALL_TABLES = 0xff;
const EXPERIMENTER = 0xffff;

const TYPE = { error: 1, experimenter: 4, features_reply: 6, packet_in: 10, multipart_reply: 19 } as const;
const MULTIPART = { flow: 1, aggregate: 2, meter_features: 11 } as const;
const METER_MULTIPARTS: readonly number[] = [9, 10, 11];
const LAST_MULTIPART = 13;

/** Type and code (§7.4.4). */
const ERRORS = {
  'bad_request/bad_version': [1, 0],
  'bad_request/bad_type': [1, 1],
  'bad_request/bad_multipart': [1, 2],
  'bad_request/bad_experimenter': [1, 3],
  'bad_request/bad_len': [1, 6],
  'bad_request/bad_table_id': [1, 9],
  'bad_action/bad_type': [2, 0],
  'bad_action/bad_len': [2, 1],
  'bad_action/bad_experimenter': [2, 2],
  'bad_action/bad_out_port': [2, 4],
  'bad_action/bad_set_type': [2, 13],
  'bad_instruction/unknown_inst': [3, 0],
  'bad_instruction/unsup_inst': [3, 1],
  'bad_instruction/bad_table_id': [3, 2],
  'bad_instruction/bad_experimenter': [3, 5],
  'bad_instruction/bad_len': [3, 7],
  'bad_match/bad_type': [4, 0],
  'bad_match/bad_field': [4, 6],
  'flow_mod_failed/bad_table_id': [5, 2],
  'flow_mod_failed/bad_command': [5, 6],
  'flow_mod_failed/bad_flags': [5, 7],
  'group_mod_failed/bad_type': [6, 10],
  'group_mod_failed/bad_command': [6, 11],
  'switch_config_failed/bad_flags': [10, 0],
  'meter_mod_failed/out_of_meters': [12, 10],
} as const;
type ErrorName = keyof typeof ERRORS;

class Refused extends Error {
  readonly error: ErrorName;

  constructor(error: ErrorName, what: string) {
    super(what);
    this.error = error;
  }
}
export type { Refused };

/** What stands for a message from the controller that the switch does not take; undefined: it is let through. */
export function judge(message: Buffer, abilities: Abilities = {}): Verdict | undefined {
  try {
    const type = message.readUInt8(1);
    if (message.readUInt8(0) !== VERSION && type > TYPE.error) {
      throw new Refused('bad_request/bad_version', `version ${message.readUInt8(0)}`);
    }
    const check = REQUESTS[type];
    if (!check) throw new Refused('bad_request/bad_type', `message of type ${type}`);
    const own = check(message, abilities);
    return own ? { reply: answer(TYPE.multipart_reply, message, own) } : undefined;
  } catch (error) {
    const refused =
      error instanceof RangeError ? new Refused('bad_request/bad_len', 'a length that does not fit') : error;
    if (!(refused instanceof Refused)) throw error;
    const codes = Buffer.alloc(4);
    codes.writeUInt16BE(ERRORS[refused.error][0], 0);
    codes.writeUInt16BE(ERRORS[refused.error][1], 2);
    return { refused, reply: answer(TYPE.error, message, Buffer.concat([codes, message.subarray(0, 64)])) };
  }
}

/** The switch behind says that it has so many tables. */
export function limitTables(message: Buffer, { tables }: Abilities): Buffer {
  if (tables === undefined || message.readUInt8(1) !== TYPE.features_reply) return message;
  const limited = Buffer.from(message);
  limited.writeUInt8(tables, 20);
  return limited;
}

/** What a message from the switch behind has in it that a plain switch would not say; undefined: nothing. */
export function oddity(message: Buffer): string | undefined {
  const type = message.readUInt8(1);
  if (type === TYPE.error) return `error ${message.readUInt16BE(8)}/${message.readUInt16BE(10)}`;
  if (type === TYPE.experimenter) return `experimenter ${experimenterOf(message, 8)}`;
  if (type !== TYPE.packet_in) return undefined;
  try {
    checkMatch(message, 24);
  } catch (error) {
    return `packet_in: ${(error as Error).message}`;
  }
  return undefined;
}

/** Throws Refused, or gives the body of a multipart reply of the switch's own. */
type Check = (message: Buffer, abilities: Abilities) => Buffer | undefined;

const pass: Check = () => undefined;

/** A check that only refuses. */
function only(check: (message: Buffer, abilities: Abilities) => void): Check {
  return (message, abilities) => {
    check(message, abilities);
    return undefined;
  };
}

/** Every message that a controller may send (§7.1). */
const REQUESTS: Readonly<Record<number, Check>> = {
  0: pass, // hello
  1: pass, // error
  2: pass, // echo_request
  3: pass, // echo_reply
  4: (message) => {
    throw new Refused('bad_request/bad_experimenter', `experimenter message ${experimenterOf(message, 8)}`);
  },
  5: pass, // features_request
  7: pass, // get_config_request
  9: only(checkConfig),
  13: only((message) => checkActions(message, 24, message.readUInt16BE(16))),
  14: only(checkFlowMod),
  15: only(checkGroupMod),
  16: pass, // port_mod
  17: pass, // table_mod
  18: checkMultipart,
  20: pass, // barrier_request
  22: pass, // queue_get_config_request
  24: pass, // role_request
  26: pass, // get_async_request
  28: pass, // set_async
  29: only(checkMeterMod),
};

/** Only the ways to treat fragments that 1.3 has: normal, drop, reassemble. */
function checkConfig(message: Buffer): void {
  const flags = message.readUInt16BE(8);
  if (flags > 2) throw new Refused('switch_config_failed/bad_flags', `set_config with flags ${flags}`);
}

const DELETE = 3;
const DELETE_STRICT = 4;

function checkFlowMod(message: Buffer, { tables = ALL_TABLES, meters }: Abilities): void {
  const table = message.readUInt8(24);
  const command = message.readUInt8(25);
  const flags = message.readUInt16BE(44);
  if (command > DELETE_STRICT) throw new Refused('flow_mod_failed/bad_command', `flow_mod command ${command}`);
  if (flags >= 1 << 5) throw new Refused('flow_mod_failed/bad_flags', `flow_mod flags ${flags}`);
  if (table >= tables && !(table === ALL_TABLES && command >= DELETE)) {
    throw new Refused('flow_mod_failed/bad_table_id', `flow_mod for table ${table}`);
  }
  checkInstructions(message, checkMatch(message, 48), tables, meters);
}

const GOTO_TABLE = 1;
const METER = 6;
/** Write and apply actions. */
const WITH_ACTIONS: readonly number[] = [3, 4];

function checkInstructions(message: Buffer, start: number, tables: number, meters: Abilities['meters']): void {
  for (const { type, at, length } of items(message, start, message.length, 'bad_instruction/bad_len')) {
    if (type === EXPERIMENTER) {
      throw new Refused('bad_instruction/bad_experimenter', `experimenter instruction ${idText(message, at + 4)}`);
    }
    if (type === 0 || type > METER) throw new Refused('bad_instruction/unknown_inst', `instruction ${type}`);
    if (type === GOTO_TABLE && message.readUInt8(at + 4) >= tables) {
      throw new Refused('bad_instruction/bad_table_id', `goto_table ${message.readUInt8(at + 4)}`);
    }
    if (type === METER && (meters ?? 'standard') !== 'standard') {
      throw new Refused('bad_instruction/unsup_inst', `meter ${message.readUInt32BE(at + 4)}`);
    }
    if (WITH_ACTIONS.includes(type)) checkActions(message, at + 8, length - 8);
  }
}

const OUTPUT = 0;
const SET_FIELD = 25;
/** Table §7.2.5; 0xffff apart. */
const ACTIONS: ReadonlySet<number> = new Set([0, 11, 12, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27]);
/** NORMAL and FLOOD are for switches that are something else besides. */
const HYBRID_PORTS: ReadonlyMap<number, string> = new Map([
  [0xfffffffa, 'NORMAL'],
  [0xfffffffb, 'FLOOD'],
]);

function checkActions(message: Buffer, start: number, length: number): void {
  for (const { type, at } of items(message, start, start + length, 'bad_action/bad_len')) {
    if (type === EXPERIMENTER) {
      const id = `${idText(message, at + 4)}/${message.readUInt16BE(at + 8)}`;
      throw new Refused('bad_action/bad_experimenter', `experimenter action ${id}`);
    }
    if (!ACTIONS.has(type)) throw new Refused('bad_action/bad_type', `action ${type}`);
    const hybrid = type === OUTPUT ? HYBRID_PORTS.get(message.readUInt32BE(at + 4)) : undefined;
    if (hybrid !== undefined) throw new Refused('bad_action/bad_out_port', `output to ${hybrid}`);
    if (type === SET_FIELD) checkSetField(message, at + 4);
  }
}

/** in_port, in_phy_port, metadata: nothing of a packet. */
const NOT_IN_PACKETS: readonly number[] = [0, 1, 2];

function checkSetField(message: Buffer, at: number): void {
  const field = fieldAt(message, at);
  if (field.isMasked || !isBasic(field) || NOT_IN_PACKETS.includes(field.number)) {
    throw new Refused('bad_action/bad_set_type', `set_field ${nameOf(field)}${field.isMasked ? ' with a mask' : ''}`);
  }
}

const GROUP_TYPES = 4;
const GROUP_COMMANDS = 3;

function checkGroupMod(message: Buffer): void {
  const command = message.readUInt16BE(8);
  const type = message.readUInt8(10);
  if (command >= GROUP_COMMANDS) throw new Refused('group_mod_failed/bad_command', `group_mod command ${command}`);
  if (type >= GROUP_TYPES) throw new Refused('group_mod_failed/bad_type', `group type ${type}`);
  for (let at = 16; at < message.length; at += message.readUInt16BE(at)) {
    const length = message.readUInt16BE(at);
    if (length < 16) throw new RangeError('a bucket that is too short');
    checkActions(message, at + 16, length - 16);
  }
}

const NO_METER = {
  unknown: { error: 'bad_request/bad_type', why: 'of which this switch knows nothing' },
  zero: { error: 'meter_mod_failed/out_of_meters', why: 'with room for no meter' },
} as const;
const METER_ADD = 0;

function checkMeterMod(message: Buffer, { meters = 'standard' }: Abilities): void {
  if (meters === 'standard' || (meters === 'zero' && message.readUInt16BE(8) !== METER_ADD)) return;
  const { error, why } = NO_METER[meters];
  throw new Refused(error, `meter_mod, ${why}`);
}

function checkMultipart(message: Buffer, { meters, tables = ALL_TABLES }: Abilities): Buffer | undefined {
  const type = message.readUInt16BE(8);
  if (type === EXPERIMENTER) {
    throw new Refused('bad_request/bad_experimenter', `experimenter multipart ${experimenterOf(message, 16)}`);
  }
  const isUnknown = meters === 'unknown' && METER_MULTIPARTS.includes(type);
  if (type > LAST_MULTIPART || isUnknown) throw new Refused('bad_request/bad_multipart', `multipart of type ${type}`);
  if (type === MULTIPART.flow || type === MULTIPART.aggregate) {
    const table = message.readUInt8(16);
    if (table >= tables && table !== ALL_TABLES) {
      throw new Refused('bad_request/bad_table_id', `statistics of table ${table}`);
    }
    checkMatch(message, 48);
  }
  if (type !== MULTIPART.meter_features || meters !== 'zero') return undefined;
  const none = Buffer.alloc(8 + 16);
  none.writeUInt16BE(MULTIPART.meter_features, 0);
  return none;
}

const OXM_MATCH = 1;
const BASIC_CLASS = 0x8000;
/** ipv6_exthdr; what comes behind came with 1.4 and 1.5. */
const LAST_BASIC_FIELD = 39;
const FIELD_HEADER = 4;

interface Field {
  readonly class: number;
  readonly number: number;
  readonly isMasked: boolean;
  readonly length: number;
}

function fieldAt(message: Buffer, at: number): Field {
  const byte = message.readUInt8(at + 2);
  return {
    class: message.readUInt16BE(at),
    number: byte >> 1,
    isMasked: (byte & 1) === 1,
    length: message.readUInt8(at + 3),
  };
}

function isBasic(field: Field): boolean {
  return field.class === BASIC_CLASS && field.number <= LAST_BASIC_FIELD;
}

function nameOf(field: Field): string {
  return `0x${field.class.toString(16).padStart(4, '0')}/${field.number}`;
}

/** @returns where it ends, with its padding */
function checkMatch(message: Buffer, start: number): number {
  const type = message.readUInt16BE(start);
  if (type !== OXM_MATCH) throw new Refused('bad_match/bad_type', `match of type ${type}`);
  const end = start + message.readUInt16BE(start + 2);
  if (end > message.length) throw new RangeError('a match that is too long');
  for (let at = start + FIELD_HEADER; at < end; at += FIELD_HEADER + message.readUInt8(at + 3)) {
    const field = fieldAt(message, at);
    if (!isBasic(field)) throw new Refused('bad_match/bad_field', `field ${nameOf(field)}`);
  }
  return start + 8 * Math.ceil((end - start) / 8);
}

interface Item {
  readonly type: number;
  readonly at: number;
  readonly length: number;
}

/** Things with type and length before them. */
function* items(message: Buffer, start: number, end: number, error: ErrorName): Generator<Item> {
  if (end > message.length) throw new RangeError('a list that is too long');
  for (let at = start; at < end;) {
    const item = { type: message.readUInt16BE(at), at, length: message.readUInt16BE(at + 2) };
    if (item.length < 8 || item.length % 8 !== 0 || at + item.length > end) {
      throw new Refused(error, `length ${item.length}`);
    }
    yield item;
    at += item.length;
  }
}

/** Id of an experimenter, and the type that follows it in a message and in a multipart request. */
function experimenterOf(message: Buffer, at: number): string {
  return `${idText(message, at)}/${message.readUInt32BE(at + 4)}`;
}

function idText(message: Buffer, at: number): string {
  return `0x${message.readUInt32BE(at).toString(16).padStart(8, '0')}`;
}

function answer(type: number, request: Buffer, body: Buffer): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt8(VERSION, 0);
  header.writeUInt8(type, 1);
  header.writeUInt16BE(HEADER + body.length, 2);
  request.copy(header, 4, 4, 8);
  return Buffer.concat([header, body]);
}

/** Cuts a stream into messages; `rest` is what begins the next one. */
export function split(bytes: Buffer): { readonly messages: readonly Buffer[]; readonly rest: Buffer } {
  const messages: Buffer[] = [];
  let at = 0;
  while (bytes.length - at >= HEADER) {
    const length = bytes.readUInt16BE(at + 2);
    if (length < HEADER) throw new RangeError(`a message of ${length} bytes`);
    if (bytes.length - at < length) break;
    messages.push(bytes.subarray(at, at + length));
    at += length;
  }
  return { messages, rest: bytes.subarray(at) };
}
