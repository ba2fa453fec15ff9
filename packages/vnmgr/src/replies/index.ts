/** What the API answers with, per entity: the objects of reference §3. */
import type { EntityName, Row } from '@vnet/model';
import type { Queries } from '../store/queries.ts';
import { declaredReplies } from './declared.ts';
import { edgeHosts } from './edge_hosts.ts';
import { interfaces, ipLeases } from './leases.ts';
import type { Reply } from './plain.ts';
import { routes } from './routes.ts';
import { securityGroups } from './security_groups.ts';

export { bareIpLeases } from './leases.ts';
export type { Reply } from './plain.ts';

type Renderer<E extends EntityName> = (queries: Queries, rows: readonly Row<E>[]) => Promise<Reply[]>;

/** Entities whose reply is more than their declaration says. All rows of a list at once: joins cost a query each. */
const renderers: { readonly [E in EntityName]?: Renderer<E> } = {
  interface: interfaces,
  ip_lease: ipLeases,
  route: routes,
  security_group: securityGroups,
  edge_host: edgeHosts,
};

export async function render<E extends EntityName>(
  queries: Queries,
  entity: E,
  rows: readonly Row<E>[],
): Promise<Reply[]> {
  const renderer: Renderer<E> | undefined = renderers[entity];
  return await (renderer === undefined ? declaredReplies(queries, entity, rows) : renderer(queries, rows));
}

export async function renderOne<E extends EntityName>(queries: Queries, entity: E, row: Row<E>): Promise<Reply> {
  const [reply] = await render(queries, entity, [row]);
  return reply!;
}
