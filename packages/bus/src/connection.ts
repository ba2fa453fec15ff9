import { randomBytes } from 'node:crypto';
import { context, Dealer } from 'zeromq';
import { usesCurve } from './endpoints.ts';
import { decodeFrames, encodeFrames, type BusMessage } from './frames.ts';
import { openProof, type ClientKeys } from './keys.ts';
import { Outbox } from './outbox.ts';
import { HARD_LIMIT_FACTOR, HIGH_WATER_MARK, LINGER_MS, type ControlMessage } from './protocol.ts';

// Without it a process could not end while messages for a dead manager are queued.
context.blocky = false;

/** How much sooner than later a manager has to answer at first: there may be another one to try. */
const OPENING_SHARE = 3;

export interface ConnectionOptions {
  readonly endpoint: string;
  readonly keys: ClientKeys | undefined;
  readonly pingMs: number;
  readonly timeoutMs: number;
  readonly maxMessageBytes: number;
  /** The manager has answered. */
  readonly onUp: () => void;
  readonly onMessage: (message: BusMessage) => void;
  /** Called once, for whatever reason it ended; not on `close()`. */
  readonly onEnd: (reason: string) => void;
}

/** One attempt at one endpoint, with a socket and an identity of its own; ends once and is not used again. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #socket: Dealer;
  readonly #outbox: Outbox;
  readonly #timer: NodeJS.Timeout;
  #lastHeard = Date.now();
  #lastTick = Date.now();
  #up = false;
  #ended = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const identity = randomBytes(16).toString('hex');
    const keys = usesCurve(options.endpoint, options.keys !== undefined) ? options.keys : undefined;
    this.#socket = new Dealer({
      routingId: identity,
      ipv6: true,
      linger: LINGER_MS,
      sendTimeout: 0,
      // A connection that is lost stays lost: the next one has another identity, so that nobody goes on half-informed.
      reconnectInterval: -1,
      sendHighWaterMark: HIGH_WATER_MARK,
      receiveHighWaterMark: HIGH_WATER_MARK,
      maxMessageSize: options.maxMessageBytes * HARD_LIMIT_FACTOR,
      ...(keys && {
        curvePublicKey: keys.publicKey,
        curveSecretKey: keys.secretKey,
        curveServerKey: keys.managerPublicKey,
      }),
    });
    this.#outbox = new Outbox(this.#socket, (_frames, error) => this.#end(`sending failed: ${error.message}`));
    void this.#watch();
    this.#socket.connect(options.endpoint);
    this.send(openMessage(identity, keys));
    void this.#receive();
    this.#timer = setInterval(() => this.#tick(), options.pingMs);
  }

  get endpoint(): string {
    return this.#options.endpoint;
  }

  /** @throws FrameError when the message is over the limit or cannot be written as JSON */
  send(message: BusMessage): void {
    this.#outbox.push(encodeFrames(message, this.#options.maxMessageBytes));
  }

  close(): void {
    if (this.#ended) return;
    const goodbye: ControlMessage = { type: 'closed', reason: 'goodbye' };
    this.send(goodbye);
    this.#stop();
  }

  async #receive(): Promise<void> {
    try {
      for await (const frames of this.#socket) this.#take(decodeFrames(frames, this.#options.maxMessageBytes));
    } catch (error) {
      this.#end(`bad message from the manager: ${(error as Error).message}`);
    }
  }

  #take(message: BusMessage & { reason?: unknown }): void {
    if (this.#ended) return;
    this.#lastHeard = Date.now();
    if (message.type === 'ping') return;
    if (message.type === 'closed') this.#end(`closed by the manager: ${String(message.reason)}`);
    else if (message.type !== 'open') this.#options.onMessage(message);
    else if (!this.#up) {
      this.#up = true;
      this.#options.onUp();
    }
  }

  #tick(): void {
    const now = Date.now();
    // This process was asleep or busy itself: what the manager said meanwhile is still unread.
    if (now - this.#lastTick > 2 * this.#options.pingMs) this.#lastHeard = now;
    this.#lastTick = now;
    const silence = now - this.#lastHeard;
    const patience = this.#options.timeoutMs / (this.#up ? 1 : OPENING_SHARE);
    if (silence >= patience) this.#end(`silent for ${silence} ms`);
    else if (this.#up) this.send({ type: 'ping' });
  }

  /** What libzmq knows before any silence does. */
  async #watch(): Promise<void> {
    let connected = false;
    for await (const event of this.#socket.events) {
      if (event.type === 'connect') connected = true;
      if (event.type === 'handshake:error:auth') {
        this.#end('the manager refused our key: add it to its DIR/agents or DIR/clients');
      } else if (event.type === 'handshake:error:protocol' || event.type === 'handshake:error:other') {
        this.#end(`handshake failed (${event.error.message}): do both sides use keys, and the right ones?`);
      } else if (event.type === 'disconnect' || event.type === 'close') {
        this.#end(connected ? 'connection lost' : 'nothing listens there');
      }
    }
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#stop();
    this.#options.onEnd(reason);
  }

  #stop(): void {
    this.#ended = true;
    clearInterval(this.#timer);
    // After the turn: the goodbye is handed to libzmq first.
    setImmediate(() => this.#socket.close());
  }
}

function openMessage(identity: string, keys: ClientKeys | undefined): ControlMessage {
  if (keys === undefined) return { type: 'open' };
  return { type: 'open', key: keys.publicKey, proof: openProof(keys, keys.managerPublicKey, identity) };
}
