/** What the API answers with, per entity: the objects of reference §3. */
import { type EntityName, type Row, formatIpv4 } from '@vnet/model';
import type { Queries } from '../store/queries.ts';
import { interfaces, ipLeases, macLeases } from './leases.ts';
import { type Reply, plain } from './plain.ts';

export { bareIpLeases } from './leases.ts';
export type { Reply } from './plain.ts';

type Renderer<E extends EntityName> = (queries: Queries, rows: readonly Row<E>[]) => Reply[] | Promise<Reply[]>;

/** Entities whose reply is more than their plain row. All rows of a list at once, so that joins cost a query each. */
const renderers: { readonly [E in EntityName]?: Renderer<E> } = {
  network: (_queries, rows) =>
    rows.map((row) => ({ ...plain('network', row), ipv4_network: formatIpv4(row.ipv4_network) })),
  interface: interfaces,
  mac_lease: macLeases,
  ip_lease: ipLeases,
  // The one place where OpenVNet shows a MAC address as a number, besides ranges.
  datapath_network: (_queries, rows) =>
    rows.map((row) => ({ ...plain('datapath_network', row), mac_address: row.mac_address })),
};

export async function render<E extends EntityName>(
  queries: Queries,
  entity: E,
  rows: readonly Row<E>[],
): Promise<Reply[]> {
  const renderer: Renderer<E> | undefined = renderers[entity];
  return renderer === undefined ? rows.map((row) => plain(entity, row)) : await renderer(queries, rows);
}

export async function renderOne<E extends EntityName>(queries: Queries, entity: E, row: Row<E>): Promise<Reply> {
  const [reply] = await render(queries, entity, [row]);
  return reply!;
}
