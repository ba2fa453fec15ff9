/** An interface made by a request comes with its port and, where addresses are given, its first leases. */
import { type Row, VnetError } from '@vnet/model';
import type { Queries } from '../store/queries.ts';
import { macsFromGroup } from './mac_allocation.ts';
import type { Completion, Departure, Draft, Edit, Extra, Made, RequestRule, Reaction } from './rule.ts';
import { changesOf } from './rule.ts';

type MadeInterface = Made<'interface'>;

function numberOrNull(value: Extra[string]): number | null {
  return typeof value === 'number' ? value : null;
}

function textOrNull(value: Extra[string]): string | null {
  return typeof value === 'string' ? value : null;
}

/** A port that is named or bound to a datapath is in one place at a time. */
function singular(port: { datapath_id: number | null; port_name: string | null }): true | null {
  return port.datapath_id !== null || port.port_name !== null ? true : null;
}

async function insertPorts(edit: Edit, made: readonly MadeInterface[]): Promise<void> {
  const given = made.map(({ row, extra }) => {
    const port = { datapath_id: numberOrNull(extra['owner_datapath_id']), port_name: textOrNull(extra['port_name']) };
    return { row, port };
  });
  // A document may say the trunk of an edge apart from it; without any the edge is refused in the end.
  const wanted = given.filter(({ row, port }) => row.mode !== 'edge' || singular(port) === true);
  const trunks = await trunkNames(
    edit.tx,
    wanted.map(({ port }) => port.port_name),
  );
  const ports = wanted.map(({ row, port }) => {
    // Many legacy machines are behind one trunk.
    const shared = row.mode !== 'edge' && trunks.has(port.port_name ?? '');
    return { interface_id: row.id, ...port, singular: shared ? null : singular(port) };
  });
  await edit.insertAll('interface_port', ports);
}

/** @throws {VnetError} when an edge has no trunk */
function checkEdgePort(
  { mode }: Pick<Row<'interface'>, 'mode'>,
  port: { datapath_id: number | null; port_name: string | null },
): void {
  if (mode !== 'edge') return;
  const missing = port.port_name === null ? 'port_name' : port.datapath_id === null ? 'owner_datapath_uuid' : undefined;
  if (missing === undefined) return;
  throw new VnetError(
    'ArgumentError',
    `${missing}: an edge interface needs the name of its trunk port, and its datapath`,
  );
}

/** An edge that is made has its trunk, by whichever way the request or document gave the port. */
export const edgesHaveTrunks: Reaction = {
  on: ['interface'],
  run: async (edit, changes) => {
    const made = changesOf('interface', changes).flatMap(({ before, after }) =>
      before === null && after ? [after] : [],
    );
    for (const row of made.filter(({ mode }) => mode === 'edge')) {
      const ports = await edit.tx.all('interface_port', { interface_id: row.id });
      const trunk = ports.find((port) => port.port_name !== null && port.datapath_id !== null) ?? ports[0];
      checkEdgePort(row, trunk ?? { datapath_id: null, port_name: null });
    }
  },
};

/** Those of the names that ports of edge interfaces have. */
async function trunkNames(tx: Queries, names: readonly (string | null)[]): Promise<ReadonlySet<string>> {
  const ports = await tx.allIn('interface_port', 'port_name', names);
  return new Set(ports.flatMap((port) => (port.interface_mode === 'edge' ? (port.port_name ?? []) : [])));
}

/** The MACs that the requests give, or that come from the groups they name. */
async function macsOf(edit: Edit, made: readonly MadeInterface[]): Promise<(number | null)[]> {
  const macs = made.map(({ extra }) => numberOrNull(extra['mac_address']));
  const groups = new Map<number, number[]>();
  made.forEach(({ extra }, i) => {
    const group = numberOrNull(extra['mac_range_group_id']);
    if (macs[i] === null && group !== null) groups.set(group, [...(groups.get(group) ?? []), i]);
  });
  for (const [id, places] of groups) {
    const group = await edit.tx.get('mac_range_group', id);
    const taken = group === undefined ? [] : await macsFromGroup(edit, group, places.length);
    taken.forEach((mac, i) => (macs[places[i]!] = mac));
  }
  return macs;
}

/** The segment of the network, unless one is given. @throws {VnetError} InvalidID when they differ */
async function segmentOf(edit: Edit, extra: Extra): Promise<number | null> {
  const given = numberOrNull(extra['segment_id']);
  const network = await edit.tx.get('network', numberOrNull(extra['network_id']));
  const implied = network?.segment_id ?? null;
  if (given === null || implied === null || given === implied) return given ?? implied;
  const [own, other] = await Promise.all([given, implied].map((id) => edit.tx.get('segment', id)));
  throw new VnetError('InvalidID', `segment_uuid: ${own?.uuid} is not ${other?.uuid}, which ${network?.uuid} is on`);
}

/** @returns the MAC lease of each interface that got one, by its id */
async function insertMacLeases(edit: Edit, made: readonly MadeInterface[]): Promise<Map<number, number>> {
  const macs = await macsOf(edit, made);
  const drafts: Draft<'mac_lease'>[] = [];
  for (const [i, { row, extra }] of made.entries()) {
    const mac_address = macs[i] ?? null;
    if (mac_address === null) continue;
    drafts.push({ interface_id: row.id, mac_address, segment_id: await segmentOf(edit, extra) });
  }
  const leases = await edit.insertAll('mac_lease', drafts);
  return new Map(leases.map((lease) => [lease.interface_id, lease.id]));
}

async function insertIpLeases(edit: Edit, made: readonly MadeInterface[], macLeases: ReadonlyMap<number, number>) {
  const drafts = made.flatMap(({ row, extra }) => {
    const network = numberOrNull(extra['network_id']);
    const address = numberOrNull(extra['ipv4_address']);
    if (network === null || address === null) return [];
    const macLease = macLeases.get(row.id);
    if (macLease !== undefined) {
      return [{ interface_id: row.id, mac_lease_id: macLease, network_id: network, ipv4_address: address }];
    }
    throw new VnetError(
      'ArgumentError',
      'ipv4_address: needs a MAC address to be bound to; give mac_address or mac_range_group_uuid too',
    );
  });
  await edit.insertAll('ip_lease', drafts);
}

/** Changes the interface's only port. */
async function changePort(edit: Edit, row: Row<'interface'>, extra: Extra): Promise<void> {
  const { owner_datapath_id: datapath, port_name: name } = extra;
  if (datapath === undefined && name === undefined) return;
  const [port, ...others] = await edit.tx.all('interface_port', { interface_id: row.id });
  if (others.length > 0) {
    const param = datapath === undefined ? 'port_name' : 'owner_datapath_uuid';
    throw new VnetError(
      'ArgumentError',
      `${param}: ${row.uuid} has ${others.length + 1} ports; change them by /interfaces/${row.uuid}/ports`,
    );
  }
  if (port === undefined) {
    await insertPorts(edit, [{ row, extra }]);
    return;
  }
  const place = {
    datapath_id: datapath === undefined ? port.datapath_id : numberOrNull(datapath),
    port_name: name === undefined ? port.port_name : textOrNull(name),
  };
  checkEdgePort(row, place);
  await edit.update('interface_port', port, { ...place, singular: singular(place) });
}

/** Changes the first leases, or makes them. */
async function changeLeases(edit: Edit, row: Row<'interface'>, extra: Extra): Promise<void> {
  const { mac_address: mac, network_id: network, ipv4_address: address } = extra;
  const macLease = await edit.tx.first('mac_lease', { interface_id: row.id });
  if (typeof mac === 'number' && macLease !== undefined) {
    await edit.update('mac_lease', macLease, { mac_address: mac });
  }
  const macLeases =
    macLease === undefined ? await insertMacLeases(edit, [{ row, extra }]) : new Map([[row.id, macLease.id]]);
  const ipLease = await edit.tx.first('ip_lease', { interface_id: row.id });
  if (ipLease === undefined) {
    await insertIpLeases(edit, [{ row, extra }], macLeases);
    return;
  }
  const place = {
    ...(typeof network === 'number' ? { network_id: network } : {}),
    ...(typeof address === 'number' ? { ipv4_address: address } : {}),
  };
  if (Object.keys(place).length > 0) await edit.update('ip_lease', ipLease, place);
}

async function currentExtras(tx: Queries, rows: readonly Row<'interface'>[]): Promise<ReadonlyMap<number, Extra>> {
  const ids = rows.map(({ id }) => id);
  // The first of each interface comes last, and stays.
  const firstOf = <R extends { readonly interface_id: number | null }>(all: readonly R[]): Map<number | null, R> =>
    new Map(all.toReversed().map((each) => [each.interface_id, each]));
  const ports = firstOf(await tx.allIn('interface_port', 'interface_id', ids));
  const macLeases = firstOf(await tx.allIn('mac_lease', 'interface_id', ids));
  const ipLeases = firstOf(await tx.allIn('ip_lease', 'interface_id', ids));
  return new Map(
    ids.map((id) => {
      const [port, macLease, ipLease] = [ports.get(id), macLeases.get(id), ipLeases.get(id)];
      return [
        id,
        {
          owner_datapath_id: port?.datapath_id ?? null,
          port_name: port?.port_name ?? null,
          mac_address: macLease?.mac_address ?? null,
          segment_id: macLease?.segment_id ?? null,
          network_id: ipLease?.network_id ?? null,
          ipv4_address: ipLease?.ipv4_address ?? null,
        },
      ];
    }),
  );
}

export const interfaceRequests: RequestRule<'interface'> = {
  prepare: (draft) => ({ ...draft, enable_legacy_filtering: draft.ingress_filtering_enabled === true }),
  created: async (edit, made) => {
    await insertPorts(edit, made);
    await insertIpLeases(edit, made, await insertMacLeases(edit, made));
  },
  updated: async (edit, row, extra) => {
    await changePort(edit, row, extra);
    const isAddress = (name: string): boolean => ['mac_address', 'network_id', 'ipv4_address'].includes(name);
    if (Object.keys(extra).some(isAddress)) await changeLeases(edit, row, extra);
  },
  current: currentExtras,
};

export const completeInterfacePort: Completion<'interface_port'> = async (edit, draft) => {
  if (draft.singular === false) {
    throw new VnetError('ArgumentError', 'singular: false is not possible; give true or leave it out');
  }
  const owner = await edit.tx.get('interface', draft.interface_id ?? null);
  if (owner === undefined) return draft;
  checkEdgePort(owner, { datapath_id: draft.datapath_id ?? null, port_name: draft.port_name ?? null });
  return { ...draft, interface_mode: owner.mode };
};

/** An edge that has lost its trunk would be nowhere. */
export const leaveEdgePorts: Departure<'interface_port'> = async (edit, rows) => {
  for (const row of rows.filter(({ interface_mode: mode }) => mode === 'edge')) {
    const face = await edit.tx.get('interface', row.interface_id);
    if (face === undefined) continue;
    throw new VnetError(
      'ArgumentError',
      `interface: ${face.uuid} is an edge and needs its trunk port; give it another one by PUT /interfaces/${face.uuid}, or delete the interface`,
    );
  }
};
