import type {
  AgentFacts,
  AgentHello,
  AgentQuestion,
  AgentSubscribe,
  AgentUpdate,
  FromAgent,
  RowPut,
  ToAgent,
} from '@vnet/model';
import type { Log } from '../log.ts';

/** What an agent holds of the model, as of a revision: the beginning of a session, and what the state directory keeps. */
export interface Held {
  /** Which database the revision counts in. */
  readonly database: string;
  readonly revision: number;
  readonly scopes: readonly string[];
}

export interface SessionOptions {
  readonly nodeId: string;
  /** New for each start of the agent. */
  readonly run: string;
  readonly log: Log;
  readonly send: (message: FromAgent) => boolean;
  /** Rows that came. With `reset` they replace everything that the agent held. */
  readonly onRows: (rows: {
    readonly reset: boolean;
    readonly put: readonly RowPut[];
    readonly del: AgentUpdate['del'];
  }) => void;
  /** The agent asks for nothing more than it has: what it holds is a whole view. */
  readonly onComplete: () => void;
  /** The manager wants to know something; answered by {@link Session.answer}. */
  readonly onQuestion: (question: AgentQuestion) => void;
  readonly held: Held | undefined;
}

/**
 * One agent's side of the change stream: which scopes it asks for, what it has been given, and whether that is a whole
 * view. Reads nothing and decides nothing about the network.
 */
export class Session {
  readonly #options: SessionOptions;
  #dpid: string | undefined;
  #up = false;
  #greeted = false;
  #heard = false;
  /** Undefined until the agent has said what it wants: what it holds is not let go of before. */
  #wanted: ReadonlySet<string> | undefined;
  /** Scopes asked for on this connection. */
  #asked: ReadonlySet<string> = new Set();
  #held: Held | undefined;
  #subscription = 0;
  #answered = 0;
  #seq = 0;
  /** Rows have come that belong to an answer of which others are still to come. */
  #torn = false;
  /** The answer to the last hello, while it is coming. */
  #greeting: { readonly subscription: number; rows: number; reset: boolean } | undefined;
  /** Rows of a snapshot that is still coming in several parts. */
  #snapshot: RowPut[] | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#held = options.held;
  }

  /** A manager answers and everything asked for is here. */
  get complete(): boolean {
    const answered = this.#greeted && this.#answered === this.#subscription;
    return answered && this.#wanted !== undefined && sameSet(this.#asked, this.#wanted);
  }

  /** A manager answers, or is expected to within a moment. */
  get up(): boolean {
    return this.#up;
  }

  /** Whether the manager has said anything on this connection. */
  get heard(): boolean {
    return this.#heard;
  }

  /** What the agent holds; undefined before the first whole view. */
  get held(): Held | undefined {
    return this.#held;
  }

  connected(): void {
    this.#up = true;
    this.#heard = false;
    this.#hello();
  }

  disconnected(): void {
    this.#up = false;
    this.#greeted = false;
    // Half a view cannot be resumed from.
    if (this.#torn) this.#held = undefined;
    this.#torn = false;
    this.#snapshot = undefined;
  }

  /** Says which datapath this is; begins anew when that changes. */
  identify(dpid: string): void {
    if (this.#dpid === dpid) return;
    this.#dpid = dpid;
    if (this.#up) this.#hello();
  }

  /** Sets what the agent wants to see, and asks for the difference. */
  want(scopes: ReadonlySet<string>): void {
    this.#wanted = scopes;
    if (!this.#greeted) return;
    const add = [...scopes].filter((scope) => !this.#asked.has(scope));
    const drop = [...this.#asked].filter((scope) => !scopes.has(scope));
    if (add.length === 0 && drop.length === 0) return;
    this.#asked = new Set(scopes);
    this.#send({ type: 'subscribe', subscription: ++this.#subscription, add, drop });
  }

  facts(facts: Omit<AgentFacts, 'type'>): void {
    this.#send({ type: 'facts', ...facts });
  }

  applied(revision: number): void {
    this.#send({ type: 'applied', revision });
  }

  answer(id: number, body: unknown): void {
    this.#send({ type: 'answer', id, body });
  }

  /** @throws Error for what ends the connection: the next one begins with a hello */
  receive(message: ToAgent): void {
    if (message.type === 'update') this.#update(message);
    else if (message.type === 'question') this.#options.onQuestion(message);
    else if (message.type === 'refused') {
      throw new Error(`the manager does not know this agent: ${message.reason}`);
    }
  }

  #hello(): void {
    if (this.#dpid === undefined) return;
    const { nodeId, run } = this.#options;
    const scopes = this.#held?.scopes ?? [...(this.#wanted ?? [])];
    this.#asked = new Set(scopes);
    this.#greeted = true;
    this.#seq = 0;
    this.#snapshot = undefined;
    this.#torn = false;
    const hello: AgentHello = {
      type: 'hello',
      node_id: nodeId,
      dpid: this.#dpid,
      run,
      database: this.#held?.database ?? null,
      revision: this.#held?.revision ?? null,
      scopes,
      subscription: ++this.#subscription,
    };
    this.#greeting = { subscription: hello.subscription, rows: 0, reset: false };
    this.#send(hello);
    if (this.#wanted) this.want(this.#wanted);
  }

  #update(update: AgentUpdate): void {
    if (update.seq !== this.#seq + 1) {
      this.#held = undefined;
      throw new Error(`an update was lost: expected ${this.#seq + 1}, got ${update.seq}`);
    }
    this.#seq = update.seq;
    this.#heard = true;
    this.#noteGreeting(update);
    if (update.reset) this.#snapshot = [];
    if (this.#snapshot) {
      this.#snapshot.push(...update.put);
      if (update.subscription === undefined) return;
      this.#options.onRows({ reset: true, put: this.#snapshot, del: [] });
      this.#snapshot = undefined;
    } else this.#options.onRows({ reset: false, put: update.put, del: update.del });

    if (update.subscription !== undefined) this.#answered = update.subscription;
    this.#torn = this.#answered !== this.#subscription;
    if (this.#torn) return;
    this.#held = { database: update.database, revision: update.revision, scopes: [...this.#asked] };
    this.#options.onComplete();
  }

  /** Says how the session began: a snapshot where changes were expected is worth knowing. */
  #noteGreeting({ reset, put, del, subscription, revision }: AgentUpdate): void {
    if (!this.#greeting) return;
    this.#greeting.reset ||= reset;
    this.#greeting.rows += put.length + del.length;
    if (subscription !== this.#greeting.subscription) return;
    const { rows, reset: whole } = this.#greeting;
    this.#greeting = undefined;
    this.#options.log.info({ revision, rows }, whole ? 'snapshot' : 'resumed');
  }

  #send(message: AgentHello | AgentSubscribe | AgentFacts | FromAgent): void {
    this.#options.send(message);
  }
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (a.size !== b.size) return false;
  for (const each of a) if (!b.has(each)) return false;
  return true;
}
