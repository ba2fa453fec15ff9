import { Context, Router } from 'zeromq';
import { checkEndpoint, EndpointError, isServed, usesCurve, type EndpointSecurity } from './endpoints.ts';
import { decodeFrames, DEFAULT_MAX_MESSAGE_BYTES, encodeFrames, FrameError, type BusMessage } from './frames.ts';
import { AuthorizedKeys, loadManagerKeys, openProof, sameProof, type KeyPair } from './keys.ts';
import { RepeatedLines, type BusLog } from './log.ts';
import { Outbox } from './outbox.ts';
import { HARD_LIMIT_FACTOR, HIGH_WATER_MARK, LINGER_MS, PING_MS, TIMEOUT_MS, type ControlMessage } from './protocol.ts';
import { Gatekeeper, ZAP_DOMAIN } from './zap.ts';

/** One connection of one client. A client that comes back is another peer, with another object. */
export interface Peer {
  /** Unique among all connections there ever were; for logs and maps. */
  readonly id: string;
  /** The client proved a key that is bound to this node id (keys.ts): it is that agent and may claim no other. */
  readonly node?: string;
}

export interface BusServerOptions<In extends BusMessage> extends EndpointSecurity {
  /** `tcp://HOST:PORT` (port `*` = any free one) and `ipc:///PATH`. */
  readonly listen: readonly string[];
  readonly log: BusLog;
  /** Only `type` has been checked. What it throws ends the connection of the peer. */
  readonly onMessage: (peer: Peer, message: In) => void;
  /** Called once for each peer that sent anything, when it left, fell silent or misbehaved; not on `close()`. */
  readonly onGone?: (peer: Peer, reason: string) => void;
  readonly pingMs?: number;
  readonly timeoutMs?: number;
  readonly maxMessageBytes?: number;
}

/** A socket with the peers that came through it. */
interface Listener {
  readonly socket: Router;
  readonly outbox: Outbox;
  readonly secured: boolean;
}

interface Connection {
  readonly peer: Peer;
  readonly listener: Listener;
  readonly identity: Buffer;
  lastHeard: number;
}

/** How many unknown connections are remembered, so that each is logged once however much it sends. */
const REMEMBERED_STRANGERS = 1_000;

/**
 * The manager's side of the bus: one ROUTER for unix sockets and keyless TCP, one with CURVE for TCP once there are keys.
 *
 * @typeParam In what clients send
 * @typeParam Out what is sent to them
 */
export class BusServer<In extends BusMessage, Out extends BusMessage> {
  readonly #options: BusServerOptions<In>;
  readonly #log: BusLog;
  readonly #maxBytes: number;
  readonly #timeoutMs: number;
  readonly #context = new Context({ blocky: false });
  readonly #authorized: AuthorizedKeys | undefined;
  readonly #ownKeys: KeyPair | undefined;
  readonly #listeners: Listener[] = [];
  readonly #connections = new Map<string, Connection>();
  readonly #strangers = new Set<string>();
  readonly #refusals: RepeatedLines;
  #gatekeeper: Gatekeeper | undefined;
  #pinger: NodeJS.Timeout | undefined;
  #endpoints: string[] = [];

  private constructor(options: BusServerOptions<In>) {
    this.#options = options;
    this.#log = options.log;
    this.#refusals = new RepeatedLines(options.log);
    this.#maxBytes = options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    if (options.keys !== undefined) {
      this.#ownKeys = loadManagerKeys(options.keys);
      this.#authorized = new AuthorizedKeys(options.keys, options.log);
    }
  }

  /**
   * @throws EndpointError for an endpoint that is malformed, not allowed (checkEndpoint) or cannot be listened on
   * @throws KeyError when `keys` lacks the manager's pair
   */
  static async open<In extends BusMessage, Out extends BusMessage>(
    options: BusServerOptions<In>,
  ): Promise<BusServer<In, Out>> {
    for (const endpoint of options.listen) checkEndpoint(endpoint, options);
    const server = new BusServer<In, Out>(options);
    try {
      await server.#listen();
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  /** The endpoints as they are bound, with the port that `*` stood for. */
  get endpoints(): readonly string[] {
    return this.#endpoints;
  }

  /**
   * Never throws: a peer that cannot take the message is given up, which `onGone` reports.
   * @param instead what to send in place of a message that is over the limit
   */
  send(peer: Peer, message: Out, instead?: (error: FrameError) => Out): void {
    const connection = this.#connections.get(peer.id);
    if (connection === undefined) return;
    try {
      connection.listener.outbox.push([connection.identity, ...encodeFrames(message, this.#maxBytes)]);
    } catch (error) {
      if (instead !== undefined && error instanceof FrameError) {
        this.send(peer, instead(error));
        return;
      }
      // Without this message the peer would go on half-informed.
      this.#log.error({ peer: peer.id, type: message.type, error: (error as Error).message }, 'message not sent');
      this.#drop(connection, `a message to it could not be sent: ${(error as Error).message}`);
    }
  }

  /** Ends a connection: the client starts over with a new one. `onGone` reports it like any other end. */
  disconnect(peer: Peer, reason: string): void {
    const connection = this.#connections.get(peer.id);
    if (connection !== undefined) this.#drop(connection, reason);
  }

  /** Tells every peer goodbye and frees the endpoints. */
  async close(): Promise<void> {
    clearInterval(this.#pinger);
    for (const { listener, identity } of this.#connections.values()) {
      this.#sayClosed(listener, identity, 'the manager is shutting down');
    }
    this.#connections.clear();
    await new Promise((resolve) => setImmediate(resolve));
    for (const { socket } of this.#listeners) socket.close();
    this.#gatekeeper?.close();
  }

  async #listen(): Promise<void> {
    const { listen, keys, log, pingMs = PING_MS } = this.#options;
    if (this.#authorized !== undefined) this.#gatekeeper = await Gatekeeper.open(this.#context, this.#authorized, log);
    for (const secured of [false, true]) {
      const endpoints = listen.filter((endpoint) => usesCurve(endpoint, keys !== undefined) === secured);
      if (endpoints.length === 0) continue;
      const listener = this.#newListener(secured);
      for (const endpoint of endpoints) await this.#bind(listener.socket, endpoint);
      void this.#receive(listener);
      void this.#watch(listener);
    }
    this.#pinger = setInterval(() => this.#ping(), pingMs);
  }

  #newListener(secured: boolean): Listener {
    const socket = new Router({
      context: this.#context,
      ipv6: true,
      linger: LINGER_MS,
      // mandatory: a peer that is gone is an error, not silence; without a send timeout that error would never come.
      mandatory: true,
      sendTimeout: 0,
      sendHighWaterMark: HIGH_WATER_MARK,
      receiveHighWaterMark: HIGH_WATER_MARK,
      maxMessageSize: this.#maxBytes * HARD_LIMIT_FACTOR,
      ...(secured ? { curveServer: true, curveSecretKey: this.#ownKeys!.secretKey, zapDomain: ZAP_DOMAIN } : {}),
    });
    const outbox = new Outbox(socket, (frames, error) => this.#undeliverable(listener, frames[0]!, error));
    const listener: Listener = { socket, outbox, secured };
    this.#listeners.push(listener);
    return listener;
  }

  async #bind(socket: Router, endpoint: string): Promise<void> {
    const refuse = (reason: string): never => {
      throw new EndpointError(`cannot listen on ${endpoint}: ${reason}; choose another endpoint or stop what holds it`);
    };
    if (await isServed(endpoint)) refuse('another process listens there');
    await socket.bind(endpoint).catch((error: unknown) => refuse((error as Error).message));
    // A socket that may speak IPv6 shows IPv4 addresses as mapped ones.
    this.#endpoints.push((socket.lastEndpoint ?? endpoint).replace(/\[::ffff:([\d.]+)\]/, '$1'));
  }

  async #receive(listener: Listener): Promise<void> {
    try {
      for await (const [identity, ...frames] of listener.socket) this.#take(listener, identity!, frames);
    } catch (error) {
      this.#log.error({ error: (error as Error).message }, 'the bus can no longer receive');
    }
  }

  #take(listener: Listener, identity: Buffer, frames: Buffer[]): void {
    const id = identity.toString('latin1');
    const connection = this.#connections.get(id);
    try {
      const message = decodeFrames(frames, this.#maxBytes);
      if (connection === undefined) {
        this.#admit(listener, identity, message);
        return;
      }
      connection.lastHeard = Date.now();
      // Answered at once, so that a client that wants to know sooner only has to ask more often.
      if (message.type === 'ping') listener.outbox.push([identity, ...encodeFrames({ type: 'ping' })]);
      else if (message.type === 'closed') this.#drop(connection, 'it said goodbye');
      else if (message.type === 'open') this.#drop(connection, 'it opened its connection twice');
      else this.#options.onMessage(connection.peer, message as In);
    } catch (error) {
      this.#misbehaved(listener, identity, connection, error as Error);
    }
  }

  /** A connection begins with `open`; on a secured endpoint it proves its key. */
  #admit(listener: Listener, identity: Buffer, message: BusMessage): void {
    if (message.type === 'closed') return;
    if (message.type !== 'open') {
      this.#sayClosed(listener, identity, 'the manager does not know this connection (any more)');
      return;
    }
    const id = identity.toString('latin1');
    const node = listener.secured ? this.#provenNode(id, message) : undefined;
    const peer: Peer = node === undefined ? { id } : { id, node };
    this.#connections.set(id, { peer, listener, identity, lastHeard: Date.now() });
    listener.outbox.push([identity, ...encodeFrames({ type: 'open' })]);
  }

  /** @throws FrameError when the proof is missing or wrong */
  #provenNode(identity: string, open: BusMessage & { key?: unknown; proof?: unknown }): string | undefined {
    const key = typeof open.key === 'string' ? this.#authorized!.find(open.key) : undefined;
    const proven =
      key !== undefined &&
      typeof open.proof === 'string' &&
      sameProof(open.proof, openProof(this.#ownKeys!, key.publicKey, identity));
    if (!proven) throw new FrameError('it did not prove the key it claims');
    return key.node;
  }

  #misbehaved(listener: Listener, identity: Buffer, connection: Connection | undefined, error: Error): void {
    const fields = { peer: identity.toString('latin1'), node: connection?.peer.node };
    if (connection !== undefined) {
      const who = fields.node ?? 'a program without a key of its own';
      this.#refusals.error(
        `${who} ${error.message}`,
        { ...fields, error: error.message },
        'connection ended: bad message',
      );
      this.#drop(connection, error.message);
      return;
    }
    if (!this.#strangers.has(fields.peer)) {
      if (this.#strangers.size >= REMEMBERED_STRANGERS) this.#strangers.clear();
      this.#strangers.add(fields.peer);
      this.#log.error({ ...fields, error: error.message }, 'connection refused: bad message');
    }
    this.#sayClosed(listener, identity, error.message);
  }

  #ping(): void {
    const now = Date.now();
    const ping = encodeFrames({ type: 'ping' });
    for (const connection of this.#connections.values()) {
      const silence = now - connection.lastHeard;
      if (silence > this.#timeoutMs) this.#drop(connection, `silent for ${silence} ms`);
      else connection.listener.outbox.push([connection.identity, ...ping]);
    }
  }

  #undeliverable(listener: Listener, identity: Uint8Array, error: Error): void {
    const connection = this.#connections.get(Buffer.from(identity).toString('latin1'));
    if (connection?.listener !== listener) return;
    const full = (error as NodeJS.ErrnoException).code === 'EAGAIN';
    this.#drop(connection, full ? 'it does not take its messages' : `it is unreachable (${error.message})`);
  }

  #drop(connection: Connection, reason: string): void {
    const { peer, listener, identity } = connection;
    if (!this.#connections.delete(peer.id)) return;
    this.#sayClosed(listener, identity, reason);
    this.#log.info({ peer: peer.id, node: peer.node, reason }, 'peer gone');
    this.#options.onGone?.(peer, reason);
  }

  #sayClosed(listener: Listener, identity: Buffer, reason: string): void {
    const closed: ControlMessage = { type: 'closed', reason };
    listener.outbox.push([identity, ...encodeFrames(closed)]);
  }

  /** Logs what libzmq ends below our frames. */
  async #watch(listener: Listener): Promise<void> {
    const warnings = new RepeatedLines(this.#log);
    const limit = this.#maxBytes * HARD_LIMIT_FACTOR;
    let handshakeFailed = false;
    for await (const event of listener.socket.events) {
      if (event.type === 'handshake:error:protocol' || event.type === 'handshake:error:other') {
        const { address, error } = event;
        handshakeFailed = true;
        const fields = { address, error: error.message };
        warnings.warn('handshake', fields, 'connection refused: handshake failed; do both sides use keys?');
      } else if (event.type === 'disconnect') {
        // The end of a handshake that failed has been told already.
        const message = 'connection ended by the other side, or for a frame over the limit';
        if (!handshakeFailed) warnings.warn('disconnect', { address: event.address, limit }, message);
        handshakeFailed = false;
      }
    }
  }
}
