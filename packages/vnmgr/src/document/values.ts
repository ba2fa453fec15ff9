/** Rows as a document has them: values under their names in requests, references as uuids. Pure. */
import {
  type Field,
  type Param,
  type ParamValue,
  type Row,
  declarationOf,
  formatIpv4,
  formatMac,
  isEntityName,
} from '@vnet/model';
import { draftOf } from '../api/creations.ts';
import type { Extra } from '../rules/rule.ts';
import type { Names } from './names.ts';
import type { Section } from './sections.ts';

export type Values = Readonly<Record<string, ParamValue>>;
type Columns = Readonly<Record<string, unknown>>;

/** The value of a column or of what only requests carry, an id as uuid. */
function namedValue({ to }: Field, value: unknown, names: Names): ParamValue {
  if (to === undefined || !isEntityName(to) || typeof value !== 'number') return (value ?? null) as ParamValue;
  return names.uuidOf(to, value) ?? null;
}

/** The name that rules have for what only requests carry. */
export function extraName(param: Param): string {
  return param.name.replace(/_uuid$/, '_id');
}

/**
 * What a row says.
 *
 * @param extra what it has of the things that only requests carry; what is absent there does not last, and is left out
 */
export function valuesOf({ params }: Section, row: Row, extra: Extra | undefined, names: Names): Values {
  const entries = params.flatMap((param): [string, ParamValue][] => {
    if (param.column !== undefined) {
      return [[param.name, namedValue(param, (row as unknown as Columns)[param.column], names)]];
    }
    if (extra === undefined) return [[param.name, null]];
    const value = extra[extraName(param)];
    return value === undefined ? [] : [[param.name, namedValue(param, value, names)]];
  });
  return Object.fromEntries(entries);
}

/** As people write it. */
export function shown({ type }: Field, value: ParamValue): ParamValue {
  if (typeof value !== 'number') return value;
  if (type === 'ipv4') return formatIpv4(value);
  return type === 'mac' ? formatMac(value) : value;
}

/** Whether a document has to say it: rules and leases say what else requests carry, unless it is how a column is given. */
export function isKept({ entity }: Section, param: Param): boolean {
  return param.column !== undefined || param.name in declarationOf(entity).fields;
}

/** What a document says of a row: nothing that is so by itself. */
export function written(section: Section, values: Values): Record<string, ParamValue> {
  const entries = section.params
    .filter((param) => isKept(section, param))
    .map((param) => [param, values[param.name] ?? null] as const)
    .filter(([param, value]) => value !== (param.default ?? null))
    .map(([param, value]) => [param.name, shown(param, value)] as const);
  return Object.fromEntries(entries);
}

/** Values as columns and what only requests carry. */
export function split({ params }: Section, values: Values): { columns: Record<string, ParamValue>; extra: Values } {
  const columns: Record<string, ParamValue> = {};
  const extra: Record<string, ParamValue> = {};
  for (const param of params) {
    const value = values[param.name];
    if (value === undefined) continue;
    if (param.column === undefined) extra[extraName(param)] = value;
    else columns[param.column] = value;
  }
  return { columns, extra };
}

/** Columns that tell the rows of a list apart: what requests give, and what is made of it. */
function tellingColumns({ entity, parent }: Section, draft: Columns): string[] {
  const fields = Object.entries(declarationOf(entity).fields);
  return fields
    .filter(([column, { internal }]) => column !== parent && (internal !== true || column in draft))
    .map(([column]) => column);
}

/** The same text for two rows of a list that say the same; for values of a document. */
export function wantedIdentity(section: Section, values: Values): string {
  const { fields } = declarationOf(section.entity);
  const draft = draftOf(section.entity, split(section, values));
  return JSON.stringify(
    tellingColumns(section, draft).map((column) => draft[column] ?? fields[column]?.default ?? null),
  );
}

/** The same, for a row. */
export function rowIdentity(section: Section, row: Row, names: Names): string {
  const { fields } = declarationOf(section.entity);
  const draft = draftOf(section.entity, { columns: {}, extra: {} });
  return JSON.stringify(
    tellingColumns(section, draft).map((column) =>
      namedValue(fields[column]!, (row as unknown as Columns)[column], names),
    ),
  );
}

/** A row without a uuid in one line. */
export function inShort(section: Section, values: Values): string {
  const said = Object.entries(written(section, values)).map(([name, value]) => `${name} ${value}`);
  return said.length === 0 ? 'without values' : said.join(', ');
}
