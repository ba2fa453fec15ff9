import { OvsdbProtocolError } from './errors.ts';
import type { AtomName, ColumnKind, ColumnType } from './schema.ts';

/** A row, or a reference to one. */
export interface Uuid {
  readonly uuid: string;
}

/** A row that an earlier operation of the same transaction inserts under this name. */
export interface NamedUuid {
  readonly namedUuid: string;
}

export type Atom = string | number | boolean | Uuid;

/** Keys of a Map are compared by identity, so a uuid stands there as its text. */
export type MapKey = string | number | boolean;

/**
 * A column's value. Integers beyond 2^53 lose precision, as in all JSON.
 * Sets and maps are sorted by the client, so two equal values look equal.
 */
export type Value = Atom | undefined | readonly Atom[] | ReadonlyMap<MapKey, Atom>;

interface AtomTypes {
  string: string;
  integer: number;
  real: number;
  boolean: boolean;
  uuid: Uuid;
}

type KeyOf<A extends AtomName> = A extends 'uuid' ? string : Exclude<AtomTypes[A], Uuid>;

/** The JavaScript type of a column kind. */
export type ValueOf<K extends ColumnKind> = K extends AtomName
  ? AtomTypes[K]
  : K extends `${infer A extends AtomName}?`
    ? AtomTypes[A] | undefined
    : K extends `${infer A extends AtomName}[]`
      ? readonly AtomTypes[A][]
      : K extends `${infer A extends AtomName}:${infer B extends AtomName}`
        ? ReadonlyMap<KeyOf<A>, AtomTypes[B]>
        : never;

/** What an operation may carry as a column's value. */
export type Encodable =
  Atom | NamedUuid | undefined | readonly (Atom | NamedUuid)[] | ReadonlyMap<MapKey | Uuid, Atom | NamedUuid>;

export const uuid = (text: string): Uuid => ({ uuid: text });
export const namedUuid = (name: string): NamedUuid => ({ namedUuid: name });

/** Puts a value into the form of RFC 7047 §5.1: sets, maps and uuids become tagged arrays, undefined the empty set. */
export function encodeValue(value: Encodable): unknown {
  if (value === undefined) return ['set', []];
  if (value instanceof Map) {
    return ['map', [...(value as ReadonlyMap<Atom, Atom>)].map(([k, v]) => [encodeAtom(k), encodeAtom(v)])];
  }
  if (Array.isArray(value)) return ['set', (value as readonly Atom[]).map(encodeAtom)];
  return encodeAtom(value as Atom);
}

function encodeAtom(atom: Atom | NamedUuid): unknown {
  if (typeof atom !== 'object') return atom;
  return 'uuid' in atom ? ['uuid', atom.uuid] : ['named-uuid', atom.namedUuid];
}

/**
 * Reads a value of a column (RFC 7047 §5.1).
 * @throws OvsdbProtocolError when it does not fit the column's type.
 */
export function decodeValue(type: ColumnType, json: unknown): Value {
  if (type.shape === 'map') return decodeMap(type, json);
  const atoms = elements('set', json) ?? [json];
  const values = atoms.map((each) => decodeAtom(type.key, each)).sort(compareAtoms);
  if (type.shape === 'set') return values;
  if (values.length > 1 || values.length < type.min) throw misfit(type.kind, json);
  return values[0];
}

function decodeMap(type: ColumnType, json: unknown): ReadonlyMap<MapKey, Atom> {
  const pairs = elements('map', json);
  if (pairs === undefined) throw misfit(type.kind, json);
  return sortedMap(
    pairs.map((pair): [MapKey, Atom] => {
      if (!Array.isArray(pair) || pair.length !== 2) throw misfit(type.kind, json);
      return [keyOf(decodeAtom(type.key, pair[0])), decodeAtom(type.value, pair[1])];
    }),
  );
}

/** The elements of `["set", […]]` or `["map", […]]`. */
function elements(tag: 'set' | 'map', json: unknown): readonly unknown[] | undefined {
  return Array.isArray(json) && json.length === 2 && json[0] === tag && Array.isArray(json[1])
    ? (json[1] as readonly unknown[])
    : undefined;
}

const JAVASCRIPT_TYPE = { string: 'string', integer: 'number', real: 'number', boolean: 'boolean' } as const;

function decodeAtom(type: AtomName, json: unknown): Atom {
  if (type !== 'uuid') {
    if (typeof json === JAVASCRIPT_TYPE[type]) return json as Atom;
  } else if (Array.isArray(json) && json.length === 2 && json[0] === 'uuid' && typeof json[1] === 'string') {
    return { uuid: json[1] };
  }
  throw misfit(type, json);
}

function misfit(kind: ColumnKind, json: unknown): OvsdbProtocolError {
  return new OvsdbProtocolError(`expected a value of type ${kind}, got ${JSON.stringify(json)}`);
}

const DEFAULT_ATOM: AtomTypes = {
  string: '',
  integer: 0,
  real: 0,
  boolean: false,
  uuid: { uuid: '00000000-0000-0000-0000-000000000000' },
};

/** The value of a column that an inserted row does not name (RFC 7047 §5.2.1). */
export function defaultValue(type: ColumnType): Value {
  const { shape, key, value, min } = type;
  if (shape === 'one') return DEFAULT_ATOM[key];
  if (shape === 'optional') return undefined;
  if (shape === 'set') return min === 0 ? [] : [DEFAULT_ATOM[key]];
  return new Map(min === 0 ? [] : [[keyOf(DEFAULT_ATOM[key]), DEFAULT_ATOM[value]]]);
}

/**
 * Applies a difference as `update2` carries it (ovsdb-server(7)): of a set the elements that came or went, of a map the
 * pairs that came, went or changed, of anything else the new value.
 */
export function applyDifference(type: ColumnType, old: Value, difference: Value): Value {
  if (type.shape === 'set') return toggle(old as readonly Atom[], difference as readonly Atom[]);
  if (type.shape === 'map') {
    return toggleMap(old as ReadonlyMap<MapKey, Atom>, difference as ReadonlyMap<MapKey, Atom>);
  }
  return difference;
}

function toggle(old: readonly Atom[], difference: readonly Atom[]): readonly Atom[] {
  const result = new Map(old.map((atom) => [keyOf(atom), atom]));
  for (const atom of difference) {
    if (!result.delete(keyOf(atom))) result.set(keyOf(atom), atom);
  }
  return [...result.values()].sort(compareAtoms);
}

function toggleMap(old: ReadonlyMap<MapKey, Atom>, difference: ReadonlyMap<MapKey, Atom>): ReadonlyMap<MapKey, Atom> {
  const result = new Map(old);
  for (const [key, atom] of difference) {
    const before = result.get(key);
    if (before !== undefined && keyOf(before) === keyOf(atom)) result.delete(key);
    else result.set(key, atom);
  }
  return sortedMap([...result]);
}

/** Whether two values of one column are the same. */
export function equalValues(a: Value, b: Value): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return equalLists(a as readonly Atom[], b as readonly Atom[]);
  if (a instanceof Map && b instanceof Map) {
    return equalLists([...(a as Map<MapKey, Atom>)].flat(), [...(b as Map<MapKey, Atom>)].flat());
  }
  if (a === undefined || b === undefined) return a === b;
  return keyOf(a as Atom) === keyOf(b as Atom);
}

const equalLists = (a: readonly Atom[], b: readonly Atom[]): boolean =>
  a.length === b.length && a.every((atom, at) => keyOf(atom) === keyOf(b[at]!));

const keyOf = (atom: Atom): MapKey => (typeof atom === 'object' ? atom.uuid : atom);

const sortedMap = (pairs: [MapKey, Atom][]): ReadonlyMap<MapKey, Atom> =>
  new Map(pairs.sort(([a], [b]) => compareAtoms(a, b)));

function compareAtoms(a: Atom, b: Atom): number {
  const [left, right] = [keyOf(a), keyOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
