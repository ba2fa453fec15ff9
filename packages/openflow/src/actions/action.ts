/** Lists of actions. Which there are stands in table.ts. */
import { DecodeError, EncodeError, within } from '../errors.ts';
import { list, optional, pad, struct, u16, u32 } from '../wire/layout.ts';
import type { Codec, Struct } from '../wire/layout.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';
import { CT_HEAD } from './conntrack.ts';
import { NICIRA } from '../constants.ts';
import { setFieldMasked } from './set-field.ts';
import type { Subfield } from './subfield.ts';
import { ACTION_ROWS, EXPERIMENTER_ACTION, port16 } from './table.ts';
import type { ActionRow } from './table.ts';

type Rows = typeof ACTION_ROWS;
type FromTable = {
  [T in keyof Rows]: Rows[T] extends ActionRow<unknown, infer I> ? { readonly type: T } & Readonly<I> : never;
}[keyof Rows];

/** Sends the packet through connection tracking; `actions` (nat, set_field of ct_mark, …) apply to the connection. */
export interface CtAction {
  readonly type: 'ct';
  /** CT_FLAG */
  readonly flags?: number;
  /** A number, or where it is read from. */
  readonly zone?: number | Subfield;
  /** Table in which a copy of the packet goes on, with the connection's state known. */
  readonly table?: number;
  /** Port of the application helper: 21 ftp, 69 tftp. */
  readonly alg?: number;
  readonly actions?: readonly Action[];
}

/** Actions whose changes end with them. */
export interface CloneAction {
  readonly type: 'clone';
  readonly actions: readonly Action[];
}

/** An action that the table does not know, kept as it came. `data` begins after the four bytes of type and length. */
export interface UnknownAction {
  readonly type: 'unknown';
  readonly code: number;
  readonly data: Uint8Array;
}

export type Action = FromTable | CtAction | CloneAction | UnknownAction;

const action: Codec<Action> = { read: readAction, write: writeAction };

/** The actions of an instruction or packet-out, up to the end of the enclosing structure. */
export const actions: Codec<Action[], readonly Action[]> = list(action);

const MAX_DEPTH = 16;

/** Actions within an action. */
const nestedActions: Codec<Action[], readonly Action[] | undefined> = {
  read(r) {
    if (r.depth === MAX_DEPTH) throw new DecodeError(`nested more than ${MAX_DEPTH.toString()} deep`);
    r.depth++;
    const result = actions.read(r);
    r.depth--;
    return result;
  },
  write: (w, value) => actions.write(w, value ?? []),
};

const ct = struct({ ...CT_HEAD, actions: nestedActions });
const clone = struct({ _: pad(6), actions: nestedActions });

type AnyRow = ActionRow<unknown, never>;

/** A second way to write an action of the same type. */
interface Alternative {
  readonly type: Action['type'];
  readonly when: (action: Action) => boolean;
  readonly row: AnyRow;
}

const nicira = (subtype: number, body: Struct<unknown, never>): AnyRow => ({
  code: EXPERIMENTER_ACTION,
  vendor: NICIRA,
  subtype,
  body,
});

const ROWS: Readonly<Record<string, AnyRow>> = {
  ...ACTION_ROWS,
  ct: nicira(35, ct),
  clone: nicira(42, clone),
};

const ALTERNATIVES: readonly Alternative[] = [
  {
    type: 'set_field',
    when: (value) => value.type === 'set_field' && value.mask !== undefined,
    row: nicira(33, setFieldMasked),
  },
  {
    type: 'resubmit',
    when: (value) => value.type === 'resubmit' && value.table === undefined,
    row: nicira(1, struct({ port: optional(port16, 0xffff_fff8), _: pad(4) })),
  },
];

const alternativeOf = new Map(ALTERNATIVES.map((alternative) => [alternative.type, alternative]));

/** Vendor and subtype, after type and length. */
const VENDOR_SIZE = 6;

type Known = readonly [type: string, row: AnyRow];
const byCode = new Map<number, Known>();
const bySubtype = new Map<number, Known>();
for (const known of [...Object.entries(ROWS), ...ALTERNATIVES.map(({ type, row }) => [type, row] as const)]) {
  const { code, subtype } = known[1];
  if (subtype === undefined) byCode.set(code, known);
  else bySubtype.set(subtype, known);
}

function writeAction(w: Writer, value: Action): void {
  if (value.type === 'unknown') {
    writeUnknown(w, value);
    return;
  }
  const alternative = alternativeOf.get(value.type);
  const row = alternative?.when(value) ? alternative.row : ROWS[value.type];
  if (!row) throw new EncodeError(`there is no action "${value.type}"`);
  const start = w.pos;
  w.u16(row.code);
  w.u16(0);
  if (row.vendor !== undefined) {
    w.u32(row.vendor);
    w.u16(row.subtype ?? 0);
  }
  try {
    row.body.write(w, value as never);
  } catch (error) {
    throw within(value.type, error);
  }
  w.align8(start);
  w.patchU16(start + 2, w.pos - start);
}

function writeUnknown(w: Writer, { code, data }: UnknownAction): void {
  if (data.length % 8 !== 4)
    throw new EncodeError(`unknown: ${data.length.toString()} bytes, with the header no multiple of 8`);
  w.u16(code);
  w.u16(data.length + 4);
  w.raw(data);
}

function readAction(r: Reader): Action {
  const code = r.u16();
  const length = r.u16();
  if (length < 8 || length % 8 !== 0) throw new DecodeError(`length ${length.toString()} is not a multiple of 8`);
  const outer = r.enter(length - 4);
  const known = code === EXPERIMENTER_ACTION ? readVendor(r) : byCode.get(code);
  if (!known) {
    const unknown: UnknownAction = { type: 'unknown', code, data: r.raw(r.left) };
    r.leave(outer);
    return unknown;
  }
  const [type, row] = known;
  const result = { type };
  try {
    row.body.readInto(r, result);
    if (r.left < 8) r.take(r.left);
    r.leave(outer);
  } catch (error) {
    throw within(type, error);
  }
  return result as Action;
}

/** Steps over vendor and subtype if the table knows them. */
function readVendor(r: Reader): Known | undefined {
  if (r.left < VENDOR_SIZE) return undefined;
  const start = r.pos;
  const vendor = u32.read(r);
  const known = vendor === NICIRA ? bySubtype.get(u16.read(r)) : undefined;
  if (!known) r.pos = start;
  return known;
}
