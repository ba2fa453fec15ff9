/** The rows of the model that a document is compared with, loaded in bulk. */
import { type EntityName, type Row, declarationOf } from '@vnet/model';
import { rulesOf } from '../api/creations.ts';
import type { Extra } from '../rules/rule.ts';
import type { Queries } from '../store/queries.ts';
import type { Names } from './names.ts';
import type { Section } from './sections.ts';
import { type Values, rowIdentity, valuesOf } from './values.ts';

/** A row, and its place in a document. */
export interface Present {
  readonly section: Section;
  readonly row: Row;
  /** Of the object, or of the one around it. */
  readonly uuid: string;
  /** What tells it from its like in the same place: its own uuid, the other's, or its values. */
  readonly key: string;
  readonly values: Values;
}

export const keyOf = (uuid: string, key: string): string => `${uuid} ${key}`;

function columnOf(row: Row, column: string): number {
  return (row as unknown as Record<string, number>)[column]!;
}

function presentOf(section: Section, row: Row, extra: Extra | undefined, names: Names): Present {
  const { entity, parent, other } = section;
  const own = 'uuid' in row ? row.uuid : undefined;
  const uuid = parent === undefined ? own! : names.uuidOf(parentEntity(section), columnOf(row, parent))!;
  const otherUuid = other === undefined ? own : names.uuidOf(other.entity, columnOf(row, other.column));
  const isNamed = declarationOf(entity).prefix !== undefined || other !== undefined;
  const key = isNamed ? otherUuid! : rowIdentity(section, row, names);
  return { section, row, uuid, key, values: valuesOf(section, row, extra, names) };
}

/** The entity of the objects around the rows of a section. */
export function parentEntity({ entity, parent }: Section): EntityName {
  return declarationOf(entity).fields[parent!]!.to as EntityName;
}

/** What the rows have of the things that only requests carry; undefined when nothing is known of an entity's. */
async function extrasOf(queries: Queries, { entity, params }: Section, rows: readonly Row[], names: Names) {
  const extras = await rulesOf(entity).current?.(queries, rows);
  if (extras === undefined) return undefined;
  for (const param of params) {
    if (param.column !== undefined || param.type !== 'reference') continue;
    const name = param.name.replace(/_uuid$/, '_id');
    const ids = [...extras.values()].map((extra) => extra[name]).filter((id) => typeof id === 'number');
    await names.loadIds(param.to as EntityName, ids);
  }
  return extras;
}

/** Rows of one section as a document would have them. Those that follow from others are left out: no document has them. */
export async function presentRows(
  queries: Queries,
  section: Section,
  rows: readonly Row[],
  names: Names,
): Promise<Present[]> {
  const rules = rulesOf(section.entity);
  const own = rules.implied === undefined ? rows : rows.filter((row) => !rules.implied!(row));
  await names.loadReferences(section.entity, own);
  const extras = await extrasOf(queries, section, own, names);
  return own.map((row) => presentOf(section, row, extras === undefined ? {} : extras.get(row.id), names));
}
