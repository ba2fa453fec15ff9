/** The networks and segments with their interfaces, addresses and where each lives: some queries, however large it is. */
import { type EntityName, type ParamValue, type Row, formatIpv4, formatMac } from '@vnet/model';
import type { Queries } from '../store/queries.ts';
import { Edges } from './tree_edges.ts';

type Values = Readonly<Record<string, ParamValue>>;
type Interface = Readonly<Record<string, unknown>>;

/** Rows by a number that several of them may have, in their order. */
function byNumber<R>(rows: readonly R[], numberOf: (row: R) => number | null): Map<number, R[]> {
  const groups = new Map<number, R[]>();
  for (const row of rows) {
    const number = numberOf(row);
    if (number === null) continue;
    const group = groups.get(number);
    if (group === undefined) groups.set(number, [row]);
    else group.push(row);
  }
  return groups;
}

/** What is shown of interfaces, by their ids. */
class Interfaces {
  readonly #rows: ReadonlyMap<number, Row<'interface'>>;
  readonly #macs: ReadonlyMap<number, Row<'mac_lease'>[]>;
  readonly #ips: ReadonlyMap<number, Row<'ip_lease'>[]>;
  readonly #ports: ReadonlyMap<number, Row<'interface_port'>[]>;
  readonly #places: ReadonlyMap<number, Row<'active_interface'>[]>;
  readonly #datapaths: ReadonlyMap<number, Row<'datapath'>>;
  readonly #connected: ReadonlySet<string>;

  private constructor(
    rows: readonly Row<'interface'>[],
    macs: readonly Row<'mac_lease'>[],
    ips: readonly Row<'ip_lease'>[],
    ports: readonly Row<'interface_port'>[],
    places: readonly Row<'active_interface'>[],
    datapaths: readonly Row<'datapath'>[],
    connected: ReadonlySet<string>,
  ) {
    this.#rows = new Map(rows.map((row) => [row.id, row]));
    this.#macs = byNumber(macs, (row) => row.interface_id);
    this.#ips = byNumber(ips, (row) => row.interface_id);
    this.#ports = byNumber(ports, (row) => row.interface_id);
    this.#places = byNumber(places, (row) => (row.singular === true ? row.interface_id : null));
    this.#datapaths = new Map(datapaths.map((row) => [row.id, row]));
    this.#connected = connected;
  }

  /**
   * @param connected datapath ids of the agents that are there
   * @param ids all of them when absent
   */
  static async load(queries: Queries, connected: ReadonlySet<string>, ids?: readonly number[]): Promise<Interfaces> {
    const rowsOf = async <E extends EntityName>(entity: E, column: string): Promise<Row<E>[]> =>
      ids === undefined ? await queries.all(entity) : await queries.allIn(entity, column, ids);
    return new Interfaces(
      await rowsOf('interface', 'id'),
      await rowsOf('mac_lease', 'interface_id'),
      await rowsOf('ip_lease', 'interface_id'),
      await rowsOf('interface_port', 'interface_id'),
      await rowsOf('active_interface', 'interface_id'),
      await queries.all('datapath'),
      connected,
    );
  }

  get ids(): readonly number[] {
    return [...this.#rows.keys()];
  }

  /** @param networkId only with the addresses in this network */
  shown(id: number, networkId?: number): Interface[] {
    const row = this.#rows.get(id);
    if (row === undefined) return [];
    const [mac] = this.#macs.get(id) ?? [];
    const ips = (this.#ips.get(id) ?? []).filter((ip) => networkId === undefined || ip.network_id === networkId);
    const [place] = this.#places.get(id) ?? [];
    const ports = this.#ports.get(id) ?? [];
    const bound = ports.find((port) => port.datapath_id !== null);
    const datapath = this.#datapaths.get(place?.datapath_id ?? bound?.datapath_id ?? 0);
    return [
      {
        uuid: row.uuid,
        display_name: row.display_name,
        mode: row.mode,
        mac_address: mac === undefined ? null : formatMac(mac.mac_address),
        ipv4_addresses: ips.map((ip) => formatIpv4(ip.ipv4_address)),
        datapath_uuid: datapath?.uuid ?? null,
        port_name: place?.port_name ?? ports.find((port) => port.port_name !== null)?.port_name ?? null,
        // A host is where its agent is; nobody claims its port.
        active: place !== undefined || (row.mode === 'host' && this.#connected.has(datapath?.dpid ?? '')),
      },
    ];
  }
}

/** The rows that a filter leaves: the one it names, none when it names one of the other kind. */
async function filtered<E extends 'network' | 'segment'>(
  queries: Queries,
  entity: E,
  { network_uuid, segment_uuid }: Values,
): Promise<Row<E>[]> {
  const filters = { network: network_uuid, segment: segment_uuid };
  const uuid = filters[entity];
  if (typeof uuid === 'string') return [await queries.byUuid(entity, uuid, `${entity}_uuid`)];
  return Object.values(filters).some((filter) => typeof filter === 'string') ? [] : await queries.all(entity);
}

/**
 * @param connected datapath ids of the agents that are there
 * @throws {VnetError} UnknownUUIDResource
 */
export async function tree(queries: Queries, values: Values, connected: ReadonlySet<string>): Promise<unknown> {
  const networks = await filtered(queries, 'network', values);
  const segments = await filtered(queries, 'segment', values);
  const isWhole = values['network_uuid'] == null && values['segment_uuid'] == null;
  const inRows = async <E extends EntityName>(entity: E, column: string, rows: readonly Row[]): Promise<Row<E>[]> =>
    isWhole
      ? await queries.all(entity, {})
      : await queries.allIn(
          entity,
          column,
          rows.map(({ id }) => id),
        );
  const inNetworks = await inRows('interface_network', 'network_id', networks);
  const inSegments = await inRows('interface_segment', 'segment_id', segments);
  const members = new Set([...inNetworks, ...inSegments].map((row) => row.interface_id));
  const interfaces = await Interfaces.load(queries, connected, isWhole ? undefined : [...members]);
  const edges = await Edges.load(queries);
  const networkMembers = byNumber(inNetworks, (row) => row.network_id);
  const segmentMembers = byNumber(inSegments, (row) => row.segment_id);
  return {
    networks: networks.map(({ id, uuid, display_name, mode, ipv4_network, ipv4_prefix, mtu }) => ({
      uuid,
      display_name,
      mode,
      ipv4_network: formatIpv4(ipv4_network),
      ipv4_prefix,
      mtu,
      interfaces: (networkMembers.get(id) ?? []).flatMap((row) => interfaces.shown(row.interface_id, id)),
      ...edges.of('network', id),
    })),
    segments: segments.map(({ id, uuid, mode }) => ({
      uuid,
      mode,
      interfaces: (segmentMembers.get(id) ?? []).flatMap((row) => interfaces.shown(row.interface_id)),
      ...edges.of('segment', id),
    })),
    unattached: isWhole ? interfaces.ids.filter((id) => !members.has(id)).flatMap((id) => interfaces.shown(id)) : [],
  };
}
