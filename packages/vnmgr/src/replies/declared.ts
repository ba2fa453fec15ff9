/** The replies that follow from the declaration: joined values, addresses as texts, what references refer to. */
import { type EntityName, type Field, type Row, declarationOf, formatIpv4, formatMac, isEntityName } from '@vnet/model';
import type { Queries } from '../store/queries.ts';
import { type Reply, plain, plainOrNull } from './plain.ts';

type Columns = Readonly<Record<string, unknown>>;

function asText({ type, text }: Field, value: unknown): unknown {
  if (text !== true || typeof value !== 'number') return value;
  return type === 'ipv4' ? formatIpv4(value) : formatMac(value);
}

interface Expansion {
  readonly column: string;
  readonly entity: EntityName;
  readonly what: 'uuid' | 'row';
  readonly rows: ReadonlyMap<number, Row>;
}

/** One query for each reference that is expanded, for all rows together. */
async function expansionsOf(queries: Queries, entity: EntityName, rows: readonly Row[]): Promise<Expansion[]> {
  const expansions: Expansion[] = [];
  for (const [column, { expand, to }] of Object.entries(declarationOf(entity).fields)) {
    if (expand === undefined || to === undefined || !isEntityName(to)) continue;
    const ids = rows.map((row) => (row as unknown as Record<string, number | null>)[column]!);
    expansions.push({ column, entity: to, what: expand, rows: await queries.byIds(to, ids) });
  }
  return expansions;
}

/** A uuid is absent, not null, when there is none. */
function expanded({ column, entity, what, rows }: Expansion, columns: Columns): Reply {
  const name = column.replace(/_id$/, '');
  const row = rows.get(columns[column] as number);
  return {
    ...(what === 'row' ? { [name]: plainOrNull(entity, row) } : {}),
    ...(row !== undefined && 'uuid' in row ? { [`${name}_uuid`]: row.uuid } : {}),
  };
}

export async function declaredReplies(queries: Queries, entity: EntityName, rows: readonly Row[]): Promise<Reply[]> {
  const fields = Object.entries(declarationOf(entity).fields);
  const texts = fields.filter(([, { text, shown }]) => text === true && shown === undefined);
  const joined = fields.filter(([, { shown }]) => shown === 'joined');
  const expansions = await expansionsOf(queries, entity, rows);
  return rows.map((row) => {
    const columns = row as unknown as Columns;
    const changed = [...texts, ...joined].map(([column, field]) => [column, asText(field, columns[column])]);
    return Object.assign(
      { ...plain(entity, row), ...(Object.fromEntries(changed) as Reply) },
      ...expansions.map((expansion) => expanded(expansion, columns)),
    ) as Reply;
  });
}
