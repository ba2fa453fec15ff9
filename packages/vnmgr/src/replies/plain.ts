/** A row as OpenVNet showed it: the columns, with times as texts and the constants of soft deletion. */
import { type EntityName, type Row, declarationOf } from '@vnet/model';

export type Reply = Readonly<Record<string, unknown>>;

/** Columns that OpenVNet did not have in these tables: shown where the reference shows them, not in the plain row. */
const JOINED: Partial<Record<EntityName, readonly string[]>> = {
  mac_lease: ['mac_address'],
  ip_lease: ['network_id', 'ipv4_address'],
  datapath_network: ['mac_address'],
};

/** Epoch milliseconds → `2015-12-18 04:13:28 UTC`. */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export function plain(entity: EntityName, row: Row): Reply {
  const { prefix, fields } = declarationOf(entity);
  const columns = row as unknown as Readonly<Record<string, unknown>>;
  const shown = Object.entries(fields)
    .filter(([name, { hidden }]) => hidden !== true && JOINED[entity]?.includes(name) !== true)
    .map(([name]) => [name, columns[name]]);
  return {
    id: row.id,
    ...(prefix === undefined ? {} : { uuid: columns['uuid'] }),
    ...(Object.fromEntries(shown) as Reply),
    created_at: formatTime(row.created_at),
    updated_at: formatTime(row.updated_at),
    deleted_at: null,
    is_deleted: 0,
  };
}

export function plainOrNull(entity: EntityName, row: Row | undefined): Reply | null {
  return row === undefined ? null : plain(entity, row);
}
