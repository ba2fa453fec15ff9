/** What replies have of a row, from its declaration: what `packages/vnmgr/src/replies/{plain,declared}.ts` make. */
import { declarationOf, isEntityName, modelName, type EntityName, type Field } from '@vnet/model';
import { always, maybe, orNull, refTo, type Properties, type Schema } from './schema.ts';

const TIME: Schema = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC$' };
const IPV4_NUMBER: Schema = { type: 'integer', minimum: 0, maximum: 0xffffffff };
const MAC_NUMBER: Schema = { type: 'integer', minimum: 0, maximum: 2 ** 48 - 1 };
const ID: Schema = { type: 'integer', minimum: 1 };

export const IPV4_TEXT: Schema = { type: 'string', format: 'ipv4' };
export const MAC_TEXT: Schema = { type: 'string', pattern: '^[0-9a-f]{2}(:[0-9a-f]{2}){5}$' };

const VALUES: Readonly<Record<Field['type'], Schema>> = {
  string: { type: 'string' },
  integer: { type: 'integer' },
  boolean: { type: 'boolean' },
  choice: { type: 'string' },
  ipv4: IPV4_NUMBER,
  ipv4_prefix: { type: 'string' },
  mac: MAC_NUMBER,
  dpid: { type: 'string', pattern: '^0x[0-9a-f]{16}$' },
  time: TIME,
  reference: ID,
};

const TEXTS: Partial<typeof VALUES> = { ipv4: IPV4_TEXT, mac: MAC_TEXT };

/** `interface` as it stands inside other replies. */
export function rowRef(entity: EntityName): Schema {
  return refTo(`${modelName(entity)}Row`);
}

/** `interface` as it is answered itself. */
export function replyRef(entity: EntityName): Schema {
  return refTo(modelName(entity));
}

export function uuidSchema(entity: EntityName): Schema {
  return { type: 'string', pattern: `^${declarationOf(entity).prefix ?? ''}-[a-z0-9]{1,16}$` };
}

/** @param inOwnReply addresses may be texts there */
function valueSchema({ type, text, values, doc }: Field, inOwnReply: boolean): Schema {
  return {
    ...((inOwnReply && text === true ? TEXTS[type] : undefined) ?? VALUES[type]),
    ...(values === undefined ? {} : { enum: values }),
    description: doc,
  };
}

const TIMES: Properties = {
  created_at: always(TIME),
  updated_at: always(TIME),
  deleted_at: always({ type: 'null', description: 'Kept for old clients.' }),
  is_deleted: always({ type: 'integer', enum: [0], description: 'Kept for old clients.' }),
};

function fieldsOf(entity: EntityName, isWanted: (field: Field) => boolean): [string, Field][] {
  return Object.entries(declarationOf(entity).fields).filter(([, field]) => isWanted(field));
}

function columns(entity: EntityName, inOwnReply: boolean, isWanted: (field: Field) => boolean): Properties {
  const properties = fieldsOf(entity, isWanted).map(([column, field]) => {
    const schema = valueSchema(field, inOwnReply);
    if (field.shown === 'if any') return [column, maybe(schema)] as const;
    return [column, always(field.nullable === true ? orNull(schema) : schema)] as const;
  });
  return Object.fromEntries(properties);
}

function inPlace({ shown }: Field): boolean {
  return shown === undefined || shown === 'if any';
}

/** The row as it stands inside another reply. */
export function rowProperties(entity: EntityName, inOwnReply = false): Properties {
  const { prefix, bare } = declarationOf(entity);
  const uuid: Properties = prefix === undefined ? {} : { uuid: always(uuidSchema(entity)) };
  const shown = columns(entity, inOwnReply, inPlace);
  if (bare === true) return { ...uuid, ...shown };
  return {
    id: always(ID),
    ...uuid,
    ...shown,
    ...TIMES,
    ...columns(entity, false, (field) => field.shown === 'last'),
  };
}

/** The key of a uuid is absent when there is none. */
function expansion([column, { to = '', expand, nullable }]: [string, Field]): Properties {
  if (!isEntityName(to)) return {};
  const name = column.replace(/_id$/, '');
  const row: Properties =
    expand === 'row' ? { [name]: always(nullable === true ? orNull(rowRef(to)) : rowRef(to)) } : {};
  return { ...row, [`${name}_uuid`]: { schema: uuidSchema(to), optional: nullable === true } };
}

/** The row as it is answered itself. */
export function declaredProperties(entity: EntityName): Properties {
  return Object.assign(
    { ...rowProperties(entity, true), ...columns(entity, true, ({ shown }) => shown === 'joined') },
    ...fieldsOf(entity, ({ expand }) => expand !== undefined).map(expansion),
  ) as Properties;
}
