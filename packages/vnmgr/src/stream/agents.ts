import type { AgentStatus, Row } from '@vnet/model';
import { formatTime } from '../replies/plain.ts';
import type { Queries } from '../store/queries.ts';
import type { Hub } from './hub.ts';
import type { Questions } from './questions.ts';
import type { Session } from './session.ts';

/** How long an agent may take to answer: it answers between two batches of flows. */
const PATIENCE_MS = 2_000;

/** One agent of the list: that of a datapath, or one whose datapath is not in the model. */
function line(
  datapath: Row<'datapath'> | undefined,
  session: Session | undefined,
  status: AgentStatus | undefined,
): object {
  return {
    node_id: session?.nodeId ?? datapath?.node_id,
    datapath_uuid: datapath?.uuid ?? null,
    dpid: session?.dpid ?? datapath?.dpid,
    connected: session !== undefined,
    connected_at: session === undefined ? null : formatTime(session.since),
    // What the switch has, and what has been sent to it.
    revision: session?.applied ?? null,
    sent_revision: session?.sent ?? null,
    ...status,
  };
}

/** Each datapath with its agent, connected or not, and agents that no datapath is for. */
export async function listAgents<Peer>(queries: Queries, hub: Hub<Peer>, questions: Questions<Peer>): Promise<object> {
  const agents = hub.agents();
  const peers = agents.map(([peer]) => peer);
  const statuses = await questions.ask(peers, 'status', {}, PATIENCE_MS);
  const byDpid = new Map(agents.map(([, session], i) => [session.dpid, { session, status: statuses[i] }]));
  const datapaths = await queries.all('datapath');
  const known = datapaths.map((datapath) => {
    const agent = byDpid.get(datapath.dpid);
    byDpid.delete(datapath.dpid);
    return line(datapath, agent?.session, agent?.status);
  });
  const strangers = [...byDpid.values()].map(({ session, status }) => line(undefined, session, status));
  const items = [...known, ...strangers];
  return { total_count: items.length, offset: 0, limit: items.length, items };
}
