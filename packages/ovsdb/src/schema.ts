import { OvsdbProtocolError } from './errors.ts';

const ATOMS = ['string', 'integer', 'real', 'boolean', 'uuid'] as const;

/** Atomic types of RFC 7047 §3.2. */
export type AtomName = (typeof ATOMS)[number];

/**
 * What a column holds, short enough to be written down beside its name:
 * `string` exactly one, `string?` at most one, `string[]` a set, `string:integer` a map.
 */
export type ColumnKind = AtomName | `${AtomName}?` | `${AtomName}[]` | `${AtomName}:${AtomName}`;

export interface ColumnType {
  readonly kind: ColumnKind;
  readonly shape: 'one' | 'optional' | 'set' | 'map';
  readonly key: AtomName;
  /** Type of a map's values; same as `key` where there is no map. */
  readonly value: AtomName;
  /** Fewest elements. Says what the default value is. */
  readonly min: 0 | 1;
}

export type TableSchema = ReadonlyMap<string, ColumnType>;

export interface DatabaseSchema {
  readonly name: string;
  readonly version: string;
  readonly tables: ReadonlyMap<string, TableSchema>;
}

export type Json = Readonly<Record<string, unknown>>;

/** @throws OvsdbProtocolError when `value` is not a JSON object. */
export function asObject(value: unknown, what: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new OvsdbProtocolError(`${what} is not an object: ${JSON.stringify(value)}`);
}

/**
 * Reads a database schema (RFC 7047 §3.2, the reply to `get_schema`).
 * @throws OvsdbProtocolError when it is not one.
 */
export function parseSchema(json: unknown): DatabaseSchema {
  const { name, version, tables } = asObject(json, 'schema');
  if (typeof name !== 'string' || typeof version !== 'string') {
    throw new OvsdbProtocolError('schema without name or version');
  }
  const entries = Object.entries(asObject(tables, `tables of schema ${name}`));
  return { name, version, tables: new Map(entries.map(([table, schema]) => [table, parseTable(table, schema)])) };
}

/** Columns that every row has and no schema lists (RFC 7047 §3.2). */
const IMPLICIT: readonly [string, ColumnType][] = ['_uuid', '_version'].map((column) => [column, parseColumn('uuid')]);

function parseTable(table: string, json: unknown): TableSchema {
  const { columns } = asObject(json, `table ${table}`);
  const declared = Object.entries(asObject(columns, `columns of table ${table}`));
  return new Map([
    ...IMPLICIT,
    ...declared.map(([column, schema]): [string, ColumnType] => [
      column,
      parseColumn(asObject(schema, `column ${table}.${column}`)['type']),
    ]),
  ]);
}

function parseColumn(type: unknown): ColumnType {
  if (typeof type === 'string') return { kind: atom(type), shape: 'one', key: atom(type), value: atom(type), min: 1 };
  const { key, value, min = 1, max = 1 } = asObject(type, 'column type');
  if ((min !== 0 && min !== 1) || (max !== 'unlimited' && !(typeof max === 'number' && max >= 1))) {
    throw new OvsdbProtocolError(`column type with min ${JSON.stringify(min)} and max ${JSON.stringify(max)}`);
  }
  const keyAtom = atom(key);
  const valueAtom = value === undefined ? keyAtom : atom(value);
  if (value !== undefined) {
    return { kind: `${keyAtom}:${valueAtom}`, shape: 'map', key: keyAtom, value: valueAtom, min };
  }
  if (max !== 1) return { kind: `${keyAtom}[]`, shape: 'set', key: keyAtom, value: valueAtom, min };
  return min === 1
    ? { kind: keyAtom, shape: 'one', key: keyAtom, value: valueAtom, min }
    : { kind: `${keyAtom}?`, shape: 'optional', key: keyAtom, value: valueAtom, min };
}

function atom(type: unknown): AtomName {
  const name = typeof type === 'string' ? type : asObject(type, 'base type')['type'];
  const known = ATOMS.find((each) => each === name);
  if (known === undefined) throw new OvsdbProtocolError(`unknown atomic type ${JSON.stringify(name)}`);
  return known;
}
