import { BusServer, type Peer, RepeatedLines } from '@vnet/bus';
import {
  type AgentFacts,
  type AgentHello,
  type AgentRoles,
  type ApiRequest,
  type FromAgent,
  type FromApi,
  type HealthRequest,
  type Reply,
  type Row,
  type ToAgent,
  VnetError,
} from '@vnet/model';
import { Service } from './api/service.ts';
import { treeWith } from './api/whole_model.ts';
import { Background } from './background.ts';
import { BadMessageError, checkMessage, isFromAgent } from './messages.ts';
import { backgroundRules } from './rules/index.ts';
import type { Settings } from './rules/rule.ts';
import { KEPT_REVISIONS, Replica } from './scopes/replica.ts';
import { type Database, openDatabase } from './store/database.ts';
import { historyId, prune, revisionsSince } from './store/history.ts';
import { Store } from './store/store.ts';
import { listAgents } from './stream/agents.ts';
import { agentOf } from './stream/datapath_agent.ts';
import { groupStats } from './stream/group_stats.ts';
import { Hub } from './stream/hub.ts';
import { Inbox } from './stream/inbox.ts';
import { Questions } from './stream/questions.ts';
import { why } from './stream/why.ts';
import { RoleKeeper } from './stream/roles.ts';

/** Where the manager says what it does; a pino logger fits as it is. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface ManagerOptions extends Settings {
  /** `sqlite:/path/vnet.db` or `mysql://user:password@host:port/database`. */
  readonly database: string;
  readonly listen: readonly string[];
  readonly keys?: string | undefined;
  readonly insecure?: boolean | undefined;
  /** Unique among managers of one database, and the same after a restart. */
  readonly owner: string;
  readonly log: Log;
}

type FromAny = FromAgent | FromApi;
type ToAny = ToAgent | Reply;

/** Agents that nothing concerns learn of the last revision this often. */
const CATCH_UP_MS = 15_000;
const PRUNE_EVERY_MS = 60 * 60 * 1_000;
/** How long changes are kept in the database. */
const HISTORY_MS = 30 * 24 * 60 * 60 * 1_000;

const STANDBY = 'on standby: another manager writes down what agents say';

/** In place of an answer that no message can carry: vnapi's other requests are not to suffer from one. */
function tooLarge({ id }: Reply, { message }: Error): Reply {
  const error = new VnetError('ArgumentError', `the answer is too large (${message}); ask for fewer items by limit`);
  return { type: 'reply', id, ok: false, error: error.toWire() };
}

/** vnmgr in one object: database, rules, change stream and bus. */
export class Manager {
  readonly #options: ManagerOptions;
  readonly #database: Database;
  readonly #timers: NodeJS.Timeout[] = [];
  #store!: Store;
  #replica!: Replica;
  #hub!: Hub<Peer>;
  #inbox!: Inbox;
  #background!: Background;
  #questions!: Questions<Peer>;
  #roles!: RoleKeeper;
  #service!: Service;
  #bus!: BusServer<FromAny, ToAny>;

  private constructor(options: ManagerOptions, database: Database) {
    this.#options = options;
    this.#database = database;
  }

  /**
   * Opens the database, loads the model and serves it.
   * @throws {DatabaseUrlError} {VnetError} {EndpointError} {KeyError}
   */
  static async start(options: ManagerOptions): Promise<Manager> {
    const { database: url, log } = options;
    // While the database is away each request fails in the same way.
    const warnings = new RepeatedLines(log);
    const report = (detail: unknown): void =>
      warnings.warn(String(detail).slice(0, 100), { detail }, 'database connection');
    const manager = new Manager(options, await openDatabase(url, report));
    try {
      await manager.#open();
    } catch (error) {
      await manager.#abandon();
      throw error;
    }
    return manager;
  }

  /** The endpoints as they are bound. */
  get endpoints(): readonly string[] {
    return this.#bus.endpoints;
  }

  get revision(): number {
    return this.#store.revision;
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#hub.close();
    this.#questions.close();
    await this.#background.close();
    await this.#inbox.close();
    await this.#store.close();
    await this.#bus.close();
    await this.#database.close();
  }

  /** After a start that failed half way: another manager may write at once. */
  async #abandon(): Promise<void> {
    await (this.#store as Store | undefined)?.close();
    await this.#database.close();
  }

  async #open(): Promise<void> {
    const { log, owner, listen, keys, insecure, datapathMacGroup } = this.#options;
    const settings = { datapathMacGroup };
    const onError = (error: unknown, during: string): void => log.error({ err: error }, `failed: ${during}`);
    const onRevision = (revision: Parameters<Hub<Peer>['revision']>[0]): void => this.#tell(revision);
    const onWriting = (writing: boolean): void => {
      this.#sayRole(writing);
      this.#background.wake();
      if (!writing) this.#sendAgentsAway();
    };
    this.#store = await Store.open({ database: this.#database, owner, onRevision, onError, onWriting });
    const { revision, reader } = this.#store;
    const recent = await revisionsSince(this.#database.knex, Math.max(0, revision - KEPT_REVISIONS));
    this.#replica = await Replica.load(reader, revision, recent);
    const replica = this.#replica;
    if (!this.#store.writing) this.#sayRole(false);
    const database = await historyId(this.#database.knex);
    this.#hub = new Hub({ replica, database, send: (peer, message) => this.#bus.send(peer, message) });
    this.#questions = new Questions({
      send: (peer, question) => this.#bus.send(peer, question),
      onWrong: (peer, question, field) => {
        const node = this.#hub.agents().find(([each]) => each === peer)?.[1].nodeId;
        const remedy = 'run vna and vnmgr of the same version';
        log.warn({ node, question, field, remedy }, 'an agent gave an answer that is not understood');
      },
    });
    this.#inbox = new Inbox({ store: this.#store, settings, onError });
    this.#background = new Background({ store: this.#store, settings, rules: backgroundRules, onError });
    this.#roles = new RoleKeeper({ store: this.#store, settings });
    this.#service = new Service({
      store: this.#store,
      settings,
      live: {
        tree: treeWith(() => new Set(this.#hub.agents().map(([, { dpid }]) => dpid))),
        agents: (queries) => listAgents(queries, this.#hub, this.#questions),
        'security_groups.stats': (queries, { path }) =>
          groupStats(queries, path['uuid'] ?? '', { hub: this.#hub, questions: this.#questions }),
        why: (queries, { path, values }) =>
          why(queries, path, values['packet'], { hub: this.#hub, questions: this.#questions }),
      },
      additions: {
        'datapaths.show': async ({ dpid }) => ({ agent: await agentOf(String(dpid), this.#hub, this.#questions) }),
      },
      untilApplied: (number, ms) => this.#hub.untilApplied(number, ms),
      onDefect: (err, { request_id, endpoint }) => log.error({ err, request_id, endpoint }, 'request failed'),
    });
    this.#bus = await BusServer.open<FromAny, ToAny>({
      listen,
      ...(keys === undefined ? {} : { keys }),
      ...(insecure === undefined ? {} : { insecure }),
      log,
      onMessage: (peer, message) => this.#receive(peer, message),
      onGone: (peer) => this.#gone(peer),
    });
    this.#every(CATCH_UP_MS, () => this.#hub.catchUp());
    this.#every(PRUNE_EVERY_MS, () => {
      prune(this.#database.knex, Date.now() - HISTORY_MS).catch((error: unknown) => onError(error, 'pruning the log'));
    });
  }

  #tell(revision: Parameters<Hub<Peer>['revision']>[0]): void {
    this.#hub.revision(revision);
    this.#background.revision(revision);
  }

  #sayRole(writing: boolean): void {
    const { log, owner } = this.#options;
    if (writing) log.info({ owner }, 'this manager has the right to write now');
    else log.warn({ owner }, 'standby: another manager holds the right to write; changes are refused until it is gone');
  }

  /** What they have said and nobody has written down, they say again to the manager that writes now. */
  #sendAgentsAway(): void {
    for (const [peer] of this.#hub.agents()) this.#bus.disconnect(peer, STANDBY);
  }

  #every(ms: number, work: () => void): void {
    this.#timers.push(setInterval(work, ms).unref());
  }

  /** @throws {BadMessageError} which ends the connection */
  #receive(peer: Peer, received: FromAny): void {
    const message = checkMessage(received);
    if (isFromAgent(message)) this.#fromAgent(peer, message);
    else this.#fromApi(peer, message);
  }

  #fromApi(peer: Peer, message: ApiRequest | HealthRequest): void {
    // A key that is bound to a node is an agent's: it may say how its node is, and nothing else.
    if (peer.node !== undefined) throw new BadMessageError(`the key of node ${peer.node} may not make requests`);
    const reply = message.type === 'api' ? this.#service.api(message) : this.#service.health(message);
    void reply.then((answer) => this.#bus.send(peer, answer, (error) => tooLarge(answer, error)));
  }

  #fromAgent(peer: Peer, message: FromAgent): void {
    const { log } = this.#options;
    switch (message.type) {
      case 'hello':
        if (peer.node !== undefined && peer.node !== message.node_id) {
          throw new BadMessageError(`the key of node ${peer.node} may not speak for node ${message.node_id}`);
        }
        if (!this.#store.writing) {
          this.#bus.disconnect(peer, STANDBY);
          return;
        }
        this.#warnOfTwins(message);
        this.#hub.hello(peer, message);
        log.info({ node: message.node_id, dpid: message.dpid, since: message.revision }, 'agent connected');
        return;
      case 'subscribe':
        if (!this.#hub.subscribe(peer, message)) this.#refuse(peer);
        return;
      case 'facts':
        this.#facts(peer, message);
        return;
      case 'roles':
        this.#answerRoles(peer, message);
        return;
      case 'applied':
        this.#hub.applied(peer, message.revision);
        return;
      case 'answer':
        this.#questions.answered(peer, message);
        return;
      case 'ping':
    }
  }

  #facts(peer: Peer, facts: AgentFacts): void {
    if (this.#speaksFor(peer, facts.datapath_id)) this.#inbox.add(facts);
  }

  /** While the database is away there is no answer: an edge that is not alone stops. */
  #answerRoles(peer: Peer, message: AgentRoles): void {
    const { request, datapath_id } = message;
    if (!this.#speaksFor(peer, datapath_id)) return;
    this.#roles.ask(message).then(
      (held) => this.#bus.send(peer, { type: 'roles', request, held }),
      (error: unknown) => this.#options.log.warn({ err: error, datapath_id }, 'an edge got no answer about its roles'),
    );
  }

  /** An agent speaks for the datapath whose record has its node id, and for no other. */
  #speaksFor(peer: Peer, datapathId: number): boolean {
    const session = this.#hub.session(peer);
    if (session === undefined) {
      this.#refuse(peer);
      return false;
    }
    const datapath = this.#replica.find('datapath', datapathId)?.row as Row<'datapath'> | undefined;
    if (datapath === undefined || datapath.node_id === session.nodeId) return true;
    const { uuid, node_id } = datapath;
    const fields = { node: session.nodeId, datapath: uuid, node_id };
    this.#options.log.error(fields, 'ignored what an agent said of a datapath of another node; check its --node-id');
    return false;
  }

  #warnOfTwins({ node_id, dpid, run }: AgentHello): void {
    const twin = this.#hub.twin(dpid, run);
    if (twin === undefined) return;
    const remedy = 'give each bridge a datapath id of its own; harmless when the agent has just been restarted';
    this.#options.log.warn(
      { dpid, nodes: [twin.nodeId, node_id], remedy },
      'two agents run a bridge with this datapath id',
    );
  }

  #refuse(peer: Peer): void {
    this.#bus.send(peer, { type: 'refused', reason: 'say hello first' });
  }

  #gone(peer: Peer): void {
    this.#questions.gone(peer);
    const session = this.#hub.session(peer);
    if (session === undefined) return;
    this.#options.log.info({ node: session.nodeId }, 'agent gone');
    this.#hub.gone(peer);
  }
}
