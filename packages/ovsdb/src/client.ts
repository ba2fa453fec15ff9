import { Backoff, type BackoffOptions } from './backoff.ts';
import { parseEndpoint } from './endpoint.ts';
import { OvsdbConnectionError, OvsdbError, OvsdbProtocolError } from './errors.ts';
import { JsonRpcConnection, JsonRpcError } from './json-rpc.ts';
import { type Logger, silent } from './logger.ts';
import { Monitor, type MonitorHandlers } from './monitor.ts';
import type { Operation } from './operations.ts';
import { type DatabaseSchema, parseSchema } from './schema.ts';
import type { Tables } from './table-cache.ts';
import { type OperationResult, readResults } from './transaction.ts';

export interface OvsdbClientOptions {
  readonly log?: Logger;
  /** A longer message ends the connection. Default 64 MiB. */
  readonly maxMessageBytes?: number;
  /** A server silent for twice this long is given up. Default 5000. */
  readonly probeIntervalMs?: number;
  /** Waits between attempts to connect. Default 50 ms, doubling to 1 s. */
  readonly backoff?: BackoffOptions;
}

const DEFAULTS = {
  log: silent,
  maxMessageBytes: 64 * 1024 * 1024,
  probeIntervalMs: 5000,
  backoff: { minMs: 50, maxMs: 1000 },
};

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/** Client of one OVSDB server (RFC 7047). Connects at once and again whenever the connection ends, until closed. */
export class OvsdbClient {
  readonly #endpoint: string;
  readonly #options: Required<OvsdbClientOptions>;
  readonly #backoff: Backoff;
  readonly #monitors: Monitor<Tables>[] = [];
  readonly #waiters: Waiter[] = [];
  #connection: JsonRpcConnection;
  #connectedAt = 0;
  #schemas = new Map<string, Promise<DatabaseSchema>>();
  #up = false;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;
  #loggedReason: string | undefined;

  /**
   * `endpoint`: `unix:/path` or `tcp:host:port`.
   * @throws RangeError when it is neither.
   */
  constructor(endpoint: string, options: OvsdbClientOptions = {}) {
    parseEndpoint(endpoint);
    this.#endpoint = endpoint;
    this.#options = { ...DEFAULTS, ...options };
    this.#backoff = new Backoff(this.#options.backoff);
    this.#connection = this.#connect();
  }

  /** Whether the server answers and every monitor is current. */
  get up(): boolean {
    return this.#up;
  }

  /**
   * Resolves when the client is up, at once if it is.
   * @throws OvsdbConnectionError when the client is closed.
   */
  untilUp(): Promise<void> {
    if (this.#up) return Promise.resolve();
    if (this.#closed) return Promise.reject(this.#closedError());
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** Names of the databases (RFC 7047 §4.1.1). */
  async listDbs(): Promise<string[]> {
    const names = await this.#request('list_dbs', []);
    return this.#read(() => {
      if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
      throw new OvsdbProtocolError(`list_dbs answered ${JSON.stringify(names)}`);
    });
  }

  /** The schema of a database (RFC 7047 §4.1.2); asked for once per connection. */
  getSchema(db: string): Promise<DatabaseSchema> {
    const known = this.#schemas.get(db);
    if (known !== undefined) return known;
    const schema = this.#request('get_schema', [db]).then((json) => this.#read(() => parseSchema(json)));
    this.#schemas.set(db, schema);
    schema.catch(() => this.#schemas.delete(db));
    return schema;
  }

  /**
   * Carries out the operations, all or none (RFC 7047 §4.1.3), and gives the result of each.
   * @throws OvsdbError naming the operation that failed.
   * @throws OvsdbConnectionError when there is no connection or it ends before the answer.
   */
  async transact(db: string, operations: readonly Operation[]): Promise<OperationResult[]> {
    const schema = operations.some(({ op }) => op === 'select') ? await this.getSchema(db) : undefined;
    const results = await this.#request('transact', [db, ...operations]);
    return this.#read(() => readResults(db, operations, results, schema));
  }

  /**
   * Follows tables of a database, through reconnects too. The declared columns are compared with the server's schema at
   * each connection; when they do not fit, that is logged and tried again.
   */
  monitor<const T extends Tables>(db: string, tables: T, handlers: MonitorHandlers<T> = {}): Monitor<T> {
    const monitor = new Monitor(`monitor-${this.#monitors.length}`, db, tables, handlers);
    this.#monitors.push(monitor);
    if (this.#up) {
      this.#up = false;
      void this.#start(this.#connection, [monitor]);
    }
    return monitor;
  }

  /** Ends the connection for good; what waits for an answer fails. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#connection.end(this.#closedError());
    for (const { reject } of this.#waiters.splice(0)) reject(this.#closedError());
  }

  #connect(): JsonRpcConnection {
    this.#connectedAt = performance.now();
    this.#schemas = new Map();
    const connection = new JsonRpcConnection(this.#endpoint, this.#options, {
      notification: (method, params) => this.#notified(method, params),
      closed: (reason) => this.#disconnected(reason),
    });
    // The monitors are those asked for by the time the connection stands.
    void connection.request('list_dbs', []).then(
      () => this.#start(connection, [...this.#monitors]),
      (error: unknown) => connection.end(error as Error),
    );
    return connection;
  }

  /** Brings monitors up on a connection that answers; the client is up when all are. */
  async #start(connection: JsonRpcConnection, monitors: readonly Monitor<Tables>[]): Promise<void> {
    try {
      await Promise.all(monitors.map(async (each) => each.start(connection, await this.getSchema(each.db))));
    } catch (error) {
      connection.end(error as Error);
      return;
    }
    if (connection.ended !== undefined) return;
    const late = this.#monitors.filter((monitor) => !monitor.current);
    if (late.length > 0) return this.#start(connection, late);
    this.#up = true;
    this.#loggedReason = undefined;
    this.#options.log.info({ endpoint: this.#endpoint }, 'OVSDB connected');
    for (const { resolve } of this.#waiters.splice(0)) resolve();
  }

  #notified(method: string, params: readonly unknown[]): void {
    if (method === 'update' || method === 'update2') {
      for (const monitor of this.#monitors) monitor.notify(params[0], params[1]);
    } else if (method === 'monitor_canceled') {
      throw new OvsdbProtocolError('the server cancelled a monitor: its database was removed or converted');
    }
  }

  #disconnected(reason: Error): void {
    this.#up = false;
    for (const monitor of this.#monitors) monitor.stop(reason);
    if (this.#closed) return;
    this.#backoff.lived(performance.now() - this.#connectedAt);
    this.#logEnd(reason);
    this.#retry = setTimeout(() => (this.#connection = this.#connect()), this.#backoff.next());
  }

  /** Says a reason once, however many attempts it spoils on end. */
  #logEnd(reason: Error): void {
    if (reason.message === this.#loggedReason) return;
    this.#loggedReason = reason.message;
    const level = reason instanceof OvsdbConnectionError ? 'warn' : 'error';
    this.#options.log[level]({ endpoint: this.#endpoint, reason: reason.message }, 'OVSDB connection ended, retrying');
  }

  async #request(method: string, params: readonly unknown[]): Promise<unknown> {
    try {
      return await this.#connection.request(method, params);
    } catch (error) {
      if (!(error instanceof JsonRpcError)) throw error;
      throw OvsdbError.from(method, typeof error.error === 'string' ? { error: error.error } : error.error);
    }
  }

  /** Reads a reply; one that makes no sense ends the connection. */
  #read<T>(reader: () => T): T {
    try {
      return reader();
    } catch (error) {
      if (error instanceof OvsdbProtocolError) this.#connection.end(error);
      throw error;
    }
  }

  #closedError(): OvsdbConnectionError {
    return new OvsdbConnectionError(`${this.#endpoint}: the client was closed`);
  }
}
