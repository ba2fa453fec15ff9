/** The rows that say which networks, segments and route links an interface takes part in follow its leases and routes. */
import type { EntityName, Row } from '@vnet/model';
import type { Change } from '../store/transaction.ts';
import type { Edit, Reaction } from './rule.ts';
import { sidesOf } from './rule.ts';

const KINDS = [
  { entity: 'interface_network', by: 'ip_lease', column: 'network_id' },
  { entity: 'interface_segment', by: 'mac_lease', column: 'segment_id' },
  { entity: 'interface_route_link', by: 'route', column: 'route_link_id' },
] as const;

type Kind = (typeof KINDS)[number];

type Columns = Readonly<Record<string, number | null>>;

/** `interface/other`; undefined for a row that has no interface or no other end. */
function pairOf({ column }: Kind, row: Row): string | undefined {
  const columns = row as unknown as Columns;
  const [interfaceId, other] = [columns['interface_id'], columns[column]];
  return interfaceId == null || other == null ? undefined : `${interfaceId}/${other}`;
}

function pairsOf(kind: Kind, rows: readonly Row[]): Set<string> {
  return new Set(rows.map((row) => pairOf(kind, row)).filter((pair) => pair !== undefined));
}

async function follow(edit: Edit, kind: Kind, changes: readonly Change[]): Promise<void> {
  const { entity, by, column } = kind;
  const touched = pairsOf(kind, [...sidesOf(by, changes), ...sidesOf(entity, changes)] as Row[]);
  const interfaces = [...new Set([...touched].map((pair) => Number(pair.split('/')[0])))];
  const backed = pairsOf(kind, await edit.tx.allIn<EntityName>(by, 'interface_id', interfaces));
  const rows = await edit.tx.allIn<typeof entity>(entity, 'interface_id', interfaces);
  const present = pairsOf(kind, rows);
  const isOver = (row: (typeof rows)[number]): boolean => !row.static && !backed.has(pairOf(kind, row)!);
  await edit.remove<EntityName>(
    entity,
    rows.filter((row) => touched.has(pairOf(kind, row)!) && isOver(row)),
  );
  const missing = [...touched].filter((pair) => backed.has(pair) && !present.has(pair));
  await edit.insertAll<EntityName>(
    entity,
    missing.map((pair) => {
      const [interface_id, other] = pair.split('/').map(Number);
      return { interface_id: interface_id!, [column]: other };
    }),
  );
}

export const associations: Reaction = {
  on: KINDS.flatMap(({ entity, by }) => [entity, by]),
  run: async (edit, changes) => {
    for (const kind of KINDS) await follow(edit, kind, changes);
  },
};
