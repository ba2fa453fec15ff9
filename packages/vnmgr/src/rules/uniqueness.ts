/** Says which uniqueness an insert or update ran into, in the words of the API. */
import {
  type EntityName,
  type Field,
  VnetError,
  declarationOf,
  formatIpv4,
  formatMac,
  isEntityName,
} from '@vnet/model';
import type { Queries, Where } from '../store/queries.ts';

type Values = Readonly<Record<string, unknown>>;

async function uuidOf(queries: Queries, entity: string | undefined, id: unknown): Promise<string> {
  if (entity === undefined || !isEntityName(entity) || typeof id !== 'number') return String(id);
  const row = await queries.get(entity, id);
  return row !== undefined && 'uuid' in row ? row.uuid : String(id);
}

async function shown(queries: Queries, field: Field | undefined, value: unknown): Promise<string> {
  if (field?.type === 'mac') return formatMac(value as number);
  if (field?.type === 'ipv4') return formatIpv4(value as number);
  if (field?.type === 'reference') return await uuidOf(queries, field.to, value);
  return String(value);
}

/** Names the row that has the value: for an address the lease, not the row of the address. */
async function holder(queries: Queries, entity: EntityName, row: { readonly id: number }): Promise<string | undefined> {
  if (entity === 'mac_address') {
    const lease = await queries.first('mac_lease', { mac_address_id: row.id });
    if (lease !== undefined) return `${lease.uuid} of ${await uuidOf(queries, 'interface', lease.interface_id)}`;
    const link = await queries.first('datapath_network', { mac_address_id: row.id });
    return link && `${await uuidOf(queries, 'datapath', link.datapath_id)} in a network`;
  }
  if (entity === 'ip_address') return (await queries.first('ip_lease', { ip_address_id: row.id }))?.uuid;
  return 'uuid' in row ? String(row.uuid) : undefined;
}

async function conflictOn(
  queries: Queries,
  entity: EntityName,
  key: readonly string[],
  values: Values,
): Promise<VnetError | undefined> {
  if (key.some((column) => values[column] == null)) return undefined;
  const where: Where<EntityName> = Object.fromEntries(key.map((column) => [column, values[column]]));
  const row = await queries.first<EntityName>(entity, where);
  if (row === undefined || row.id === values['id']) return undefined;
  if (key[0] === 'uuid') return new VnetError('DuplicateUUID', String(values['uuid']));
  const { fields, api } = declarationOf(entity);
  const texts = await Promise.all(key.map((column) => shown(queries, fields[column], values[column])));
  const isRelation = api.some((shape) => shape.kind === 'relation' && key.includes(shape.other));
  if (isRelation) return new VnetError('RelationAlreadyExists', texts.join(' <=> '));
  const wordFor = (column: string): string =>
    fields[column]?.type === 'reference' ? column.replace(/_id$/, '') : column;
  const named = key.map((column, i) => `${wordFor(column)} ${texts[i]}`).join(', ');
  const by = await holder(queries, entity, row);
  return new VnetError('ArgumentError', `${named} is in use already${by === undefined ? '' : `, by ${by}`}`);
}

/** The error for an insert or update of these values that the database refused as a duplicate. */
export async function explainDuplicate(queries: Queries, entity: EntityName, values: Values): Promise<VnetError> {
  const { prefix, unique = [] } = declarationOf(entity);
  for (const key of [...(prefix === undefined ? [] : [['uuid']]), ...unique]) {
    const conflict = await conflictOn(queries, entity, key, values);
    if (conflict !== undefined) return conflict;
  }
  return new VnetError('ArgumentError', `${entity.replaceAll('_', ' ')}: another one has the same values`);
}
