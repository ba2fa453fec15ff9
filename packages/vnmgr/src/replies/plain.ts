/** A row as OpenVNet showed it where it stands inside another: the columns, with times as texts. */
import { type EntityName, type Field, type Row, declarationOf } from '@vnet/model';

export type Reply = Readonly<Record<string, unknown>>;

type Columns = Readonly<Record<string, unknown>>;

/** Epoch milliseconds → `2015-12-18 04:13:28 UTC`. */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function isInPlace({ shown }: Field, value: unknown): boolean {
  return shown === undefined || (shown === 'if any' && value !== null);
}

/** The row alone: id, uuid and columns in the order of reference §3. */
export function plain(entity: EntityName, row: Row): Reply {
  const { prefix, fields, bare } = declarationOf(entity);
  const columns = row as unknown as Columns;
  const valuesOf = (isWanted: (field: Field, value: unknown) => boolean): Reply => {
    const wanted = Object.entries(fields).filter(([column, field]) => isWanted(field, columns[column]));
    return Object.fromEntries(wanted.map(([column, field]) => [column, shownValue(field, columns[column])]));
  };
  const uuid = prefix === undefined ? {} : { uuid: columns['uuid'] };
  if (bare === true) return { ...uuid, ...valuesOf(isInPlace) };
  return {
    id: row.id,
    ...uuid,
    ...valuesOf(isInPlace),
    created_at: formatTime(row.created_at),
    updated_at: formatTime(row.updated_at),
    // The constants of OpenVNet's soft deletion.
    deleted_at: null,
    is_deleted: 0,
    ...valuesOf(({ shown }) => shown === 'last'),
  };
}

function shownValue({ type }: Field, value: unknown): unknown {
  return type === 'time' && typeof value === 'number' ? formatTime(value) : value;
}

export function plainOrNull(entity: EntityName, row: Row | undefined): Reply | null {
  return row === undefined ? null : plain(entity, row);
}
