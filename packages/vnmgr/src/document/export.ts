/** The whole model as a document. */
import { type EntityName, type ParamValue, type Row } from '@vnet/model';
import type { Queries } from '../store/queries.ts';
import { Names } from './names.ts';
import { type Present, presentRows } from './present.ts';
import { type Section, sections } from './sections.ts';
import { written } from './values.ts';

type Written = Record<string, unknown>;

/** Rows of one kind, by the uuid of the object around them. */
async function partsOf(queries: Queries, section: Section, names: Names): Promise<Map<string, Present[]>> {
  const parts = new Map<string, Present[]>();
  for (const present of await presentRows(queries, section, await queries.all<EntityName>(section.entity), names)) {
    const own = parts.get(present.uuid);
    if (own === undefined) parts.set(present.uuid, [present]);
    else own.push(present);
  }
  return parts;
}

function writtenParts(section: Section, parts: readonly Present[]): unknown[] | Written {
  const objects = parts.map(({ key, values }): [string, Record<string, ParamValue>] => [key, written(section, values)]);
  if (section.isList) return objects.map(([, object]) => object);
  return Object.fromEntries(objects.filter(([, object]) => !section.isSetting || Object.keys(object).length > 0));
}

/** An empty list is written too: it says that what rules would make with the object is not there. */
function isSaid(part: unknown[] | Written): boolean {
  return Array.isArray(part) || Object.keys(part).length > 0;
}

async function writtenSection(
  queries: Queries,
  section: Section,
  rows: readonly Row[],
  names: Names,
): Promise<Written> {
  const objects = await presentRows(queries, section, rows, names);
  const nested = await Promise.all(
    section.nested.map(async (each) => ({ section: each, parts: await partsOf(queries, each, names) })),
  );
  return Object.fromEntries(
    objects.map(({ uuid, values }) => {
      const parts = nested.map(
        (each) => [each.section.key, writtenParts(each.section, each.parts.get(uuid) ?? [])] as const,
      );
      return [uuid, { ...written(section, values), ...Object.fromEntries(parts.filter(([, part]) => isSaid(part))) }];
    }),
  );
}

/** What requests can make, all of it: applied to an empty database it gives the same again. */
export async function exportModel(queries: Queries): Promise<Written> {
  const names = new Names(queries);
  const document: Written = {};
  for (const section of sections) {
    const rows = await queries.all<EntityName>(section.entity);
    if (rows.length > 0) document[section.key] = await writtenSection(queries, section, rows, names);
  }
  return document;
}
