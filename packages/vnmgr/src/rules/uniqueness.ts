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

/** Who may own the row of an address, and whose the owner is. */
const OWNERS: readonly (readonly [owned: EntityName, column: string, owner: EntityName, of: string | undefined])[] = [
  ['mac_address', 'mac_address_id', 'mac_lease', 'interface_id'],
  ['mac_address', 'mac_address_id', 'route_link', undefined],
  ['mac_address', 'mac_address_id', 'datapath_network', 'datapath_id'],
  ['mac_address', 'mac_address_id', 'datapath_segment', 'datapath_id'],
  ['mac_address', 'mac_address_id', 'datapath_route_link', 'datapath_id'],
  ['ip_address', 'ip_address_id', 'ip_lease', 'interface_id'],
];

/** Names the row that has the value: for an address what owns it, not the row of the address. */
export async function holder(
  queries: Queries,
  entity: EntityName,
  row: { readonly id: number },
): Promise<string | undefined> {
  for (const [owned, column, owner, of] of OWNERS) {
    if (owned !== entity) continue;
    const found = await queries.first<EntityName>(owner, { [column]: row.id });
    if (found === undefined) continue;
    const name = 'uuid' in found ? found.uuid : `a ${owner.replaceAll('_', ' ')}`;
    const id = of === undefined ? null : (found as unknown as Values)[of];
    const belongsTo = of === undefined || id === null ? '' : ` of ${await uuidOf(queries, of.replace(/_id$/, ''), id)}`;
    return name + belongsTo;
  }
  if ('uuid' in row) return String(row.uuid);
  const [child] = declarationOf(entity).api.filter((shape) => shape.kind === 'child');
  return child && (await uuidOf(queries, child.parent.replace(/_id$/, ''), (row as unknown as Values)[child.parent]));
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
  // What is true of both does not tell them apart.
  const said = key.flatMap((column, i) =>
    fields[column]?.type === 'boolean' ? [] : [`${wordFor(column)} ${texts[i]}`],
  );
  const named = said.join(', ');
  const by = await holder(queries, entity, row);
  return new VnetError('ArgumentError', `${named} is in use already${by === undefined ? '' : `, by ${by}`}`);
}

/** The keys that no two rows share, the uuid first. */
function keysOf(entity: EntityName): (readonly string[])[] {
  const { prefix, unique = [] } = declarationOf(entity);
  return [...(prefix === undefined ? [] : [['uuid']]), ...unique];
}

/** The error for rows that the database refused to insert or update because of a duplicate. */
export async function explainDuplicate(
  queries: Queries,
  entity: EntityName,
  rows: readonly Values[],
): Promise<VnetError> {
  for (const key of keysOf(entity)) {
    const seen = new Set<string>();
    for (const values of rows) {
      const conflict = await conflictOn(queries, entity, key, values);
      if (conflict !== undefined) return conflict;
      const value = key.map((column) => String(values[column])).join(' ');
      if (seen.has(value) && key.every((column) => values[column] != null)) {
        const texts = await Promise.all(
          key.map((column) => shown(queries, declarationOf(entity).fields[column], values[column])),
        );
        const text = `${key.join(', ')}: ${texts.join(', ')} is asked for twice`;
        return new VnetError(key[0] === 'uuid' ? 'DuplicateUUID' : 'ArgumentError', text);
      }
      seen.add(value);
    }
  }
  return new VnetError('ArgumentError', `${entity.replaceAll('_', ' ')}: another one has the same values`);
}
