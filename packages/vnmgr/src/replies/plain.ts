/** A row as OpenVNet showed it: the columns, with times as texts and the constants of soft deletion. */
import { type EntityName, type Row, declarationOf } from '@vnet/model';

export type Reply = Readonly<Record<string, unknown>>;

/** Columns that OpenVNet did not have in these tables: shown where the reference shows them, not in the plain row. */
const JOINED: Partial<Record<EntityName, readonly string[]>> = {
  mac_lease: ['mac_address'],
  ip_lease: ['network_id', 'ipv4_address'],
  datapath_network: ['mac_address'],
};

/** Columns that OpenVNet's tables got later, or that are new here: they stand after the times. */
const AFTER_TIMES: Partial<Record<EntityName, readonly string[]>> = {
  network: ['mtu'],
  interface: ['enable_filtering', 'enable_legacy_filtering', 'iface_id'],
  datapath: ['enable_ovs_learn_action'],
  datapath_network: ['topology_id', 'topology_layer_id', 'topology_mac_range_group_id'],
  topology_datapath: ['ip_lease_id'],
};

/** Columns of OpenVNet's tables for which there is nothing here yet. */
const ALWAYS_NULL: Partial<Record<EntityName, readonly string[]>> = { network: ['segment_id'] };

/** Epoch milliseconds → `2015-12-18 04:13:28 UTC`. */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** The row alone: id, uuid and columns in the order of reference §3. */
export function plain(entity: EntityName, row: Row): Reply {
  const { prefix, fields } = declarationOf(entity);
  const columns = row as unknown as Readonly<Record<string, unknown>>;
  const pick = (names: readonly string[]): Reply => Object.fromEntries(names.map((name) => [name, columns[name]]));
  const last = AFTER_TIMES[entity] ?? [];
  const left = [...last, ...(JOINED[entity] ?? [])];
  const first = Object.keys(fields).filter((name) => fields[name]!.hidden !== true && !left.includes(name));
  return {
    ...pick(['id', ...(prefix === undefined ? [] : ['uuid']), ...first]),
    created_at: formatTime(row.created_at),
    updated_at: formatTime(row.updated_at),
    deleted_at: null,
    is_deleted: 0,
    ...Object.fromEntries((ALWAYS_NULL[entity] ?? []).map((name) => [name, null])),
    ...pick(last),
  };
}

export function plainOrNull(entity: EntityName, row: Row | undefined): Reply | null {
  return row === undefined ? null : plain(entity, row);
}
