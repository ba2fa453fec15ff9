/** What agents say is so on their datapaths: where interfaces live, and which networks are active. */
import type { AgentFacts, EntityName, InterfaceFact, Row } from '@vnet/model';
import { edgeHostFacts } from './edge_hosts.ts';
import { type Edit, type Reaction, changesOf } from './rule.ts';

/** The newest claim wins: whoever lived there keeps a row, but no longer the place. */
async function takeOver(edit: Edit, fact: InterfaceFact, datapathId: number, own?: Row<'active_interface'>) {
  const { interface_id, port_name, port_number, claim } = fact;
  const holder = await edit.tx.first('active_interface', { interface_id, singular: true });
  if (holder !== undefined && holder.id !== own?.id) {
    await edit.update('active_interface', holder, { singular: null });
  }
  const place = { port_name, port_number, claim, singular: true };
  if (own !== undefined) await edit.update('active_interface', own, place);
  else await edit.insert('active_interface', { interface_id, datapath_id: datapathId, ...place });
}

async function plugged(edit: Edit, fact: InterfaceFact, datapathId: number): Promise<void> {
  const { interface_id, port_name, port_number, claim } = fact;
  const own = await edit.tx.first('active_interface', { interface_id, datapath_id: datapathId });
  if (own?.claim === claim) {
    // Said before: a host that merely came back takes nothing over.
    await edit.update('active_interface', own, { port_name, port_number });
    return;
  }
  // Deleted meanwhile: the agent will learn that by itself.
  if ((await edit.tx.get('interface', interface_id)) === undefined) return;
  await takeOver(edit, fact, datapathId, own);
}

/**
 * When the place where an interface lives becomes free (unplugged, or its datapath deleted) and a port is left over
 * elsewhere, the interface lives there again.
 */
export const placesFallBack: Reaction = {
  on: ['active_interface'],
  run: async (edit, changes) => {
    for (const { before, after } of changesOf('active_interface', changes)) {
      if (after !== null || before?.singular !== true) continue;
      const { interface_id } = before;
      const rows = await edit.tx.all('active_interface', { interface_id });
      if (rows.some((row) => row.singular === true)) continue;
      const [latest] = rows.sort((a, b) => b.updated_at - a.updated_at || b.id - a.id);
      if (latest !== undefined) await edit.update('active_interface', latest, { singular: true });
    }
  },
};

async function interfaceFacts(edit: Edit, facts: AgentFacts): Promise<void> {
  const { datapath_id, full, interfaces, gone_interfaces: gone } = facts;
  const here = new Set(interfaces.map((fact) => fact.interface_id));
  const isGone = (id: number): boolean => !here.has(id) && (full || gone.includes(id));
  if (full || gone.length > 0) {
    const rows = await edit.tx.all('active_interface', { datapath_id });
    const left = rows.filter((row) => isGone(row.interface_id));
    await edit.remove('active_interface', left);
  }
  for (const fact of interfaces) await plugged(edit, fact, datapath_id);
}

/** What is active on a datapath, beside interfaces, and where the facts say so. */
const ACTIVE = [
  { entity: 'active_network', what: 'network', column: 'network_id', now: 'networks', gone: 'gone_networks' },
  { entity: 'active_segment', what: 'segment', column: 'segment_id', now: 'segments', gone: 'gone_segments' },
  {
    entity: 'active_route_link',
    what: 'route_link',
    column: 'route_link_id',
    now: 'route_links',
    gone: 'gone_route_links',
  },
] as const;

async function activeFacts(edit: Edit, facts: AgentFacts, kind: (typeof ACTIVE)[number]): Promise<void> {
  const { datapath_id, full } = facts;
  const { entity, what, column } = kind;
  const [now = [], gone = []] = [facts[kind.now], facts[kind.gone]];
  if (!full && now.length === 0 && gone.length === 0) return;
  const rows = await edit.tx.all(entity, { datapath_id });
  const idOf = (row: Row): number => (row as unknown as Record<string, number>)[column]!;
  const known = new Set(rows.map(idOf));
  const active = new Set(now);
  await edit.remove<EntityName>(
    entity,
    rows.filter((row) => !active.has(idOf(row)) && (full || gone.includes(idOf(row)))),
  );
  const fresh = await edit.tx.allIn<EntityName>(
    what,
    'id',
    now.filter((id) => !known.has(id)),
  );
  await edit.insertAll<EntityName>(
    entity,
    fresh.map(({ id }) => ({ [column]: id, datapath_id })),
  );
}

/** Idempotent; facts of a datapath that is not there (any more) are of no use to anyone. */
export async function applyFacts(edit: Edit, facts: AgentFacts): Promise<void> {
  if ((await edit.tx.get('datapath', facts.datapath_id)) === undefined) return;
  await interfaceFacts(edit, facts);
  for (const kind of ACTIVE) await activeFacts(edit, facts, kind);
  await edgeHostFacts(edit, facts);
}
