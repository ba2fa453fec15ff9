import { connect, type Socket } from 'node:net';
import { parseEndpoint } from './endpoint.ts';
import { OvsdbConnectionError, OvsdbProtocolError } from './errors.ts';
import { JsonStream } from './json-stream.ts';

export interface JsonRpcOptions {
  /** A longer message ends the connection. */
  readonly maxMessageBytes: number;
  /** After this long without a byte an `echo` is sent, and after as long again the connection is ended. */
  readonly probeIntervalMs: number;
}

export interface JsonRpcHandlers {
  notification(method: string, params: readonly unknown[]): void;
  /** Called once, also when the connection never came about or was ended from this side. */
  closed(reason: Error): void;
}

/** The `error` member of a reply, as it came. */
export class JsonRpcError extends Error {
  override readonly name = 'JsonRpcError';
  readonly error: unknown;

  constructor(method: string, error: unknown) {
    super(`${method}: ${typeof error === 'string' ? error : JSON.stringify(error)}`);
    this.error = error;
  }
}

interface Pending {
  readonly method: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Id of the probes sent by this side; requests have numbers. */
const PROBE_ID = 'echo';

/** One JSON-RPC 1.0 connection as RFC 7047 §4 uses it, from the attempt to connect until it ends. */
export class JsonRpcConnection {
  readonly #endpoint: string;
  readonly #socket: Socket;
  readonly #stream: JsonStream;
  readonly #handlers: JsonRpcHandlers;
  readonly #pending = new Map<number, Pending>();
  readonly #probe: NodeJS.Timeout;
  #nextId = 1;
  #heard = true;
  #probing = false;
  #ended: Error | undefined;

  /** @throws RangeError when the endpoint is not one. */
  constructor(endpoint: string, options: JsonRpcOptions, handlers: JsonRpcHandlers) {
    this.#endpoint = endpoint;
    this.#handlers = handlers;
    this.#stream = new JsonStream(options.maxMessageBytes);
    this.#socket = connect(parseEndpoint(endpoint));
    this.#socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    this.#socket.on('error', (error) => this.end(new OvsdbConnectionError(`${endpoint}: ${error.message}`)));
    this.#socket.on('close', () => this.end(new OvsdbConnectionError(`${endpoint}: closed by the other side`)));
    this.#probe = setInterval(() => this.#checkAlive(), options.probeIntervalMs);
  }

  /** Why the connection ended; undefined while it has not. */
  get ended(): Error | undefined {
    return this.#ended;
  }

  /**
   * Sends a request; one sent before the connection stands waits for it.
   * @throws JsonRpcError when the reply is an error, or the reason when the connection ends first.
   */
  request(method: string, params: readonly unknown[]): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { method, resolve, reject });
      this.#send({ id, method, params });
    });
  }

  /** Ends the connection; requests that wait fail with `reason`. */
  end(reason: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    clearInterval(this.#probe);
    this.#socket.destroy();
    for (const { reject } of this.#pending.values()) reject(reason);
    this.#pending.clear();
    this.#handlers.closed(reason);
  }

  #send(message: object): void {
    this.#socket.write(JSON.stringify(message));
  }

  #checkAlive(): void {
    if (!this.#heard && this.#probing) {
      this.end(new OvsdbConnectionError(`${this.#endpoint}: no answer to echo`));
      return;
    }
    this.#probing = !this.#heard;
    if (this.#probing) this.#send({ id: PROBE_ID, method: 'echo', params: [] });
    this.#heard = false;
  }

  #receive(bytes: Buffer): void {
    this.#heard = true;
    try {
      for (const message of this.#stream.push(bytes)) {
        this.#dispatch(message as Record<string, unknown>);
        if (this.#ended !== undefined) return;
      }
    } catch (error) {
      if (!(error instanceof OvsdbProtocolError)) throw error;
      this.end(error);
    }
  }

  #dispatch(message: Record<string, unknown>): void {
    const { id, method, params } = message;
    if (method === undefined) this.#settle(message);
    else if (typeof method !== 'string' || !Array.isArray(params)) {
      throw new OvsdbProtocolError('request without a method name or an array of params');
    } else if (id === null) this.#handlers.notification(method, params);
    else if (method === 'echo') this.#send({ id, result: params, error: null });
    else this.#send({ id, result: null, error: `unknown method ${method}` });
  }

  #settle({ id, result, error }: Record<string, unknown>): void {
    if (id === PROBE_ID) return;
    const pending = typeof id === 'number' ? this.#pending.get(id) : undefined;
    if (pending === undefined) throw new OvsdbProtocolError(`reply to a request never made, id ${JSON.stringify(id)}`);
    this.#pending.delete(id as number);
    if (error === null || error === undefined) pending.resolve(result);
    else pending.reject(new JsonRpcError(pending.method, error));
  }
}
