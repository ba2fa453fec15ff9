import type { Socket } from 'node:net';
import { DecodeError } from '../errors.ts';
import { helloFailedText } from '../messages/error-names.ts';
import { decode, encode } from '../messages/message.ts';
import type { Message, MessageInput, MessageOf } from '../messages/message.ts';
import { DisconnectedError, OpenFlowError } from './channel-errors.ts';
import { MessageSplitter } from './message-splitter.ts';
import { TYPE } from '../messages/row.ts';
import { OUR_HELLO, versionProblem } from './negotiation.ts';
import type { Limits } from './options.ts';
import { PartQueue, pendingReply } from './pending.ts';
import type { Pending } from './pending.ts';

export interface SessionEvents {
  /** Hello and features are exchanged: requests may be sent. */
  up(features: MessageOf<'features_reply'>): void;
  /** Something that nobody asked for. */
  message(message: Message): void;
  /** The end; comes once. */
  down(reason: string): void;
}

/** Errors of messages with these xids go to `failed`. */
export interface XidRange {
  readonly first: number;
  readonly count: number;
  failed(xid: number, error: OpenFlowError): void;
}

const ECHO_REQUEST = 2;
const ECHO_REPLY = 3;
/** Types that can answer a request: asynchronous messages may carry any xid. Experimenter, and all *_reply. */
const REPLY_TYPES = new Set([4, 6, 8, 19, 21, 23, 25, 27]);
const LINGER_MS = 1000;
const MAX_XID = 0xffff_ffff;
const HELLO_FAILED_INCOMPATIBLE = { errorType: 0, code: 0 };

type State = 'hello' | 'features' | 'up' | 'down';

/** One connection, from the first byte to the last. It never throws into the event loop: a bad peer ends it. */
export class Session {
  readonly #socket: Socket;
  readonly #limits: Limits;
  readonly #events: SessionEvents;
  /** What to do when versions do not fit. */
  readonly #remedy: string;
  readonly #splitter = new MessageSplitter();
  readonly #pending = new Map<number, Pending>();
  readonly #ranges = new Set<XidRange>();
  readonly #watch: NodeJS.Timeout;
  readonly #handshakeTimer: NodeJS.Timeout;
  #state: State = 'hello';
  #nextXid = 1;
  #lastReceived = Date.now();
  #echoSentAt: number | undefined;
  #drained: Promise<void> | undefined;

  /** `socket` is connected, and belongs to the session from now on. */
  constructor(socket: Socket, limits: Limits, remedy: string, events: SessionEvents) {
    this.#socket = socket;
    this.#limits = limits;
    this.#remedy = remedy;
    this.#events = events;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => this.end(error.message));
    socket.on('close', () => this.end('the switch closed the connection'));
    this.#watch = setInterval(() => this.#checkAlive(), Math.max(10, Math.min(1000, limits.echoIdleMs / 2)));
    this.#handshakeTimer = setTimeout(() => this.end('no hello and features in time'), limits.handshakeTimeoutMs);
    this.#write(encode({ ...OUR_HELLO, xid: this.newXid() }));
  }

  newXid(): number {
    return this.#reserve(1);
  }

  /** Reserves `count` xids in a row and collects the errors of their messages. Give back with `releaseRange`. */
  reserveRange(count: number, failed: XidRange['failed']): XidRange {
    const range = { first: this.#reserve(count), count, failed };
    this.#ranges.add(range);
    return range;
  }

  releaseRange(range: XidRange): void {
    this.#ranges.delete(range);
  }

  #reserve(count: number): number {
    if (this.#nextXid + count > MAX_XID) this.#nextXid = 1;
    const first = this.#nextXid;
    this.#nextXid += count;
    return first;
  }

  /** Sends encoded messages; resolves when there is room for more. Rejects with DisconnectedError. */
  async send(bytes: Uint8Array): Promise<void> {
    if (this.#state === 'down') throw new DisconnectedError('the connection to the switch has ended');
    const isRoom = this.#write(bytes);
    if (isRoom || this.#socket.writableLength <= this.#limits.sendBufferBytes) return;
    this.#drained ??= this.#waitForDrain();
    await this.#drained;
  }

  /** Rejects with OpenFlowError or DisconnectedError. */
  async request(message: MessageInput): Promise<Message> {
    const xid = this.newXid();
    const bytes = encode({ ...message, xid });
    return new Promise((resolve, reject) => {
      this.#pending.set(xid, pendingReply(resolve, reject, this.#limits.maxMultipartBytes));
      this.#sendOrFail(xid, bytes);
    });
  }

  /** The bodies of a reply in parts, as they come. */
  parts(message: MessageInput): AsyncIterable<Buffer> {
    const xid = this.newXid();
    const bytes = encode({ ...message, xid });
    const queue = new PartQueue(this.#limits.maxMultipartBytes);
    this.#pending.set(xid, queue);
    this.#sendOrFail(xid, bytes);
    return queue;
  }

  #sendOrFail(xid: number, bytes: Buffer): void {
    this.send(bytes).catch((error: unknown) => {
      const pending = this.#pending.get(xid);
      this.#pending.delete(xid);
      pending?.fail(error as Error);
    });
  }

  /** Ends the connection; whoever waits for an answer is told `reason`. */
  end(reason: string): void {
    if (this.#state === 'down') return;
    this.#state = 'down';
    clearInterval(this.#watch);
    clearTimeout(this.#handshakeTimer);
    this.#socket.end();
    // What is on its way (why we refuse, for example) may still go out, but not for ever.
    setTimeout(() => this.#socket.destroy(), LINGER_MS).unref();
    const error = new DisconnectedError(`the connection to the switch has ended: ${reason}`);
    for (const pending of this.#pending.values()) pending.fail(error);
    this.#pending.clear();
    this.#events.down(reason);
  }

  /** Small messages of one turn of the event loop go out in one write. */
  #write(bytes: Uint8Array): boolean {
    if (this.#socket.writableCorked === 0) {
      this.#socket.cork();
      process.nextTick(() => this.#socket.uncork());
    }
    return this.#socket.write(bytes);
  }

  async #waitForDrain(): Promise<void> {
    const socket = this.#socket;
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        socket.off('drain', settle).off('close', settle);
        resolve();
      };
      socket.once('drain', settle).once('close', settle);
    });
    this.#drained = undefined;
    if (this.#isDown()) throw new DisconnectedError('the connection to the switch ended while sending');
  }

  #receive(chunk: Buffer): void {
    this.#lastReceived = Date.now();
    this.#echoSentAt = undefined;
    try {
      for (const bytes of this.#splitter.push(chunk)) {
        if (this.#isDown()) return;
        this.#dispatch(bytes);
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#limits.log.warn({ error: error.message }, 'malformed OpenFlow message, ending the connection');
      this.end(`malformed message: ${error.message}`);
    }
  }

  #isDown(): boolean {
    return this.#state === 'down';
  }

  #dispatch(bytes: Buffer): void {
    const type = bytes[1];
    if (this.#state === 'hello') {
      this.#negotiate(decode(bytes));
    } else if (type === ECHO_REQUEST) {
      const echo = decode(bytes) as MessageOf<'echo_request'>;
      this.#write(encode({ ...echo, type: 'echo_reply' }));
    } else if (type !== ECHO_REPLY) {
      this.#deliver(bytes);
    }
  }

  #negotiate(message: Message): void {
    if (message.type !== 'hello') {
      const text = message.type === 'error' ? helloFailedText(message) : undefined;
      this.#limits.log.warn({ remedy: this.#remedy, text }, 'the switch did not begin with a hello');
      this.end(text ?? `${message.type} instead of hello`);
      return;
    }
    const problem = versionProblem(message);
    if (problem !== undefined) {
      this.#limits.log.warn({ remedy: this.#remedy }, problem);
      const data = Buffer.from(problem, 'latin1');
      this.#write(encode({ type: 'error', xid: message.xid, ...HELLO_FAILED_INCOMPATIBLE, data }));
      this.end(`${problem}: ${this.#remedy}`);
      return;
    }
    this.#state = 'features';
    this.request({ type: 'features_request' }).then(
      (features) => this.#becomeUp(features),
      (error: unknown) => this.end((error as Error).message),
    );
  }

  #becomeUp(features: Message): void {
    if (this.#state !== 'features') return;
    if (features.type !== 'features_reply') {
      this.end(`${features.type} instead of features`);
      return;
    }
    clearTimeout(this.#handshakeTimer);
    this.#state = 'up';
    this.#events.up(features);
  }

  #deliver(bytes: Buffer): void {
    const xid = bytes.readUInt32BE(4);
    if (bytes[1] === TYPE.ERROR) {
      this.#deliverError(decode(bytes) as MessageOf<'error'> | MessageOf<'experimenter_error'>);
      return;
    }
    const pending = this.#pending.get(xid);
    if (pending && REPLY_TYPES.has(bytes[1]!)) {
      if (pending.accept(bytes)) this.#pending.delete(xid);
      return;
    }
    this.#events.message(decode(bytes));
  }

  #deliverError(message: MessageOf<'error'> | MessageOf<'experimenter_error'>): void {
    const { xid } = message;
    const pending = this.#pending.get(xid);
    if (pending) {
      this.#pending.delete(xid);
      pending.fail(new OpenFlowError(message));
      return;
    }
    for (const range of this.#ranges) {
      if (xid >= range.first && xid < range.first + range.count) {
        range.failed(xid, new OpenFlowError(message));
        return;
      }
    }
    this.#events.message(message);
  }

  #checkAlive(): void {
    const now = Date.now();
    if (this.#echoSentAt === undefined) {
      if (now - this.#lastReceived < this.#limits.echoIdleMs) return;
      this.#echoSentAt = now;
      this.#write(encode({ type: 'echo_request', xid: this.newXid() }));
    } else if (now - this.#echoSentAt >= this.#limits.echoTimeoutMs) {
      // This process may have been busy itself: look at what has arrived first.
      setImmediate(() => {
        if (this.#echoSentAt !== undefined) this.end(`silent for ${(now - this.#lastReceived).toString()} ms`);
      });
    }
  }
}
