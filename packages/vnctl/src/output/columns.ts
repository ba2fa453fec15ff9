/** Which columns of a row people want to see, and in which order. */
import { declarationOf, type EntityName } from '@vnet/model';
import { didYouMean } from '@vnet/model/options';
import { usageFailure } from '../failure.ts';
import { isRow, type Row } from './answers.ts';

/** What one looks for first, in this order. */
const FIRST = [
  ...['uuid', 'display_name', 'name', 'mode', 'node_id', 'dpid', 'protocol', 'action'],
  ...['interface_uuid', 'mac_address', 'network_uuid', 'ipv4_network', 'ipv4_prefix', 'ipv4_address', 'port_name'],
];

/** Of no use to people: see them with `-o json`. */
const HIDDEN = ['id', 'created_at', 'updated_at', 'deleted_at', 'is_deleted', 'enable_legacy_filtering', 'ip_address'];

/** Ids of other systems: those say something to people. */
const FOREIGN_IDS = ['node_id', 'iface_id', 'vlan_id'];

/** Columns of the rows that hold anything, without those that only repeat what another one says. */
export function columnsOf(entity: EntityName, rows: readonly Row[]): string[] {
  const present = new Set(rows.flatMap((row) => Object.keys(row).filter((column) => holdsAnything(row[column]))));
  const declared = Object.keys(declarationOf(entity).fields);
  const all = [...FIRST, ...declared.flatMap((column) => [uuidColumn(column), column]), ...present];
  const wanted = [...new Set(all)].filter(
    (column) => present.has(column) && !isHidden(column) && !repeatsUuid(column, present, rows),
  );
  // Switches last: they are many and seldom asked for.
  const isSwitch = (column: string): boolean => column.startsWith('enable_');
  return [...wanted.filter((column) => !isSwitch(column)), ...wanted.filter(isSwitch)];
}

/** Rows inside of rows, and texts of many lines, have their place where one row is shown. */
export function shownBesideOthers(rows: readonly Row[], column: string): boolean {
  return rows.every((row) => typeof (row[column] ?? '') !== 'object');
}

/** @throws Failure for a column that rows of the entity never have, with the nearest one */
export function checkColumns(entity: EntityName, rows: readonly Row[], columns: readonly string[]): void {
  const { fields, prefix } = declarationOf(entity);
  const known = new Set([
    ...(prefix === undefined ? [] : ['uuid']),
    ...Object.keys(fields).flatMap((column) => [uuidColumn(column), column]),
    ...rows.flatMap((row) => Object.keys(row)),
  ]);
  checkNamed(columns, [...known]);
}

/** @throws Failure for a column that is not among the known ones, with the nearest of them */
export function checkNamed(columns: readonly string[], known: readonly string[]): void {
  const unknown = columns.find((column) => !known.includes(column));
  if (unknown === undefined) return;
  const hint = didYouMean(unknown, known) || `; there are ${known.join(', ')}`;
  throw usageFailure(`--columns: there is no column "${unknown}"${hint}`);
}

/** `network_id` → `network_uuid` */
export function uuidColumn(column: string): string {
  return column.replace(/_id$/, '_uuid');
}

/** Numeric ids say nothing to people. */
function isHidden(column: string): boolean {
  return HIDDEN.includes(column) || (column.endsWith('_id') && !FOREIGN_IDS.includes(column));
}

/** The row `interface` beside `interface_uuid`. */
function repeatsUuid(column: string, present: ReadonlySet<string>, rows: readonly Row[]): boolean {
  return present.has(`${column}_uuid`) && rows.every((row) => isRow(row[column] ?? {}));
}

function holdsAnything(value: unknown): boolean {
  return value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
}
