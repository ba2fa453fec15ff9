/** Legacy machines that edge hosts have seen: where each is, and whether its MAC is somebody's in the model. */
import type { AgentFacts, EdgeHostFact, Row } from '@vnet/model';
import type { Queries } from '../store/queries.ts';
import { type Edit, type Reaction, changesOf, sidesOf } from './rule.ts';
import { holder } from './uniqueness.ts';

/** MAC → whose it is in the model; absent when nobody's. */
async function ownersOf(tx: Queries, macs: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const taken = await tx.allIn('mac_address', 'mac_address', macs);
  const owners = new Map<number, string>();
  for (const row of taken) {
    owners.set(
      row.mac_address,
      `the MAC address is in use already, by ${(await holder(tx, 'mac_address', row)) ?? '?'}`,
    );
  }
  return owners;
}

/** A machine is where it was seen last. */
async function seen(
  edit: Edit,
  { mac_address, ipv4_address, port_name, seen: seen_at }: EdgeHostFact,
  datapath_id: number,
  { vlan_id, network_id, segment_id }: Row<'vlan_translation'> & { vlan_id: number },
  known: Row<'edge_host'> | undefined,
  refused: string | null,
): Promise<void> {
  const place = { datapath_id, vlan_id, network_id, segment_id, port_name };
  const row = { ...place, mac_address, ipv4_address, refused, seen_at: Math.min(seen_at, Date.now()) };
  if (known === undefined) await edit.insert('edge_host', row);
  else await edit.update('edge_host', known, row);
}

/** An address is with the machine that was seen last with it; the others have it no more. */
async function addressesMove(edit: Edit, facts: readonly EdgeHostFact[]): Promise<void> {
  const addresses = facts.flatMap(({ ipv4_address }) => ipv4_address ?? []);
  const rows = await edit.tx.allIn('edge_host', 'ipv4_address', [...new Set(addresses)]);
  const place = (row: Row<'edge_host'>): string => `${row.network_id} ${row.segment_id} ${row.ipv4_address}`;
  const lastSeen = rows.filter(({ refused }) => refused === null).sort((a, b) => a.seen_at - b.seen_at);
  const owners = new Map(lastSeen.map((row) => [place(row), row.id]));
  for (const row of rows) {
    const owner = owners.get(place(row));
    if (owner !== undefined && owner !== row.id) await edit.update('edge_host', row, { ipv4_address: null });
  }
}

/** Machines of a VLAN that another edge is about to take over stay: it looks after them from then on. */
async function withoutHeirs(tx: Queries, rows: readonly Row<'edge_host'>[]): Promise<Row<'edge_host'>[]> {
  const left: Row<'edge_host'>[] = [];
  for (const row of rows) {
    const { vlan_id, network_id, segment_id, datapath_id } = row;
    const place = { vlan_id, network_id, segment_id };
    const role = await tx.first('edge_role', place);
    const isHeld = role?.datapath_id === datapath_id;
    if (isHeld || !(await isMappedElsewhere(tx, place, datapath_id))) left.push(row);
  }
  return left;
}

/** Whether an edge of another datapath maps the VLAN, too. */
async function isMappedElsewhere(tx: Queries, place: Place, datapathId: number): Promise<boolean> {
  const mappings = await tx.all('vlan_translation', place);
  const translations = await tx.byIds(
    'translation',
    mappings.map((row) => row.translation_id),
  );
  const interfaces = [...translations.values()].map((row) => row.interface_id);
  const ports = await tx.allIn('interface_port', 'interface_id', interfaces);
  return ports.some((port) => port.datapath_id !== null && port.datapath_id !== datapathId);
}

/** `full` facts of an agent that says nothing of legacy machines mean that there are none. */
export async function edgeHostFacts(edit: Edit, facts: AgentFacts): Promise<void> {
  const { datapath_id, full, edge_hosts: now = [], gone_edge_hosts: gone = [] } = facts;
  if (full || gone.length > 0) {
    const there = new Set(now.map(({ mac_address }) => mac_address));
    const here = await edit.tx.all('edge_host', { datapath_id });
    const left = here.filter((row) => !there.has(row.mac_address) && (full || gone.includes(row.mac_address)));
    await edit.remove('edge_host', await withoutHeirs(edit.tx, left));
  }
  if (now.length === 0) return;
  const translations = await edit.tx.byIds(
    'vlan_translation',
    now.map((fact) => fact.vlan_translation_id),
  );
  const macs = now.map((fact) => fact.mac_address);
  const known = new Map((await edit.tx.allIn('edge_host', 'mac_address', macs)).map((row) => [row.mac_address, row]));
  const owners = await ownersOf(edit.tx, macs);
  for (const fact of now) {
    const { mac_address: mac, vlan_translation_id: id } = fact;
    const translation = translations.get(id);
    // Deleted meanwhile: the agent will learn that by itself.
    if (translation === undefined || translation.vlan_id === null) continue;
    const { vlan_id } = translation;
    await seen(edit, fact, datapath_id, { ...translation, vlan_id }, known.get(mac), owners.get(mac) ?? null);
  }
  await addressesMove(edit, now);
}

/** A MAC address that becomes somebody's, or nobody's any more, is another matter for the machine that uses it. */
export const edgeHostsGiveWay: Reaction = {
  on: ['mac_address'],
  run: async (edit, changes) => {
    const macs = [...new Set(sidesOf('mac_address', changes).map((row) => row.mac_address))];
    const rows = await edit.tx.allIn('edge_host', 'mac_address', macs);
    if (rows.length === 0) return;
    const owners = await ownersOf(edit.tx, macs);
    for (const row of rows) {
      const refused = owners.get(row.mac_address) ?? null;
      if (refused !== row.refused) await edit.update('edge_host', row, { refused });
    }
  },
};

/** What was seen in a VLAN that is mapped there no more was somewhere else. */
export const edgeHostsLeave: Reaction = {
  on: ['vlan_translation'],
  run: async (edit, changes) => {
    for (const { before, after } of changesOf('vlan_translation', changes)) {
      if (before === null || before.vlan_id === null) continue;
      const { vlan_id, network_id, segment_id } = before;
      const place = { vlan_id, network_id, segment_id };
      const stays = after !== null && isAt(after, place);
      if (stays) continue;
      await edit.remove('edge_role', await edit.tx.all('edge_role', { ...place, vlan_translation_id: before.id }));
      if ((await edit.tx.first('vlan_translation', place)) !== undefined) continue;
      await edit.remove('edge_host', await edit.tx.all('edge_host', place));
    }
  },
};

/** The first edge of a VLAN carries it at once, if its port is there: nobody else could. */
export const edgesBegin: Reaction = {
  on: ['vlan_translation'],
  run: async (edit, changes) => {
    for (const { before, after } of changesOf('vlan_translation', changes)) {
      if (after === null || after.vlan_id === null) continue;
      const { id: vlan_translation_id, translation_id, vlan_id, network_id, segment_id } = after;
      const place = { vlan_id, network_id, segment_id };
      if (before !== null && isAt(before, place)) continue;
      if ((await edit.tx.all('vlan_translation', place)).length > 1) continue;
      if ((await edit.tx.first('edge_role', place)) !== undefined) continue;
      const translation = await edit.tx.get('translation', translation_id);
      const { datapath_id } = (await edgePlaceOf(edit.tx, translation)) ?? {};
      if (datapath_id === undefined) continue;
      await edit.insert('edge_role', { ...place, datapath_id, vlan_translation_id, epoch: 1, alone: true });
    }
  },
};

/** Where the edge of a translation has its port. */
async function edgePlaceOf(
  tx: Queries,
  translation: Row<'translation'> | undefined,
): Promise<Row<'active_interface'> | undefined> {
  const face = await tx.get('interface', translation?.interface_id ?? null);
  if (face?.mode !== 'edge' || translation?.mode !== 'vnet_edge') return undefined;
  return await tx.first('active_interface', { interface_id: face.id, singular: true });
}

type Place = Pick<Row<'vlan_translation'>, 'vlan_id' | 'network_id' | 'segment_id'>;

function isAt(row: Place, place: Place): boolean {
  return row.vlan_id === place.vlan_id && row.network_id === place.network_id && row.segment_id === place.segment_id;
}
