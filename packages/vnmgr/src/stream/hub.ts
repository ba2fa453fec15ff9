import type { AgentHello, AgentSubscribe, ToAgent } from '@vnet/model';
import type { Node, Touched } from '../scopes/membership.ts';
import { type Delta, type Replica, isVisible } from '../scopes/replica.ts';
import type { Revision } from '../store/history.ts';
import { Session, type UpdateOptions } from './session.ts';

export interface HubOptions<Peer> {
  readonly replica: Replica;
  /** Identity of the database that the revisions count in. */
  readonly database: string;
  readonly send: (peer: Peer, message: ToAgent) => void;
}

/** Agents that a revision went to, and how to learn when they have it in their switches. */
interface Waiter {
  readonly revision: number;
  readonly sessions: Set<Session>;
  readonly done: () => void;
}

/** Requests wait for a revision right after making it. */
const REMEMBERED_RECEIVERS = 1_000;

export interface Outcome {
  readonly agents: number;
  /** Node ids of those that had not applied it when the time was up. */
  readonly behind: readonly string[];
}

/** Which scopes the session saw the row in before: those it is in now, less the entered, with the left ones. */
function sawBefore({ node, entered, left }: Touched, session: Session): boolean {
  if (left.some((scope) => session.scopes.has(scope))) return true;
  const fresh = new Set(entered);
  for (const scope of session.scopes) if (node.scopes.has(scope) && !fresh.has(scope)) return true;
  return false;
}

/** Brings each revision to the agents whose scopes it touches, and new agents up to the last revision. */
export class Hub<Peer> {
  readonly #options: HubOptions<Peer>;
  readonly #sessions = new Map<Peer, Session>();
  readonly #peers = new Map<Session, Peer>();
  readonly #subscribers = new Map<string, Set<Session>>();
  /** Who got which of the last revisions, for those who wait. */
  readonly #receivers = new Map<number, Set<Session>>();
  readonly #waiters = new Set<Waiter>();
  /** When the agent of a datapath was gone, epoch milliseconds, while no other is there. */
  readonly #gone = new Map<string, number>();

  constructor(options: HubOptions<Peer>) {
    this.#options = options;
  }

  session(peer: Peer): Session | undefined {
    return this.#sessions.get(peer);
  }

  /** All agents that have said hello. */
  agents(): readonly (readonly [peer: Peer, session: Session])[] {
    return [...this.#sessions];
  }

  /** Another run of an agent that says it has this datapath. */
  twin(dpid: string, run: string): Session | undefined {
    return [...this.#sessions.values()].find((session) => session.dpid === dpid && session.run !== run);
  }

  /** Since when the datapath of this dpid has no agent; undefined: it has one, or has had none. */
  goneSince(dpid: string): number | undefined {
    return this.#gone.get(dpid);
  }

  hello(peer: Peer, hello: AgentHello): void {
    this.gone(peer);
    this.#gone.delete(hello.dpid);
    const { replica, database } = this.#options;
    const session = new Session(hello, database);
    this.#sessions.set(peer, session);
    this.#peers.set(session, peer);
    for (const scope of session.scopes) this.#subscribe(session, scope);
    const resumes = hello.revision !== null && hello.database === database;
    const missed = resumes ? replica.missed(hello.revision, session.scopes) : undefined;
    const delta = missed ?? { put: [...replica.snapshot(session.scopes)], del: [] };
    this.#send(session, delta, { reset: missed === undefined, subscription: hello.subscription });
  }

  /** @returns false when the peer has not said hello */
  subscribe(peer: Peer, { add, drop, subscription }: AgentSubscribe): boolean {
    const session = this.#sessions.get(peer);
    if (session === undefined) return false;
    const { replica } = this.#options;
    const held = new Set(session.scopes);
    const added = add.filter((scope) => !held.has(scope));
    const dropped = drop.filter((scope) => held.has(scope));
    for (const scope of dropped) this.#unsubscribe(session, scope);
    for (const scope of added) this.#subscribe(session, scope);
    const put = [...replica.snapshot(added)].filter((node) => !isVisible(node, held));
    const del = [...replica.snapshot(dropped)].filter((node) => !isVisible(node, session.scopes));
    this.#send(session, { put, del }, { subscription });
    return true;
  }

  applied(peer: Peer, revision: number): void {
    const session = this.#sessions.get(peer);
    if (session === undefined) return;
    session.applied = Math.max(session.applied, revision);
    for (const waiter of [...this.#waiters]) {
      if (session.applied >= waiter.revision) this.#release(waiter, session);
    }
  }

  gone(peer: Peer): void {
    const session = this.#sessions.get(peer);
    if (session === undefined) return;
    this.#sessions.delete(peer);
    this.#peers.delete(session);
    const { dpid, run } = session;
    if (this.twin(dpid, run) === undefined) this.#gone.set(dpid, Date.now());
    for (const scope of session.scopes) this.#forget(session, scope);
    for (const sessions of this.#receivers.values()) sessions.delete(session);
    for (const waiter of [...this.#waiters]) this.#release(waiter, session);
  }

  /** Follows one revision and tells the agents concerned. */
  revision(revision: Revision): void {
    const pending = new Map<Session, { put: Node[]; del: Node[] }>();
    for (const touched of this.#options.replica.apply(revision)) this.#spread(touched, pending);
    for (const [session, delta] of pending) this.#send(session, delta);
    this.#receivers.set(revision.revision, new Set(pending.keys()));
    this.#receivers.delete(revision.revision - REMEMBERED_RECEIVERS);
  }

  /** Tells agents that nothing has concerned for a while how far the others are, so that they can resume from there. */
  catchUp(): void {
    for (const session of this.#sessions.values()) {
      if (session.sent < this.#options.replica.revision) this.#send(session, { put: [], del: [] });
    }
  }

  /** Waits until the connected agents that a revision went to have it in their switches, at most `ms`. */
  async untilApplied(revision: number, ms: number): Promise<Outcome> {
    const receivers = [...(this.#receivers.get(revision) ?? [])];
    const sessions = new Set(receivers.filter((session) => session.applied < revision));
    if (sessions.size > 0) {
      await new Promise<void>((resolve) => {
        const waiter: Waiter = {
          revision,
          sessions,
          done: () => {
            clearTimeout(timer);
            this.#waiters.delete(waiter);
            resolve();
          },
        };
        const timer = setTimeout(waiter.done, ms);
        this.#waiters.add(waiter);
      });
    }
    return { agents: receivers.length, behind: [...sessions].map(({ nodeId }) => nodeId) };
  }

  /** Ends all waiting. */
  close(): void {
    for (const waiter of [...this.#waiters]) waiter.done();
  }

  /** Who has to put or forget a row that a revision touched. */
  #spread(touched: Touched, pending: Map<Session, { put: Node[]; del: Node[] }>): void {
    const { node, changed, left } = touched;
    const scopes = changed ? [...node.scopes.keys(), ...left] : [...touched.entered, ...left];
    const sessions = new Set(scopes.flatMap((scope) => [...(this.#subscribers.get(scope) ?? [])]));
    for (const session of sessions) {
      const sees = isVisible(node, session.scopes);
      const saw = sawBefore(touched, session);
      if (sees ? !changed && saw : !saw) continue;
      const delta = pending.get(session) ?? { put: [], del: [] };
      pending.set(session, delta);
      (sees ? delta.put : delta.del).push(node);
    }
  }

  #release(waiter: Waiter, session: Session): void {
    if (waiter.sessions.delete(session) && waiter.sessions.size === 0) waiter.done();
  }

  #subscribe(session: Session, scope: string): void {
    session.scopes.add(scope);
    const sessions = this.#subscribers.get(scope) ?? new Set();
    this.#subscribers.set(scope, sessions.add(session));
  }

  #unsubscribe(session: Session, scope: string): void {
    session.scopes.delete(scope);
    this.#forget(session, scope);
  }

  #forget(session: Session, scope: string): void {
    const sessions = this.#subscribers.get(scope);
    sessions?.delete(session);
    if (sessions?.size === 0) this.#subscribers.delete(scope);
  }

  #send(session: Session, delta: Delta, options: UpdateOptions = {}): void {
    const peer = this.#peers.get(session);
    if (peer === undefined) return;
    for (const update of session.updates(this.#options.replica.revision, delta, options)) {
      this.#options.send(peer, update);
    }
  }
}
