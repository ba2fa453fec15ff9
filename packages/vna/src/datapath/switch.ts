import { setTimeout as delay } from 'node:timers/promises';
import {
  BundleError,
  EncodeError,
  decodeMatch,
  DisconnectedError,
  encodeFlowMod,
  packMatch,
  flowStatsEntries,
  type FlowStatsEntry,
  type Match,
  PORT,
  TABLE,
  type SwitchChannel,
} from '@vnet/openflow';
import type { Group, Meter } from '../compile/emit.ts';
import type { FlowChange } from '../compile/engine.ts';
import type { Log } from '../log.ts';
import { cookie, featureOf, LEARNED_COOKIES, type Feature } from '../pipeline/cookies.ts';
import { flowKeyOf, formatPackedFlow, instructionsOf, parseFlowKey, type PackedFlow } from '../pipeline/flow.ts';
import { TABLES } from '../pipeline/tables.ts';
import type { LearnedFlow, Lesson } from '../services/learner.ts';
import type { PacketOut } from '../services/packet-out.ts';
import { InstalledFlows, mayClose, type FlowCommand, type FoundFlow } from './installed-flows.ts';
import { Groups } from './groups.ts';
import { Meters } from './meters.ts';
import { receivePackets, type PacketIn } from './packet-ins.ts';
import { openSwitchLine, type SwitchLine } from './switch-line.ts';

export type { PacketIn };

export interface SwitchOptions {
  /** See `SwitchLineOptions`. */
  readonly endpoint: string;
  readonly log: Log;
  /** Datapath id of the bridge, once it is known. */
  readonly dpid: () => string | undefined;
  /** All flows and meters that are wanted now. */
  readonly wanted: () => Iterable<readonly [key: string, flow: PackedFlow]>;
  readonly meters: () => Iterable<Meter>;
  readonly groups?: () => Iterable<Group>;
  /** The switch is there, and what stands in it is known. */
  readonly onUp: () => void;
  readonly onPacketIn: (packet: PacketIn) => void;
  /** There is a line to the switch; it may not be up yet. For those to whom the switch is whoever is at its end. */
  readonly onChannel?: (channel: SwitchChannel) => void;
}

export interface Commit {
  /** Flows written or removed. */
  readonly changed: number;
  /** Whether packets that passed before may be stopped now, or go elsewhere. */
  readonly closes: boolean;
  /** Whether all that is wanted stands now, or only the first flows. */
  readonly whole: boolean;
}

/** Flows that may be written before the view is whole. */
const FIRST_FEATURES: ReadonlySet<Feature> = new Set<Feature>(['host', 'pipeline']);

const ALL_BITS = 0xffff_ffff_ffff_ffffn;

const RETRY_MS = 1_000;
const PLAIN_RETRY_MS = 30_000;
const CLOSE_MS = 1_000;
const AUDIT_MS = 15_000;

/**
 * The flows of the bridge: what stands in the switch, what is wanted, and the one bundle that makes the difference.
 * When the connection comes back, what stands there is read anew.
 */
export class Switch {
  readonly #options: SwitchOptions;
  readonly #log: Log;
  readonly #installed = new InstalledFlows();
  readonly #meters = new Meters();
  readonly #groups = new Groups();
  #pending = new Map<string, PackedFlow | undefined>();
  #audits: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #channel: SwitchChannel | undefined;
  #line: SwitchLine | undefined;
  /** Whether what stands in the switch is known. */
  #known = false;
  #foundLeft = false;
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: SwitchOptions) {
    this.#options = options;
    this.#log = options.log;
  }

  /** Dials; called when the bridge is prepared. Calling again does nothing. */
  start(): void {
    if (this.#line || this.#closed) return;
    const { endpoint, log, dpid, onPacketIn, onChannel } = this.#options;
    this.#line = openSwitchLine({
      endpoint,
      log,
      dpid,
      takesFirst: onChannel !== undefined,
      onFlowChannel: (channel) => this.#use(channel),
      onPacketChannel: (channel) => receivePackets(channel, log, onPacketIn),
    });
    this.#audits = setInterval(() => this.#enqueueAudit(), AUDIT_MS);
  }

  #use(channel: SwitchChannel): void {
    this.#channel = channel;
    this.#options.onChannel?.(channel);
    channel.on('up', () => {
      this.#installed.forgetRefused();
      this.resync('the switch is connected');
    });
    channel.on('down', () => {
      if (this.#channel === channel) this.#known = false;
    });
    channel.on('message', (message) => {
      if (message.type !== 'error') return;
      this.#log.warn({ error_type: message.errorType, code: message.code }, 'the switch reports an error');
    });
    if (channel.isUp) this.resync('the switch has dialled in');
  }

  /** Takes over what the compiler says; written by the next `commit`. */
  want(changes: readonly FlowChange[]): void {
    if (!this.#known) return;
    for (const { key, flow } of changes) this.#pending.set(key, flow);
  }

  /**
   * Makes the switch hold what is wanted: all of it when the view is whole, otherwise only the first flows, and nothing is
   * removed. One commit at a time; `isWhole` is asked when it is this one's turn.
   * @returns undefined when the switch is not there; it is tried again when it is
   */
  commit(isWhole: () => boolean): Promise<Commit | undefined> {
    const commit = this.#queue.then(() => this.#commit(isWhole));
    this.#queue = commit.catch(() => undefined);
    return commit;
  }

  /** Reads what stands in the switch and starts from there. */
  resync(reason: string): void {
    this.#known = false;
    const read = this.#queue.then(() => this.#read(reason));
    this.#queue = read.catch((error: unknown) => {
      if (!(error instanceof DisconnectedError)) this.#retryLater('the flows could not be read', error);
    });
  }

  /**
   * The flows of a table as they stand in the switch, with their counters; only those that have all of `match`.
   * @throws DisconnectedError
   */
  async flows(filter: { readonly table: number; readonly match?: Match }): Promise<readonly FlowStatsEntry[]> {
    const found: FlowStatsEntry[] = [];
    const channel = this.#channel;
    if (!channel) throw new DisconnectedError('the switch is not connected');
    for await (const body of channel.parts({ type: 'flow_stats_request', ...filter })) {
      found.push(...flowStatsEntries(body));
    }
    return found;
  }

  #enqueueAudit(): void {
    this.#queue = this.#queue
      .then(() => this.#audit())
      .catch((error: unknown) => this.#log.debug({ error: String(error) }, 'the audit was not done'));
  }

  /** Forgets all connections of a conntrack zone. Without a switch, it keeps them until they time out. */
  forgetConnections(zone: number): void {
    this.#channel
      ?.send({ type: 'nx_ct_flush_zone', zone })
      .catch((error: unknown) => this.#log.debug({ zone, error: String(error) }, 'a zone was not flushed'));
  }

  /** Puts frames out; without a switch they are lost, as on any wire. */
  send(packets: readonly PacketOut[]): void {
    for (const { frame, actions, inPort = PORT.CONTROLLER } of packets) {
      this.#channel
        ?.send({ type: 'packet_out', inPort, actions, data: frame })
        .catch((error: unknown) => this.#log.debug({ error: String(error) }, 'a packet was not sent'));
    }
  }

  /** Writes what the agent has learnt for the switch; outside of what is wanted, and forgotten by the switch itself. */
  teach({ place, forget, flows }: Lesson): void {
    this.#flowMod({ command: 'delete', ...LEARNED_COOKIES, table: TABLES[forget.table].id, match: forget.match });
    for (const { table, priority, match, seconds, ...flow } of flows) {
      this.#flowMod({
        command: 'add',
        cookie: cookie('learned', place),
        table: TABLES[table].id,
        priority,
        match,
        hardTimeout: seconds,
        instructions: instructionsOf(flow),
      });
    }
  }

  /** Removes what the agent has learnt at a place. */
  unteach(place: string): void {
    this.#flowMod({ command: 'delete', cookie: cookie('learned', place), cookieMask: ALL_BITS, table: TABLE.ALL });
  }

  /** Writes flows that stand for some seconds; equal ones begin anew. */
  lend(flows: readonly LearnedFlow[]): void {
    for (const { table, priority, match, seconds, ...flow } of flows) {
      this.#flowMod({
        command: 'add',
        cookie: cookie('learned', 'lent'),
        table: TABLES[table].id,
        priority,
        match,
        hardTimeout: seconds,
        instructions: instructionsOf(flow),
      });
    }
  }

  /**
   * Writes one of the pipeline's own flows as it stands: nothing is changed, but a change of flows makes the switch look at
   * its datapath's cache.
   */
  nudge(): void {
    for (const [key, { feature, cookie: same, instructions }] of this.#options.wanted()) {
      if (feature !== 'pipeline') continue;
      return this.#flowMod({ command: 'add', ...parseFlowKey(key), cookie: same, instructions });
    }
  }

  /** Removes such flows before their time. */
  withdraw(flows: readonly LearnedFlow[]): void {
    for (const { table, priority, match } of flows) {
      this.#flowMod({ command: 'delete_strict', table: TABLES[table].id, priority, match });
    }
  }

  /** The flows of a table as they stand, with their counters. */
  async *counters(table: number): AsyncGenerator<FlowStatsEntry> {
    if (!this.#channel?.isUp) return;
    for await (const body of this.#channel.parts({ type: 'flow_stats_request', table })) yield* flowStatsEntries(body);
  }

  #flowMod(flow: Omit<Parameters<typeof encodeFlowMod>[0], 'type'>): void {
    this.#channel
      ?.send({ type: 'flow_mod', ...flow })
      .catch((error: unknown) => this.#log.debug({ error: String(error) }, 'a lesson was not learnt'));
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#audits);
    clearTimeout(this.#retry);
    // A bundle that is not committed by then is discarded by the switch.
    await Promise.race([this.#queue, delay(CLOSE_MS, undefined, { ref: false })]);
    this.#line?.close();
  }

  async #read(reason: string): Promise<void> {
    const channel = this.#channel;
    if (!channel?.isUp || this.#closed) return;
    const found: FoundFlow[] = [];
    for await (const body of channel.parts({ type: 'flow_stats_request' })) {
      for (const flow of flowStatsEntries(body)) if (featureOf(flow.cookie) !== 'learned') found.push(flow);
    }
    await this.#meters.read(channel);
    await this.#groups.read(channel);
    this.#installed.reset(found);
    this.#foundLeft = true;
    this.#pending.clear();
    for (const [key, flow] of this.#options.wanted()) this.#pending.set(key, flow);
    this.#known = true;
    this.#log.info({ reason, found: found.length, wanted: this.#pending.size }, 'what stands in the switch is known');
    this.#options.onUp();
  }

  async #commit(isWhole: () => boolean): Promise<Commit | undefined> {
    if (!this.#known || !this.#channel || this.#closed) return undefined;
    try {
      await this.#meters.write(this.#channel, this.#options.meters());
      await this.#groups.write(this.#channel, this.#options.groups?.() ?? []);
      const whole = isWhole();
      const commands = this.#plan(whole);
      await this.#write(this.#channel, commands);
      return { whole, changed: commands.length, closes: commands.some(mayClose) };
    } catch (error) {
      this.#known = false;
      if (error instanceof DisconnectedError) return undefined;
      if (error instanceof FlowRefusedError) this.#setAside(error);
      else this.#retryLater('the switch refused the flows', error);
      return undefined;
    }
  }

  /** One flow that the switch does not take must not keep the others from it. */
  #setAside({ refused, cause }: FlowRefusedError): void {
    const { table, priority, match } = refused;
    const key = flowKeyOf(table, priority, match);
    const flow = formatPackedFlow(key, refused);
    this.#log.error({ flow, error: String(cause) }, 'the switch does not take this flow; going on without it');
    this.#installed.refuse(key, refused.cookie);
    this.resync('a flow was set aside');
  }

  /** What has to be sent; what may not be written yet stays pending. */
  #plan(whole: boolean): readonly FlowCommand[] {
    const batch = this.#pending;
    this.#pending = new Map();
    if (!whole) return this.#firstFlows(batch);
    const changes = this.#installed.changes(batch);
    if (!this.#foundLeft) return changes;
    this.#foundLeft = false;
    // Removals come first, so that a flow found there is not removed after its successor has been written. Which those are is
    // known only now that all others have been recognised.
    return [...this.#removals(), ...changes];
  }

  #firstFlows(batch: ReadonlyMap<string, PackedFlow | undefined>): readonly FlowCommand[] {
    const first = new Map<string, PackedFlow>();
    for (const [key, flow] of batch) {
      if (flow && FIRST_FEATURES.has(flow.feature)) first.set(key, flow);
      else this.#pending.set(key, flow);
    }
    return this.#installed.changes(first);
  }

  #removals(): FlowCommand[] {
    const { commands, foreign } = this.#installed.removeFound(canonicalKey);
    if (foreign.length > 0) {
      this.#log.warn(
        { flows: foreign.length, tables: [...new Set(foreign.map(({ table }) => table))] },
        'flows of others are removed: the bridge is the agent’s',
      );
    }
    return commands;
  }

  /**
   * Sends commands in one bundle, each encoded while those before it are on their way.
   * @throws FlowRefusedError when one flow is to blame
   */
  async #write(channel: SwitchChannel, commands: readonly FlowCommand[]): Promise<void> {
    if (commands.length === 0) return;
    let index = -1;
    const encode = function* (): Generator<Buffer> {
      for (const command of commands) {
        index++;
        yield encodeCommand(command);
      }
    };
    try {
      await channel.bundle(encode());
    } catch (error) {
      throw refusal(error, commands, index) ?? error;
    }
  }

  /** Compares the number of flows, which costs little; when it is off, everything is read. */
  async #audit(): Promise<void> {
    if (!this.#known || !this.#channel?.isUp) return;
    const expected = this.#installed.size;
    const channel = this.#channel;
    const count = async (filter = {}): Promise<number> =>
      (await channel.request({ type: 'aggregate_request', ...filter })).flows;
    const learned = await count(LEARNED_COOKIES);
    const flows = (await count()) - learned;
    // Something was learnt or forgotten meanwhile: the next audit will tell.
    if ((await count(LEARNED_COOKIES)) !== learned) return;
    if (flows !== expected) this.resync(`the switch has ${flows} flows, expected are ${expected}`);
  }

  #retryLater(what: string, error: unknown): void {
    const plain = isPlainOpenFlow(error);
    const retryMs = plain ? PLAIN_RETRY_MS : RETRY_MS;
    const remedy = 'Open vSwitch 2.8 or later, or a switch with its extensions of OpenFlow 1.3';
    this.#log.error(
      { error: String(error), retry_ms: retryMs, ...(plain ? { remedy } : {}) },
      plain ? 'the switch speaks plain OpenFlow 1.3: VNet needs bundles and the extensions of Open vSwitch' : what,
    );
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.resync('trying again'), retryMs);
  }
}

/** The switch does not know of bundles: neither will it know the other extensions that the pipeline is made of. */
function isPlainOpenFlow(error: unknown): boolean {
  if (!(error instanceof BundleError) || error.index !== undefined) return false;
  return ['BAD_REQUEST/BAD_EXPERIMENTER', 'BAD_REQUEST/BAD_EXP_TYPE', 'BAD_REQUEST/BAD_TYPE'].includes(error.code);
}

type AddCommand = Extract<FlowCommand, { command: 'add' }>;

/** A flow that cannot be encoded, or that the switch does not take. Nothing of its bundle is in the switch. */
class FlowRefusedError extends Error {
  override readonly name = 'FlowRefusedError';
  readonly refused: AddCommand;

  constructor(refused: AddCommand, cause: unknown) {
    super('a flow was refused', { cause });
    this.refused = refused;
  }
}

/** The error about one flow, if it is about one: the switch says which, or the last one could not be encoded. */
function refusal(error: unknown, commands: readonly FlowCommand[], last: number): FlowRefusedError | undefined {
  const index = error instanceof BundleError ? error.index : error instanceof EncodeError ? last : undefined;
  const command = index === undefined ? undefined : commands[index];
  return command?.command === 'add' ? new FlowRefusedError(command, error) : undefined;
}

function encodeCommand(command: FlowCommand): Buffer {
  return encodeFlowMod(command.command === 'add' ? command : { ...command, instructions: [] });
}

/** The key of a flow that the switch reported: its match in our order of fields. */
function canonicalKey({ table, priority, match }: FoundFlow): string | undefined {
  try {
    return flowKeyOf(table, priority, packMatch(decodeMatch(match)));
  } catch {
    return undefined;
  }
}
