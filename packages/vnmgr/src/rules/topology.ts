/** What may be a member of a topology, and the rows of datapaths that topologies imply. */
import { type EntityName, type Row, VnetError } from '@vnet/model';
import type { Change } from '../store/transaction.ts';
import { DATAPATH_LINKS, type DatapathLink } from './datapath_links.ts';
import { macsOfGroup } from './mac_allocation.ts';
import type { Completion, Edit, Reaction, RequestRule } from './rule.ts';
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

export const completeTopologyRouteLink: Completion<'topology_route_link'> = async (edit, draft) => {
  await checkMode(edit, draft.topology_id, 'simple_overlay', 'route links');
  return draft;
};

/** @throws {VnetError} ArgumentError when all ports of the interface are on other datapaths */
async function checkPort(edit: Edit, host: Row<'interface'>, datapathId: number | undefined): Promise<void> {
  const ports = await edit.tx.all('interface_port', { interface_id: host.id });
  if (ports.some((port) => port.datapath_id === datapathId || port.datapath_id === null)) return;
  const datapath = await edit.tx.get('datapath', datapathId ?? null);
  throw new VnetError(
    'ArgumentError',
    `interface_uuid: ${host.uuid} has no port on ${datapath?.uuid}; give a host interface of that datapath`,
  );
}

/** The address is the one given, or the first one of the host interface. */
export const completeTopologyDatapath: Completion<'topology_datapath'> = async (edit, draft) => {
  await checkMode(edit, draft.topology_id, 'simple_underlay', 'datapaths');
  const host = await edit.tx.get('interface', draft.interface_id ?? null);
  if (host?.mode !== 'host') {
    throw new VnetError('ArgumentError', `interface_uuid: ${host?.uuid} is of mode ${host?.mode}, not host`);
  }
  await checkPort(edit, host, draft.datapath_id);
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

type MemberEntity = DatapathLink['member'];

/** What is made with `topology_uuid` becomes a member of that topology. */
export function joinTopology<E extends EntityName>(member: MemberEntity, column: string): RequestRule<E> {
  return {
    created: async (edit, made) => {
      const joining = made.flatMap(({ row, extra }) =>
        typeof extra['topology_id'] === 'number' ? [{ topology_id: extra['topology_id'], [column]: row.id }] : [],
      );
      await edit.insertAll<EntityName>(member, joining);
    },
    updated: async (edit, row, { topology_id }) => {
      if (typeof topology_id === 'number') await edit.insert<EntityName>(member, { topology_id, [column]: row.id });
    },
    current: async (tx, rows) => {
      const ids = rows.map(({ id }) => id);
      const members = (await tx.allIn<EntityName>(member, column, ids)) as unknown as Record<string, number>[];
      return new Map(members.map((row) => [row[column]!, { topology_id: row['topology_id'] }]));
    },
  };
}

/** A datapath and the network, segment or route link that it may need a row for. */
interface Pair {
  readonly datapath_id: number;
  readonly other: number;
}

/** A row that a topology implies, before it has a MAC. */
interface Implied {
  readonly topology_id: number;
  readonly topology_layer_id: number | null;
  readonly topology_mac_range_group_id: number;
  readonly mac_range_group_id: number;
  readonly interface_id: number;
  readonly ip_lease_id: number;
}

type Columns = Readonly<Record<string, number | null>>;

/** A member of an overlay on a datapath of one of its underlays, or of an underlay on a datapath of it; those with MACs. */
async function impliedBy(edit: Edit, { member, column }: DatapathLink, pair: Pair): Promise<Implied[]> {
  const columns = ['n.topology_id', 'g.mac_range_group_id', 'd.interface_id', 'd.ip_lease_id'];
  const where = { [`n.${column}`]: pair.other, 'd.datapath_id': pair.datapath_id };
  const byLayer = await edit.tx.select((db) =>
    db(`${member}s as n`)
      .join('topology_layers as l', 'l.overlay_id', 'n.topology_id')
      .join('topology_datapaths as d', 'd.topology_id', 'l.underlay_id')
      .join('topology_mac_range_groups as g', 'g.topology_id', 'l.underlay_id')
      .where(where)
      .orderBy(['l.id', 'g.id'])
      .select(...columns, { topology_layer_id: 'l.id', topology_mac_range_group_id: 'g.id' }),
  );
  const direct = await edit.tx.select((db) =>
    db(`${member}s as n`)
      .join('topology_datapaths as d', 'd.topology_id', 'n.topology_id')
      .join('topology_mac_range_groups as g', 'g.topology_id', 'n.topology_id')
      .where(where)
      .orderBy('g.id')
      .select(...columns, { topology_mac_range_group_id: 'g.id' }),
  );
  return [...byLayer, ...direct.map((row) => ({ ...row, topology_layer_id: null }))] as unknown as Implied[];
}

/** Makes the row of one pair what the topologies imply. A row made by hand is left alone. */
async function reconcile(edit: Edit, kind: DatapathLink, pair: Pair): Promise<void> {
  const { link, column } = kind;
  const ends = { datapath_id: pair.datapath_id, [column]: pair.other };
  const row = await edit.tx.first<typeof link>(link, ends);
  if (row?.topology_id === null) return;
  const candidates = await impliedBy(edit, kind, pair);
  const kept = candidates.find(
    (implied) =>
      implied.topology_layer_id === row?.topology_layer_id &&
      implied.topology_mac_range_group_id === row.topology_mac_range_group_id,
  );
  if (row !== undefined && kept !== undefined) {
    const { interface_id, ip_lease_id } = kept;
    await edit.update<EntityName>(link, row, { interface_id, ip_lease_id });
    return;
  }
  if (row !== undefined) await edit.remove<EntityName>(link, [row]);
  for (const { mac_range_group_id, ...columns } of candidates) {
    const [mac] = await macsOfGroup(edit.tx, mac_range_group_id, 1);
    // A group without free addresses makes no row until it gets another range.
    if (mac === undefined) continue;
    await edit.insert<EntityName>(link, { ...columns, ...ends, mac_address: mac });
    return;
  }
}

function toPair({ column }: DatapathLink, row: Row): Pair {
  const columns = row as unknown as Columns;
  return { datapath_id: columns['datapath_id']!, other: columns[column]! };
}

/** The pairs that rows are needed for, because the thing is active there, or that have a row of a topology. */
async function pairsOf(edit: Edit, kind: DatapathLink, column: string, ids: readonly number[]): Promise<Pair[]> {
  const active = await edit.tx.allIn<EntityName>(kind.active, column, ids);
  const made = await edit.tx.allIn<typeof kind.link>(kind.link, column, ids);
  return [...active, ...made.filter((row) => row.topology_id !== null)].map((row) => toPair(kind, row));
}

/** Ids of the datapaths on these underlays. */
async function datapathsOn(edit: Edit, underlays: readonly number[]): Promise<number[]> {
  const members = await edit.tx.allIn('topology_datapath', 'topology_id', underlays);
  return members.map((row) => row.datapath_id);
}

async function pairsOfLayers(
  edit: Edit,
  kind: DatapathLink,
  layers: readonly Row<'topology_layer'>[],
): Promise<Pair[]> {
  const underlays = layers.map((row) => row.underlay_id);
  const overlays = layers.map((row) => row.overlay_id);
  const members = await edit.tx.allIn<EntityName>(kind.member, 'topology_id', overlays);
  const others = new Set(members.map((row) => (row as unknown as Columns)[kind.column]));
  const pairs = await pairsOf(edit, kind, 'datapath_id', await datapathsOn(edit, underlays));
  return pairs.filter(({ other }) => others.has(other));
}

/** A row that went (with its layer, or by hand) may be implied by something else. */
async function pairsWithoutRow(edit: Edit, { link, active, column }: DatapathLink, changes: readonly Change[]) {
  const pairs: Row[] = [];
  for (const { before, after } of changesOf(link, changes)) {
    if (before === null || after !== null) continue;
    const columns = before as unknown as Columns;
    const where: Columns = { datapath_id: before.datapath_id, [column]: columns[column]! };
    pairs.push(...(await edit.tx.all<EntityName>(active, where)));
  }
  return pairs;
}

/** Underlays whose MACs may come from elsewhere now: by their groups, or the ranges of these. */
async function underlaysWithNewMacs(edit: Edit, changes: readonly Change[]): Promise<number[]> {
  const groups = sidesOf('mac_range', changes).map((row) => row.mac_range_group_id);
  const links = await edit.tx.allIn('topology_mac_range_group', 'mac_range_group_id', groups);
  return [...links, ...sidesOf('topology_mac_range_group', changes)].map((row) => row.topology_id);
}

/** Which pairs a change may concern. */
async function concerned(edit: Edit, kind: DatapathLink, changes: readonly Change[]): Promise<Pair[]> {
  const members = sidesOf(kind.member, changes).map((row) => (row as unknown as Columns)[kind.column]!);
  const datapaths = sidesOf('topology_datapath', changes).map((row) => row.datapath_id);
  const underlays = await underlaysWithNewMacs(edit, changes);
  const active = changesOf(kind.active, changes).flatMap(({ after }) => after ?? []) as Row[];
  const pairs: Pair[] = [
    ...[...active, ...(await pairsWithoutRow(edit, kind, changes))].map((row) => toPair(kind, row)),
    ...(await pairsOf(edit, kind, kind.column, members)),
    ...(await pairsOf(edit, kind, 'datapath_id', [...datapaths, ...(await datapathsOn(edit, underlays))])),
    ...(await pairsOfLayers(edit, kind, sidesOf('topology_layer', changes))),
  ];
  return [...new Map(pairs.map((pair) => [`${pair.datapath_id}/${pair.other}`, pair])).values()];
}

/**
 * Topologies imply rows of datapaths: member of an overlay × datapath of its underlays. They are made when the member
 * first becomes active on the datapath, follow the topology from then on, and stay when it goes, so that the MAC is kept.
 */
export const topologyProducts: Reaction = {
  on: [
    ...DATAPATH_LINKS.flatMap(({ link, member, active }) => [link, member, active]),
    'topology_datapath',
    'topology_mac_range_group',
    'topology_layer',
    'mac_range',
  ],
  run: async (edit, changes) => {
    for (const kind of DATAPATH_LINKS) {
      for (const pair of await concerned(edit, kind, changes)) await reconcile(edit, kind, pair);
    }
  },
};
