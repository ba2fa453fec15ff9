import type { Reply } from '@vnet/model';
import { Connection } from './connection.ts';
import { checkEndpoint, type EndpointSecurity } from './endpoints.ts';
import { DEFAULT_MAX_MESSAGE_BYTES, type BusMessage } from './frames.ts';
import { loadClientKeys, type ClientKeys } from './keys.ts';
import type { BusLog } from './log.ts';
import { PING_MS, TIMEOUT_MS } from './protocol.ts';

export interface BusClientOptions<In extends BusMessage> extends EndpointSecurity {
  /** Managers to try, one at a time, in this order, round and round. */
  readonly endpoints: readonly string[];
  readonly log: BusLog;
  /** A manager answers: nothing that was sent before counts any more, begin with a hello. */
  readonly onUp?: (endpoint: string) => void;
  readonly onDown?: (reason: string) => void;
  /** Everything but replies to `request`. Only `type` has been checked. What it throws ends the connection. */
  readonly onMessage?: (message: In) => void;
  /** The reply says that this manager has not done what was asked, and another one will: the next endpoint is asked. */
  readonly isForAnother?: (reply: Reply) => boolean;
  readonly pingMs?: number;
  readonly timeoutMs?: number;
  readonly maxMessageBytes?: number;
}

/** No manager answered, or not in time. Whether a write was done is unknown when it had been sent. */
export class BusUnavailableError extends Error {
  override name = 'BusUnavailableError';
}

/** A message that is answered by a `Reply` with the same `id`. */
interface Request extends BusMessage {
  readonly id: number;
}
type WithoutId<M> = M extends Request ? Omit<M, 'id'> : never;

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

const FIRST_RETRY_MS = 50;
/** Where nobody listens it costs nothing to look again; the roles of edges do not outlast an absence of two seconds. */
const LAST_RETRY_MS = 250;
/** Whoever has sent us away is asked less often. */
const LAST_RETURN_MS = 1_000;

/**
 * A program's line to the manager. It connects by itself, for ever: to the next endpoint whenever one is silent, refuses or
 * goes away, each time with a new identity.
 *
 * @typeParam Out what is sent to the manager
 * @typeParam In what the manager sends, beside replies
 */
export class BusClient<Out extends BusMessage, In extends BusMessage = never> {
  readonly #options: BusClientOptions<In>;
  readonly #keys: ClientKeys | undefined;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onceUp = new Set<() => void>();
  #connection: Connection | undefined;
  #retry: NodeJS.Timeout | undefined;
  #up = false;
  #closed = false;
  #attempts = 0;
  #upSince = 0;
  #nextEndpoint = 0;
  #nextId = 1;
  #lastReason = 'no manager has answered yet';

  /**
   * @throws EndpointError for an endpoint that is malformed or needs keys (checkEndpoint)
   * @throws KeyError when `keys` lacks the client's files
   */
  constructor(options: BusClientOptions<In>) {
    for (const endpoint of options.endpoints) checkEndpoint(endpoint, options);
    if (options.endpoints.length === 0) throw new RangeError('BusClient needs at least one endpoint');
    this.#options = options;
    this.#keys = options.keys === undefined ? undefined : loadClientKeys(options.keys);
    this.#connect();
  }

  get up(): boolean {
    return this.#up;
  }

  /**
   * @returns false when no manager is there: the message is not sent, now or later
   * @throws FrameError when the message is over the limit or cannot be written as JSON
   */
  send(message: Out): boolean {
    if (!this.#up) return false;
    this.#connection!.send(message);
    return true;
  }

  /**
   * Sends a message with an id of its own and waits for the reply with that id; each manager is asked once at most.
   * @param timeoutMs for the reply, counted from now
   * @param upMs how much of it may pass until a manager is there at all
   * @throws BusUnavailableError when there was no manager, it went away, or it did not answer in time
   * @throws FrameError when the message is over the limit or cannot be written as JSON
   */
  async request(message: WithoutId<Out>, timeoutMs: number, upMs = 1_000): Promise<Reply> {
    const deadline = Date.now() + timeoutMs;
    for (let others = this.#options.endpoints.length - 1; ; others--) {
      if (!this.#up) await this.#untilUp(Math.min(upMs, timeoutMs));
      const connection = this.#connection!;
      const reply = await this.#ask(connection, message, deadline, timeoutMs);
      if (others === 0 || !this.#options.isForAnother?.(reply)) return reply;
      // Others that are asked at the same time may have gone on already.
      if (connection === this.#connection) this.#leave(connection, reply);
    }
  }

  #ask(connection: Connection, message: WithoutId<Out>, deadline: number, timeoutMs: number): Promise<Reply> {
    const id = this.#nextId++;
    connection.send({ ...message, id });
    // The reply cannot come before this turn is over.
    return new Promise<Reply>((resolve, reject) => {
      const timer = setTimeout(
        () => {
          this.#waiting.delete(id);
          reject(new BusUnavailableError(`the manager did not answer within ${timeoutMs} ms`));
        },
        Math.max(0, deadline - Date.now()),
      );
      this.#waiting.set(id, { resolve, reject, timer });
    });
  }

  /** Requests that are under way are refused with BusUnavailableError. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#connection?.close();
    this.#refuseWaiting('the client was closed');
  }

  /** What else this manager has been asked meanwhile is for another one, too. */
  #leave(connection: Connection, reply: Reply): void {
    for (const { resolve } of this.#takeWaiting()) resolve(reply);
    connection.close();
    this.#ended(connection.endpoint, 'another manager is to be asked');
  }

  #connect(): void {
    const {
      endpoints,
      pingMs = PING_MS,
      timeoutMs = TIMEOUT_MS,
      maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES,
    } = this.#options;
    const endpoint = endpoints[this.#nextEndpoint++ % endpoints.length]!;
    this.#connection = new Connection({
      endpoint,
      keys: this.#keys,
      pingMs,
      timeoutMs,
      maxMessageBytes,
      onUp: () => this.#cameUp(endpoint),
      onMessage: (message) => this.#take(message),
      onEnd: (reason) => this.#ended(endpoint, reason),
    });
  }

  #cameUp(endpoint: string): void {
    this.#up = true;
    this.#upSince = Date.now();
    this.#options.log.info({ endpoint }, 'manager connected');
    this.#options.onUp?.(endpoint);
    for (const wake of [...this.#onceUp]) wake();
  }

  #take(message: BusMessage): void {
    if (message.type !== 'reply') {
      this.#options.onMessage?.(message as In);
      return;
    }
    const reply = message as BusMessage & Reply;
    const waiting = this.#waiting.get(reply.id);
    // Absent: it came after its time was up.
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    this.#waiting.delete(reply.id);
    waiting.resolve(reply);
  }

  #ended(endpoint: string, reason: string): void {
    this.#lastReason = `${endpoint}: ${reason}`;
    // Endless retries say it once: a line for each lost connection, and for the first of the failed attempts.
    if (this.#up || this.#attempts === 0) this.#options.log.warn({ endpoint, reason }, 'no connection to the manager');
    const wasUp = this.#up;
    this.#up = false;
    // One that is refused, or that cannot stand what it is sent, must not come back at once for ever.
    if (wasUp && Date.now() - this.#upSince > LAST_RETURN_MS) this.#attempts = 0;
    this.#refuseWaiting(this.#lastReason);
    if (wasUp) this.#options.onDown?.(reason);
    // onDown may have closed the client.
    if (!this.#closed) this.#retry = setTimeout(() => this.#connect(), this.#retryDelay(wasUp));
  }

  /** Soon at first, then less and less often, and never all agents of a manager at the same time. */
  #retryDelay(wasUp: boolean): number {
    const round = Math.floor(this.#attempts++ / this.#options.endpoints.length);
    const delay = Math.min(wasUp ? LAST_RETURN_MS : LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(round, 10));
    return delay * (0.5 + Math.random() / 2);
  }

  #untilUp(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#onceUp.delete(wake);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#onceUp.delete(wake);
        reject(new BusUnavailableError(`no manager is reachable (${this.#lastReason})`));
      }, ms);
      this.#onceUp.add(wake);
    });
  }

  #refuseWaiting(reason: string): void {
    for (const { reject } of this.#takeWaiting()) {
      reject(new BusUnavailableError(`the manager went away before it answered (${reason})`));
    }
  }

  #takeWaiting(): readonly Waiting[] {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { timer } of waiting) clearTimeout(timer);
    return waiting;
  }
}
