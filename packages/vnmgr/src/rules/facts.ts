/** What agents say is so on their datapaths: where interfaces live, and which networks are active. */
import type { AgentFacts, InterfaceFact, Row } from '@vnet/model';
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

async function networkFacts(edit: Edit, facts: AgentFacts): Promise<void> {
  const { datapath_id, full, networks, gone_networks: gone } = facts;
  const rows = await edit.tx.all('active_network', { datapath_id });
  const known = new Set(rows.map((row) => row.network_id));
  const active = new Set(networks);
  const isGone = (id: number): boolean => !active.has(id) && (full || gone.includes(id));
  await edit.remove(
    'active_network',
    rows.filter((row) => isGone(row.network_id)),
  );
  const fresh = networks.filter((id) => !known.has(id));
  for (const { id } of await edit.tx.allIn('network', 'id', fresh)) {
    await edit.insert('active_network', { network_id: id, datapath_id });
  }
}

/** Idempotent; facts of a datapath that is not there (any more) are of no use to anyone. */
export async function applyFacts(edit: Edit, facts: AgentFacts): Promise<void> {
  if ((await edit.tx.get('datapath', facts.datapath_id)) === undefined) return;
  await interfaceFacts(edit, facts);
  await networkFacts(edit, facts);
}
