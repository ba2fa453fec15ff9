/** What the agent of a datapath says of it now. */
import { type BondState, LINK_STATES } from '@vnet/model';
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

/** The answer to the question `bonds`; undefined when it is none. */
function bondsOf(answer: unknown): readonly BondState[] | undefined {
  return Array.isArray(answer) && answer.every(isBond) ? answer : undefined;
}

function isBond(value: unknown): value is BondState {
  const { kind, name, mode, lacp, fallback, links } = fieldsOf(value);
  return (
    ['uplink', 'trunk'].includes(kind as string) &&
    typeof name === 'string' &&
    ['all links', 'one link at a time'].includes(mode as string) &&
    typeof lacp === 'boolean' &&
    [null, 'active-backup', 'none'].includes(fallback as string | null) &&
    Array.isArray(links) &&
    links.every(isLink)
  );
}

function isLink(value: unknown): boolean {
  const { name, state, in_use } = fieldsOf(value);
  return typeof name === 'string' && LINK_STATES.some((each) => each === state) && typeof in_use === 'boolean';
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** Nothing of it is kept: what an agent that is not connected has said last may be so no longer. */
export async function agentOf<Peer>(dpid: string, hub: Hub<Peer>, questions: Questions<Peer>): Promise<DatapathAgent> {
  const [peer, session] = hub.agents().find(([, each]) => each.dpid === dpid) ?? [];
  if (peer === undefined || session === undefined) {
    const gone = hub.goneSince(dpid);
    return { connected: false, since: gone === undefined ? null : formatTime(gone), bonds: null };
  }
  const [answer] = await questions.ask([peer], 'bonds', {}, PATIENCE_MS);
  return { connected: true, since: formatTime(session.since), bonds: bondsOf(answer) ?? null };
}
