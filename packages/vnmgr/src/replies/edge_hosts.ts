import type { Row } from '@vnet/model';
import type { Queries } from '../store/queries.ts';
import { declaredReplies } from './declared.ts';
import type { Reply } from './plain.ts';

/** With `age`: seconds since the edge host last said that the machine is there. */
export async function edgeHosts(queries: Queries, rows: readonly Row<'edge_host'>[]): Promise<Reply[]> {
  const replies = await declaredReplies(queries, 'edge_host', rows);
  const now = Date.now();
  return replies.map((reply, i) => ({ ...reply, age: Math.max(0, Math.round((now - rows[i]!.seen_at) / 1_000)) }));
}
