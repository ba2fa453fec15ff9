/** Rows as TypeScript sees them, inferred from the declarations, and their form in the database and on the wire. */
import type { Field } from './declaration.ts';
import { type EntityName, declarationOf, type entities } from './entities/index.ts';
import type { WireRow } from './messages.ts';

interface Values {
  string: string;
  integer: number;
  boolean: boolean;
  ipv4: number;
  mac: number;
  ipv4_prefix: string;
  dpid: string;
  time: number;
  reference: number;
}

type PlainValue<F extends Field> = F extends { readonly type: 'choice'; readonly values: readonly (infer V)[] }
  ? V
  : F['type'] extends keyof Values
    ? Values[F['type']]
    : never;

type FieldValue<F extends Field> = F extends { readonly nullable: true } ? PlainValue<F> | null : PlainValue<F>;

type Entities = typeof entities;
type Fields<E extends EntityName> = Entities[E]['fields'];
type Uuid<E extends EntityName> = Entities[E] extends { readonly prefix: string } ? { readonly uuid: string } : unknown;

/** What every row has. Times are epoch milliseconds. */
export interface RowBase {
  readonly id: number;
  readonly created_at: number;
  readonly updated_at: number;
}

type Columns<E extends EntityName> = {
  readonly [K in keyof Fields<E>]: Fields<E>[K] extends Field ? FieldValue<Fields<E>[K]> : never;
};

/** A row of an entity: `Row<'network'>`. Addresses are numbers, references numeric ids, times epoch milliseconds. */
export type Row<E extends EntityName = EntityName> = E extends EntityName ? RowBase & Uuid<E> & Columns<E> : never;

type OptionalKeys<E extends EntityName> = {
  [K in keyof Fields<E>]: Fields<E>[K] extends { readonly nullable: true } | { readonly default: unknown } ? K : never;
}[keyof Fields<E>];

/** What an insert must give: every column without a default that may not be NULL. */
export type NewRow<E extends EntityName> = Uuid<E> &
  Omit<Columns<E>, OptionalKeys<E>> &
  Partial<Pick<Columns<E>, OptionalKeys<E> & keyof Columns<E>>>;

/** Columns to change. */
export type Patch<E extends EntityName> = Partial<Columns<E>>;

const TIMES = ['created_at', 'updated_at'] as const;

/** Columns of the entity's table, in order. */
export function columnsOf(entity: EntityName): readonly string[] {
  const { prefix, fields } = declarationOf(entity);
  return ['id', ...(prefix === undefined ? [] : ['uuid']), ...Object.keys(fields), ...TIMES];
}

/** A row as the driver gives it (booleans as 0 and 1), made a row of the model; other columns are left out. */
export function fromDatabase<E extends EntityName>(entity: E, raw: Readonly<Record<string, unknown>>): Row<E> {
  const { fields } = declarationOf(entity);
  const entries = columnsOf(entity).map((column) => {
    const value = raw[column];
    return [column, fields[column]?.type === 'boolean' && value !== null ? Boolean(value) : value];
  });
  return Object.fromEntries(entries) as Row<E>;
}

/** The values to store: defaults filled in, absent nullable columns NULL. */
export function withDefaults<E extends EntityName>(entity: E, values: NewRow<E>): Record<string, unknown> {
  const given = values as Readonly<Record<string, unknown>>;
  const { prefix, fields } = declarationOf(entity);
  const entries = Object.entries(fields).map(([column, field]) => [column, given[column] ?? field.default ?? null]);
  return { ...(prefix === undefined ? {} : { uuid: given['uuid'] }), ...Object.fromEntries(entries) } as Record<
    string,
    unknown
  >;
}

/** The row as agents get it: without its times, which would make a difference of nothing. */
export function toWire(row: Row): WireRow {
  const entries = Object.entries(row).filter(([column]) => !TIMES.some((time) => time === column));
  return { ...Object.fromEntries(entries), id: row.id };
}
