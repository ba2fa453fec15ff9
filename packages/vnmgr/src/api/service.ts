import {
  type ApiRequest,
  type Applied,
  type Endpoint,
  type HealthRequest,
  type Reply,
  READING,
  VnetError,
  checkNames,
  findEndpoint,
  isEntityEndpoint,
  validate,
} from '@vnet/model';
import type { Settings } from '../rules/rule.ts';
import type { Reply as Row } from '../replies/index.ts';
import type { Store } from '../store/store.ts';
import type { Outcome } from '../stream/hub.ts';
import { read } from './reads.ts';
import { type Query, applyDocument, query } from './whole_model.ts';
import { write } from './writes.ts';

export interface ServiceOptions {
  readonly store: Store;
  readonly settings: Settings;
  /** Queries that ask agents, by the name of the endpoint. */
  readonly live: Readonly<Record<string, Query>>;
  /** What agents add to the replies of other endpoints, by their names: keys behind those of the row. */
  readonly additions: Readonly<Record<string, (row: Row) => Promise<object>>>;
  readonly untilApplied: (revision: number, ms: number) => Promise<Outcome>;
  /** For errors that are defects: the answer says no more than that. */
  readonly onDefect: (error: unknown, request: ApiRequest) => void;
}

type Answer = Omit<Reply, 'type' | 'id'>;

/** Of the parameters; a document is none. */
function namesOf(endpoint: Endpoint, { params }: ApiRequest): string[] {
  const document = isEntityEndpoint(endpoint) ? undefined : endpoint.document;
  return Object.keys(params).filter((name) => name !== document);
}

/** Longest that a request may wait for agents, in ms. */
const MAX_WAIT_MS = 300_000;

/** Answers the requests of vnapi: every one gets a reply, whatever happens. */
export class Service {
  readonly #options: ServiceOptions;

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  async api(request: ApiRequest): Promise<Reply> {
    try {
      return { type: 'reply', id: request.id, ...(await this.#answer(request)) };
    } catch (error) {
      return { type: 'reply', id: request.id, ok: false, error: this.#errorOf(error, request).toWire() };
    }
  }

  /** ok when the database answers. */
  async health({ id }: HealthRequest): Promise<Reply> {
    const { store } = this.#options;
    try {
      await store.read((queries) => queries.first('datapath', {}));
      return { type: 'reply', id, ok: true, body: { status: 'ok' }, revision: store.revision };
    } catch (error) {
      const failure = error instanceof VnetError ? error : new VnetError('DatabaseUnavailable', String(error));
      return { type: 'reply', id, ok: false, error: failure.toWire() };
    }
  }

  async #answer(request: ApiRequest): Promise<Answer> {
    const { store, settings, live, additions } = this.#options;
    const endpoint = findEndpoint(request.endpoint);
    if (endpoint === undefined) throw new VnetError('UnknownEndpoint', request.endpoint);
    if (request.strict === true) checkNames(endpoint, namesOf(endpoint, request));
    const valid = validate(endpoint, request.path, request.params);
    if (READING.includes(endpoint.operation)) {
      const { revision } = store;
      const body = await store.read((queries) =>
        isEntityEndpoint(endpoint) ? read(queries, { endpoint, ...valid }) : query(queries, endpoint.name, valid, live),
      );
      const added = await additions[endpoint.name]?.(body as Row);
      return { ok: true, body: added === undefined ? body : { ...(body as object), ...added }, revision };
    }
    const author = { who: request.who.slice(0, 255), request_id: request.request_id.slice(0, 255) };
    const { result, revision } = await (isEntityEndpoint(endpoint)
      ? store.write(author, (tx) => write(tx, settings, { endpoint, ...valid, ifMatch: request.if_match }))
      : applyDocument(store, author, settings, valid, request.params[endpoint.document ?? '']));
    const answer = { ok: true, body: result, revision };
    const applied = request.wait_ms === undefined ? undefined : await this.#applied(revision, request.wait_ms);
    return applied === undefined ? answer : { ...answer, applied };
  }

  async #applied(revision: number, waitMs: number): Promise<Applied> {
    const start = performance.now();
    const outcome = await this.#options.untilApplied(revision, Math.min(waitMs, MAX_WAIT_MS));
    return { revision, ...outcome, ms: Math.round(performance.now() - start) };
  }

  #errorOf(error: unknown, request: ApiRequest): VnetError {
    if (error instanceof VnetError) return error;
    this.#options.onDefect(error, request);
    return new VnetError('InternalError', `a defect of vnmgr; its log has more about request ${request.request_id}`);
  }
}
