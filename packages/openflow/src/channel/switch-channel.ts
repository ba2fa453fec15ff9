import { EventEmitter } from 'node:events';
import { encode } from '../messages/message.ts';
import type { Message, MessageInput, MessageOf } from '../messages/message.ts';
import { applyBundle } from './bundle.ts';
import { DisconnectedError, type OpenFlowError } from './channel-errors.ts';
import { applyOneByOne } from './one-by-one.ts';
import { BUNDLE_FLAG } from '../messages/bundle.ts';
import type { Session } from './session.ts';

interface ChannelEvents {
  /** A connection is ready for requests; comes again after each reconnect. */
  up: [features: MessageOf<'features_reply'>];
  /** The connection is lost; a channel that dials tries again. */
  down: [reason: string];
  /** What nobody asked for: packet-ins, port_status, flow_removed, errors of messages sent without waiting. */
  message: [message: Message];
}

/** Messages that are answered, in one message or in parts. */
export type Request = Extract<MessageInput, { type: `${string}_request` | 'bundle_control' }>;

/** The answer to a request: `x_request` → `x_reply`. */
export type ReplyTo<R extends Request> = R['type'] extends `${infer Name}_request`
  ? Extract<Message, { type: `${Name}_reply` }>
  : MessageOf<'bundle_control'>;

/**
 * The line to one switch. It outlives its connections: while there is none, requests reject with DisconnectedError.
 * Requests reject with OpenFlowError when the switch refuses them.
 */
export class SwitchChannel extends EventEmitter<ChannelEvents> {
  readonly #onClose: () => void;
  #session: Session | undefined;
  #features: MessageOf<'features_reply'> | undefined;
  #nextBundle = 1;
  #closed = false;

  /** `onClose` is called once, by `close`. */
  constructor(onClose: () => void) {
    super();
    this.#onClose = onClose;
  }

  /** What the switch said of itself; undefined while there is no connection. */
  get features(): MessageOf<'features_reply'> | undefined {
    return this.#features;
  }

  get isUp(): boolean {
    return this.#session !== undefined;
  }

  /** For those who make connections: this one is ready. */
  attach(session: Session, features: MessageOf<'features_reply'>): void {
    this.#session = session;
    this.#features = features;
    this.emit('up', features);
  }

  /** For those who make connections: this one has ended. */
  detach(session: Session, reason: string): void {
    if (this.#session !== session) return;
    this.#session = undefined;
    this.#features = undefined;
    this.emit('down', reason);
  }

  /**
   * Sends one message without waiting for its effect; resolves when there is room for more. An error that comes back is a
   * 'message' event. Several encoded messages may be sent in one buffer.
   */
  async send(message: MessageInput | Uint8Array): Promise<void> {
    const session = this.#connected();
    await session.send(
      message instanceof Uint8Array ? message : encode({ ...message, xid: message.xid ?? session.newXid() }),
    );
  }

  /** Sends a request and waits for its answer; parts are put together. The xid is chosen here. */
  async request<R extends Request>(request: R): Promise<ReplyTo<R>> {
    return (await this.#connected().request(request)) as ReplyTo<R>;
  }

  /** The bodies of an answer in parts as they come, for large ones (`flowStatsEntries` reads those of flow_stats). */
  async *parts(request: Request): AsyncGenerator<Buffer, void, undefined> {
    yield* this.#connected().parts(request);
  }

  /** Resolves when the switch has done all that was sent before. */
  async barrier(): Promise<void> {
    await this.#connected().request({ type: 'barrier_request' });
  }

  /**
   * Applies encoded flow_mods and group_mods all together or not at all, in this order, and waits for the barrier.
   * Their xids are replaced. They are taken one by one while earlier ones are on their way. Rejects with BundleError (says which was refused; nothing was changed).
   */
  async bundle(messages: Iterable<Uint8Array>): Promise<void> {
    const session = this.#connected();
    const id = this.#nextBundle;
    this.#nextBundle = id === 0xffff_ffff ? 1 : id + 1;
    await applyBundle(session, id, messages);
  }

  /**
   * The same without a bundle, for a switch that has none: each message stands or falls alone. Returns what was refused, by
   * place.
   */
  async oneByOne(messages: Iterable<Uint8Array>): Promise<ReadonlyMap<number, OpenFlowError>> {
    return applyOneByOne(this.#connected(), messages);
  }

  /**
   * Whether the switch takes bundles: one is opened and discarded. A switch that says nothing to what it does not know is found
   * out by the barrier.
   */
  async takesBundles(): Promise<boolean> {
    const session = this.#connected();
    const bundle = this.#nextBundle++;
    const control = (what: 'open_request' | 'discard_request') =>
      session
        .request({ type: 'bundle_control', bundle, control: what, flags: BUNDLE_FLAG.ATOMIC | BUNDLE_FLAG.ORDERED })
        .then(
          () => true,
          (error: unknown) => {
            if (error instanceof DisconnectedError) throw error;
            return false;
          },
        );
    const answer = control('open_request');
    const silence = session.request({ type: 'barrier_request' }).then(() => false);
    const opened = await Promise.race([answer, silence]);
    if (opened) await control('discard_request');
    return opened;
  }

  /** Ends the connection for good. Flows stay in the switch. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
  }

  #connected(): Session {
    if (!this.#session) throw new DisconnectedError('there is no connection to the switch');
    return this.#session;
  }
}
