import { type Row, formatIpv4 } from '@vnet/model';
import type { Queries } from '../store/queries.ts';
import { type Reply, formatTime } from './plain.ts';

/** OpenVNet made these by hand: uuids only, no id. */
export async function routes(queries: Queries, rows: readonly Row<'route'>[]): Promise<Reply[]> {
  const ids = (key: 'route_link_id' | 'network_id' | 'interface_id'): number[] => rows.map((row) => row[key]);
  const routeLinks = await queries.byIds('route_link', ids('route_link_id'));
  const networks = await queries.byIds('network', ids('network_id'));
  const interfaces = await queries.byIds('interface', ids('interface_id'));
  return rows.map((row) => ({
    uuid: row.uuid,
    route_link_uuid: routeLinks.get(row.route_link_id)?.uuid,
    network_uuid: networks.get(row.network_id)?.uuid,
    interface_uuid: interfaces.get(row.interface_id)?.uuid,
    mode: row.mode,
    ipv4_network: formatIpv4(row.ipv4_network),
    ipv4_prefix: row.ipv4_prefix,
    ingress: row.ingress,
    egress: row.egress,
    created_at: formatTime(row.created_at),
    updated_at: formatTime(row.updated_at),
  }));
}
