/** Which columns of a row people want to see, and in which order. */
import { declarationOf, type EntityName } from '@vnet/model';

export type Row = Readonly<Record<string, unknown>>;

/** What one looks for first, in this order. */
const FIRST = [
  ...['uuid', 'display_name', 'mode', 'node_id', 'dpid'],
  ...['interface_uuid', 'mac_address', 'network_uuid', 'ipv4_network', 'ipv4_prefix', 'ipv4_address', 'port_name'],
];

/** Of no use to people: see them with `-o json`. */
const HIDDEN = ['id', 'created_at', 'updated_at', 'deleted_at', 'is_deleted', 'enable_legacy_filtering'];

/** Columns of the rows that hold anything, without those that only repeat what another one says. */
export function columnsOf(entity: EntityName, rows: readonly Row[]): string[] {
  const present = new Set(rows.flatMap((row) => Object.keys(row).filter((column) => holdsAnything(row[column]))));
  const declared = Object.keys(declarationOf(entity).fields);
  const all = [...FIRST, ...declared.flatMap((column) => [column.replace(/_id$/, '_uuid'), column]), ...present];
  const wanted = [...new Set(all)].filter((column) => present.has(column) && !isHidden(column));
  // Switches last: they are many and seldom asked for.
  const isSwitch = (column: string): boolean => column.startsWith('enable_');
  return [...wanted.filter((column) => !isSwitch(column)), ...wanted.filter(isSwitch)];
}

/** Numeric ids say nothing to people, ids of other systems do. */
function isHidden(column: string): boolean {
  return HIDDEN.includes(column) || (column.endsWith('_id') && !['node_id', 'iface_id', 'vlan_id'].includes(column));
}

function holdsAnything(value: unknown): boolean {
  return value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
}
