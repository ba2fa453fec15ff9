/** What may be a member of a topology, and the datapath networks that topologies imply. */
import { type Row, VnetError } from '@vnet/model';
import type { Change } from '../store/transaction.ts';
import { macFromGroup } from './mac_allocation.ts';
import type { Completion, Edit, Reaction } from './rule.ts';
import { changesOf, sidesOf } from './rule.ts';

type Mode = Row<'topology'>['mode'];

/** @throws {VnetError} ArgumentError when the topology is of the other kind */
async function checkMode(edit: Edit, id: number | undefined, mode: Mode, member: string): Promise<void> {
  const topology = await edit.tx.get('topology', id ?? null);
  if (topology === undefined || topology.mode === mode) return;
  throw new VnetError('ArgumentError', `${topology.uuid} is a ${topology.mode}: only a ${mode} has ${member}`);
}

export const completeTopologyLayer: Completion<'topology_layer'> = async (edit, draft) => {
  await checkMode(edit, draft.overlay_id, 'simple_overlay', 'underlays');
  await checkMode(edit, draft.underlay_id, 'simple_underlay', 'overlays');
  return draft;
};

export const completeTopologyMacRangeGroup: Completion<'topology_mac_range_group'> = async (edit, draft) => {
  await checkMode(edit, draft.topology_id, 'simple_underlay', 'mac range groups');
  return draft;
};

/** The address is the one given, or the first one of the host interface. */
export const completeTopologyDatapath: Completion<'topology_datapath'> = async (edit, draft) => {
  await checkMode(edit, draft.topology_id, 'simple_underlay', 'datapaths');
  const host = await edit.tx.get('interface', draft.interface_id ?? null);
  if (host?.mode !== 'host') {
    throw new VnetError('ArgumentError', `interface_uuid: ${host?.uuid} is of mode ${host?.mode}, not host`);
  }
  const lease =
    draft.ip_lease_id === undefined
      ? await edit.tx.first('ip_lease', { interface_id: host.id })
      : await edit.tx.get('ip_lease', draft.ip_lease_id);
  if (lease === undefined) {
    throw new VnetError('ArgumentError', `interface_uuid: ${host.uuid} has no IP lease that peers could send to`);
  }
  if (lease.interface_id !== host.id) {
    throw new VnetError('ArgumentError', `ip_lease_uuid: ${lease.uuid} is not a lease of ${host.uuid}`);
  }
  return { ...draft, ip_lease_id: lease.id };
};

interface Pair {
  readonly datapath_id: number;
  readonly network_id: number;
}

/** A row that a topology implies, before it has a MAC. */
interface Implied {
  readonly topology_id: number;
  readonly topology_layer_id: number;
  readonly topology_mac_range_group_id: number;
  readonly mac_range_group_id: number;
  readonly interface_id: number;
  readonly ip_lease_id: number;
}

/** An overlay's network on a datapath of one of its underlays that has MACs to give. */
async function impliedBy(edit: Edit, { datapath_id, network_id }: Pair): Promise<Implied[]> {
  const rows = await edit.tx.select((db) =>
    db('topology_networks as n')
      .join('topology_layers as l', 'l.overlay_id', 'n.topology_id')
      .join('topology_datapaths as d', 'd.topology_id', 'l.underlay_id')
      .join('topology_mac_range_groups as g', 'g.topology_id', 'l.underlay_id')
      .where({ 'n.network_id': network_id, 'd.datapath_id': datapath_id })
      .orderBy(['l.id', 'g.id'])
      .select(
        'n.topology_id',
        { topology_layer_id: 'l.id', topology_mac_range_group_id: 'g.id' },
        'g.mac_range_group_id',
        'd.interface_id',
        'd.ip_lease_id',
      ),
  );
  return rows as unknown as Implied[];
}

/** Makes the row of one pair what the topologies imply. A row made by hand is left alone. */
async function reconcile(edit: Edit, pair: Pair): Promise<void> {
  const { datapath_id, network_id } = pair;
  const row = await edit.tx.first('datapath_network', { datapath_id, network_id });
  if (row?.topology_id === null) return;
  const candidates = await impliedBy(edit, pair);
  const kept = candidates.find(
    (implied) =>
      implied.topology_layer_id === row?.topology_layer_id &&
      implied.topology_mac_range_group_id === row.topology_mac_range_group_id,
  );
  if (row !== undefined && kept !== undefined) {
    const { interface_id, ip_lease_id } = kept;
    await edit.update('datapath_network', row, { interface_id, ip_lease_id });
    return;
  }
  if (row !== undefined) await edit.remove('datapath_network', [row]);
  const [first] = candidates;
  if (first === undefined) return;
  const { mac_range_group_id, ...columns } = first;
  const group = await edit.tx.get('mac_range_group', mac_range_group_id);
  if (group === undefined) return;
  await edit.insert('datapath_network', { ...columns, ...pair, mac_address: await macFromGroup(edit, group) });
}

/** The pairs that rows are needed for, because the network is active there, or that have a row of a topology. */
async function pairsOf(edit: Edit, column: keyof Pair, ids: readonly number[]): Promise<Pair[]> {
  const active = await edit.tx.allIn('active_network', column, ids);
  const made = await edit.tx.allIn('datapath_network', column, ids);
  return [...active, ...made.filter((row) => row.topology_id !== null)];
}

/** Ids of the datapaths on these underlays. */
async function datapathsOn(edit: Edit, underlays: readonly number[]): Promise<number[]> {
  const members = await edit.tx.allIn('topology_datapath', 'topology_id', underlays);
  return members.map((row) => row.datapath_id);
}

async function pairsOfLayers(edit: Edit, layers: readonly Row<'topology_layer'>[]): Promise<Pair[]> {
  const datapaths = await datapathsOn(
    edit,
    layers.map((row) => row.underlay_id),
  );
  const members = await edit.tx.allIn(
    'topology_network',
    'topology_id',
    layers.map((row) => row.overlay_id),
  );
  const networks = new Set(members.map((row) => row.network_id));
  return (await pairsOf(edit, 'datapath_id', datapaths)).filter((pair) => networks.has(pair.network_id));
}

/** A row that went (with its layer, or by hand) may be implied by something else. */
async function pairsWithoutRow(edit: Edit, changes: readonly Change[]): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (const { before, after } of changesOf('datapath_network', changes)) {
    if (before === null || after !== null) continue;
    const { datapath_id, network_id } = before;
    pairs.push(...(await edit.tx.all('active_network', { datapath_id, network_id })));
  }
  return pairs;
}

/** Which pairs a change may concern. */
async function concerned(edit: Edit, changes: readonly Change[]): Promise<Pair[]> {
  const networks = sidesOf('topology_network', changes).map((row) => row.network_id);
  const datapaths = sidesOf('topology_datapath', changes).map((row) => row.datapath_id);
  const underlays = sidesOf('topology_mac_range_group', changes).map((row) => row.topology_id);
  const pairs: Pair[] = [
    ...changesOf('active_network', changes).flatMap(({ after }) => after ?? []),
    ...(await pairsWithoutRow(edit, changes)),
    ...(await pairsOf(edit, 'network_id', networks)),
    ...(await pairsOf(edit, 'datapath_id', [...datapaths, ...(await datapathsOn(edit, underlays))])),
    ...(await pairsOfLayers(edit, sidesOf('topology_layer', changes))),
  ];
  const distinct = new Map(pairs.map((pair) => [`${pair.datapath_id}/${pair.network_id}`, pair]));
  return [...distinct.values()].map(({ datapath_id, network_id }) => ({ datapath_id, network_id }));
}

/**
 * Topologies imply datapath networks: overlay network × underlay datapath. The rows are made when the network first becomes
 * active on the datapath, follow the topology from then on, and stay when the network goes, so that the MAC is kept.
 */
export const topologyProducts: Reaction = {
  on: [
    'active_network',
    'datapath_network',
    'topology_network',
    'topology_datapath',
    'topology_mac_range_group',
    'topology_layer',
  ],
  run: async (edit, changes) => {
    for (const pair of await concerned(edit, changes)) await reconcile(edit, pair);
  },
};
