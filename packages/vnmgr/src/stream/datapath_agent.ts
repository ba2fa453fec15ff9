/** What the agent of a datapath says of it now. */
import type { BondState } from '@vnet/model';
import { formatTime } from '../replies/plain.ts';
import type { Hub } from './hub.ts';
import type { Questions } from './questions.ts';

/** It is in the state of the agent: it answers between two batches of flows. */
const PATIENCE_MS = 2_000;

interface DatapathAgent {
  readonly connected: boolean;
  /** null: it has not been connected since this manager was started. */
  readonly since: string | null;
  /** null: nobody says how they are. */
  readonly bonds: readonly BondState[] | null;
}

/** Nothing of it is kept: what an agent that is not connected has said last may be so no longer. */
export async function agentOf<Peer>(dpid: string, hub: Hub<Peer>, questions: Questions<Peer>): Promise<DatapathAgent> {
  const [peer, session] = hub.agents().find(([, each]) => each.dpid === dpid) ?? [];
  if (peer === undefined || session === undefined) {
    const gone = hub.goneSince(dpid);
    return { connected: false, since: gone === undefined ? null : formatTime(gone), bonds: null };
  }
  const [answer] = await questions.ask([peer], 'bonds', {}, PATIENCE_MS);
  return { connected: true, since: formatTime(session.since), bonds: answer?.bonds ?? null };
}
