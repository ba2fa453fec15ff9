/** The MTU that a network's packets may have, from what its hosts' underlays carry. */
import { type Row, VnetError } from '@vnet/model';
import type { Change } from '../store/transaction.ts';
import type { Edit, Reaction } from './rule.ts';
import { changesOf, sidesOf } from './rule.ts';

export const DEFAULT_MTU = 1500;

/** GRE over IPv4: IP header 20 (RFC 791), GRE header with key 8 (RFC 2784, 2890), inner Ethernet header 14. */
export const GRE_OVERHEAD = 20 + 8 + 14;

export interface Possible {
  readonly mtu: number;
  /** Why it is not more. */
  readonly reason: string;
}

/** The largest MTU of a network whose hosts are on these underlays. */
export function possibleMtu(underlays: readonly Row<'network'>[]): Possible {
  const [narrowest, ...others] = [...underlays].sort((a, b) => a.mtu - b.mtu);
  if (narrowest === undefined) return { mtu: DEFAULT_MTU, reason: 'no host has the network yet' };
  if (others.length === 0) return { mtu: narrowest.mtu, reason: `its hosts are on ${narrowest.uuid}` };
  return {
    mtu: narrowest.mtu - GRE_OVERHEAD,
    reason: `its hosts are on several physical networks, ${narrowest.uuid} carries ${narrowest.mtu}, and GRE takes ${GRE_OVERHEAD}`,
  };
}

/** The physical networks of all hosts that have the network, or may have it by its topologies. */
async function underlaysOf(edit: Edit, network: Row<'network'>): Promise<Row<'network'>[]> {
  const rows = await edit.tx.select((db) =>
    db('datapath_networks as d')
      .join('ip_leases as i', 'i.id', 'd.ip_lease_id')
      .where('d.network_id', network.id)
      .select('i.network_id')
      .union(
        db('topology_networks as n')
          .join('topology_layers as l', 'l.overlay_id', 'n.topology_id')
          .join('topology_datapaths as d', 'd.topology_id', 'l.underlay_id')
          .join('ip_leases as i', 'i.id', 'd.ip_lease_id')
          .where('n.network_id', network.id)
          .select('i.network_id'),
      ),
  );
  const ids = rows.map((row) => Number(row['network_id'])).filter((id) => id !== network.id);
  return [...(await edit.tx.byIds('network', ids)).values()];
}

async function possibleFor(edit: Edit, network: Row<'network'>): Promise<Possible> {
  if (network.mode === 'physical') return { mtu: Number.POSITIVE_INFINITY, reason: 'it is physical' };
  return possibleMtu(await underlaysOf(edit, network));
}

async function recompute(edit: Edit, network: Row<'network'>, asked: boolean): Promise<void> {
  const possible = await possibleFor(edit, network);
  const { requested_mtu: requested } = network;
  if (asked && requested !== null && requested > possible.mtu) {
    throw new VnetError(
      'ArgumentError',
      `mtu: ${requested} is more than the possible ${possible.mtu}: ${possible.reason}`,
    );
  }
  const wanted = requested ?? (network.mode === 'physical' ? DEFAULT_MTU : possible.mtu);
  await edit.update('network', network, { mtu: Math.min(wanted, possible.mtu) });
}

/** Whether a datapath that came to an underlay is on a physical network that no other one there is on. */
async function bringsPhysicalNetwork(
  edit: Edit,
  { topology_id, ip_lease_id }: Row<'topology_datapath'>,
): Promise<boolean> {
  const rows = await edit.tx.select((db) =>
    db('topology_datapaths as d')
      .join('ip_leases as i', 'i.id', 'd.ip_lease_id')
      .join('ip_leases as own', 'own.network_id', 'i.network_id')
      .where({ 'd.topology_id': topology_id, 'own.id': ip_lease_id })
      .limit(2)
      .select('d.id'),
  );
  return rows.length < 2;
}

/** Underlays that have gained or lost a physical network. */
async function changedUnderlays(edit: Edit, changes: readonly Change[]): Promise<number[]> {
  const underlays: number[] = [];
  for (const { before, after } of changesOf('topology_datapath', changes)) {
    const isSame = before === null && after !== null && !(await bringsPhysicalNetwork(edit, after));
    if (!isSame) underlays.push((after ?? before)!.topology_id);
  }
  return underlays;
}

/** Networks whose hosts may have changed. */
async function concerned(edit: Edit, changes: readonly Change[]): Promise<number[]> {
  const ids = [
    ...sidesOf('datapath_network', changes).map((row) => row.network_id),
    ...sidesOf('topology_network', changes).map((row) => row.network_id),
  ];
  const overlays = sidesOf('topology_layer', changes).map((row) => row.overlay_id);
  const underlays = await changedUnderlays(edit, changes);
  for (const layer of await edit.tx.allIn('topology_layer', 'underlay_id', underlays)) overlays.push(layer.overlay_id);
  for (const member of await edit.tx.allIn('topology_network', 'topology_id', overlays)) ids.push(member.network_id);
  return ids;
}

/** Networks that have hosts on this physical one. */
async function networksOver(edit: Edit, physicalId: number): Promise<number[]> {
  const leases = await edit.tx.select((db) => db('ip_leases').where('network_id', physicalId).select('id'));
  const ids = leases.map((row) => Number(row['id']));
  const links = await edit.tx.allIn('datapath_network', 'ip_lease_id', ids);
  const members = await edit.tx.allIn('topology_datapath', 'ip_lease_id', ids);
  const layers = await edit.tx.allIn(
    'topology_layer',
    'underlay_id',
    members.map((row) => row.topology_id),
  );
  const networks = await edit.tx.allIn(
    'topology_network',
    'topology_id',
    layers.map((row) => row.overlay_id),
  );
  return [...links, ...networks].map((row) => row.network_id);
}

export const networkMtu: Reaction = {
  on: ['network', 'datapath_network', 'topology_network', 'topology_datapath', 'topology_layer'],
  run: async (edit, changes) => {
    const ids = new Set(await concerned(edit, changes));
    const asked = new Set<number>();
    for (const { id, before, after } of changesOf('network', changes)) {
      if (after === null) continue;
      if (before?.requested_mtu !== after.requested_mtu) asked.add(id);
      if (before !== null && before.mtu !== after.mtu && after.mode === 'physical') {
        for (const above of await networksOver(edit, id)) ids.add(above);
      }
    }
    const networks = await edit.tx.allIn('network', 'id', [...ids, ...asked]);
    for (const network of networks) await recompute(edit, network, asked.has(network.id));
  },
};
