import { type Row, formatIpv4, formatMac } from '@vnet/model';
import type { Queries } from '../store/queries.ts';
import { type Reply, plain, plainOrNull } from './plain.ts';

/** In the order they come in. */
function groupBy<K, T>(items: readonly T[], keyOf: (item: T, index: number) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  items.forEach((item, index) => {
    const key = keyOf(item, index);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  });
  return groups;
}

/** The MAC leases and interfaces that hold IP leases, by id. */
interface Holders {
  readonly macLeases: ReadonlyMap<number, Row<'mac_lease'>>;
  readonly interfaces: ReadonlyMap<number, Row<'interface'>>;
}

async function holdersOf(queries: Queries, rows: readonly Row<'ip_lease'>[]): Promise<Holders> {
  const macLeases = await queries.byIds(
    'mac_lease',
    rows.map((row) => row.mac_lease_id),
  );
  const interfaces = await queries.byIds(
    'interface',
    rows.map((row) => row.interface_id),
  );
  return { macLeases, interfaces };
}

/** IP leases without the nested MAC lease and interface: as they stand in an interface, and after attach and release. */
export async function bareIpLeases(
  queries: Queries,
  rows: readonly Row<'ip_lease'>[],
  holders?: Holders,
): Promise<Reply[]> {
  const addresses = await queries.byIds(
    'ip_address',
    rows.map((row) => row.ip_address_id),
  );
  const networks = await queries.byIds(
    'network',
    rows.map((row) => row.network_id),
  );
  const { macLeases, interfaces } = holders ?? (await holdersOf(queries, rows));
  return rows.map((row) => {
    const address = addresses.get(row.ip_address_id);
    const network = networks.get(row.network_id);
    const interfaceUuid = interfaces.get(row.interface_id ?? 0)?.uuid;
    const macLeaseUuid = macLeases.get(row.mac_lease_id ?? 0)?.uuid;
    return {
      ...plain('ip_lease', row),
      network_id: row.network_id,
      ipv4_address: formatIpv4(row.ipv4_address),
      ip_address:
        address === undefined ? null : { ...plain('ip_address', address), network: plainOrNull('network', network) },
      // Absent, not null, when nobody has the lease.
      ...(interfaceUuid === undefined ? {} : { interface_uuid: interfaceUuid }),
      ...(macLeaseUuid === undefined ? {} : { mac_lease_uuid: macLeaseUuid }),
      network_uuid: network?.uuid,
    };
  });
}

export async function ipLeases(queries: Queries, rows: readonly Row<'ip_lease'>[]): Promise<Reply[]> {
  const holders = await holdersOf(queries, rows);
  const bare = await bareIpLeases(queries, rows, holders);
  return rows.map((row, i) => ({
    ...bare[i],
    mac_lease: plainOrNull('mac_lease', holders.macLeases.get(row.mac_lease_id ?? 0)),
    interface: plainOrNull('interface', holders.interfaces.get(row.interface_id ?? 0)),
  }));
}

/** What an interface shows of its leases; the keys of a first address are absent, not null, when there is none. */
function leasesOf(macs: readonly Reply[]): Reply {
  const [firstMac] = macs;
  if (firstMac === undefined) return { mac_leases: [] };
  const lists = macs.map((mac) => mac['ip_leases'] as Reply[]);
  const firstIp = lists.findLast((leases) => leases.length > 0)?.[0];
  return {
    mac_leases: macs,
    mac_address: firstMac['mac_address'],
    ip_leases: lists.at(-1),
    ...(firstIp === undefined ? {} : { network_uuid: firstIp['network_uuid'], ipv4_address: firstIp['ipv4_address'] }),
  };
}

export async function interfaces(queries: Queries, rows: readonly Row<'interface'>[]): Promise<Reply[]> {
  const macRows = await queries.allIn(
    'mac_lease',
    'interface_id',
    rows.map((row) => row.id),
  );
  const ipRows = await queries.allIn(
    'ip_lease',
    'mac_lease_id',
    macRows.map((row) => row.id),
  );
  const ips = await bareIpLeases(queries, ipRows);
  const ipsOf = groupBy(ips, (_ip, i) => ipRows[i]!.mac_lease_id);
  const macRowsOf = groupBy(macRows, (mac) => mac.interface_id);
  const macsOf = (row: Row<'interface'>): Reply[] =>
    (macRowsOf.get(row.id) ?? []).map((mac) => ({
      ...plain('mac_lease', mac),
      mac_address: formatMac(mac.mac_address),
      segment_id: mac.segment_id,
      ip_leases: ipsOf.get(mac.id) ?? [],
      interface_uuid: row.uuid,
    }));
  return rows.map((row) => ({ ...plain('interface', row), ...leasesOf(macsOf(row)) }));
}
