import { setTimeout as delay } from 'node:timers/promises';
import {
  decodeMatch,
  DisconnectedError,
  packMatch,
  flowStatsEntries,
  type FlowStatsEntry,
  type Match,
  PORT,
  type SwitchChannel,
} from '@vnet/openflow';
import type { Group, Meter } from '../compile/emit.ts';
import type { FlowChange } from '../compile/engine.ts';
import type { Log } from '../log.ts';
import { featureOf, LEARNED_COOKIES, type Feature } from '../pipeline/cookies.ts';
import { flowKeyOf, formatPackedFlow, parseFlowKey, type PackedFlow } from '../pipeline/flow.ts';
import type { Pipeline } from '../pipeline/tables.ts';
import type { PacketOut } from '../services/packet-out.ts';
import { abilitiesOf, type SwitchAbilities } from './abilities.ts';
import { writeBundle, writeOneByOne, type RefusedFlow } from './flow-writer.ts';
import { InstalledFlows, mayClose, type FlowCommand, type FoundFlow } from './installed-flows.ts';
import { Groups } from './groups.ts';
import { Meters } from './meters.ts';
import { PacketLine } from './packet-ins.ts';
import type { PacketIn } from './packet-readers.ts';
import { openSwitchLine, type SwitchLine } from './switch-line.ts';
import { TimedFlows } from './timed-flows.ts';

export interface SwitchOptions {
  /** See `SwitchLineOptions`. */
  readonly endpoint: string;
  readonly log: Log;
  /** Datapath id of the bridge, once it is known. */
  readonly dpid: () => string | undefined;
  /** Uuid of its record. */
  readonly datapath?: () => string | undefined;
  /** All flows and meters that are wanted now. */
  readonly wanted: () => Iterable<readonly [key: string, flow: PackedFlow]>;
  readonly meters: () => Iterable<Meter>;
  readonly groups?: () => Iterable<Group>;
  /** What the switch has said of itself; called before what is wanted is asked for. */
  readonly onAbilities?: (abilities: SwitchAbilities) => void;
  /** The switch is there, and what stands in it is known. */
  readonly onUp: () => void;
  readonly onPacketIn: (packet: PacketIn) => void;
  /** There is a line to the switch; it may not be up yet. For those to whom the switch is whoever is at its end. */
  readonly onChannel?: (channel: SwitchChannel) => void;
  /** See `SwitchLineOptions`. */
  readonly onUnusable?: ((problem: string) => void) | undefined;
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

const RETRY_MS = 1_000;
const PLAIN_RETRY_MS = 30_000;
const CLOSE_MS = 1_000;
const AUDIT_MS = 15_000;

/** Flows that are refused at a time, and named one by one. */
const NAMED_REFUSED = 10;

/**
 * The flows of the bridge: what stands in the switch, what is wanted, and what has to be written to make the difference.
 * When the connection comes back, what stands there is read anew.
 */
export class Switch {
  readonly #options: SwitchOptions;
  readonly #log: Log;
  readonly #installed = new InstalledFlows();
  readonly #meters = new Meters();
  readonly #groups = new Groups();
  readonly #packets: PacketLine;
  /** Flows that are written beside those that are wanted. */
  readonly timed: TimedFlows;
  #pipeline: Pipeline | undefined;
  #abilities: SwitchAbilities | undefined;
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
    this.#packets = new PacketLine(options.log, options.onPacketIn);
    this.timed = new TimedFlows(() => this.#channel, options.log);
  }

  /** The pipeline that the flows are of, from now on. */
  serve(pipeline: Pipeline | undefined): void {
    if (this.#pipeline === pipeline) return;
    this.#pipeline = pipeline;
    this.#servePackets();
    // What the switch refused of the other pipeline says nothing of this one.
    if (this.#retry === undefined) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.resync('the pipeline is another');
  }

  /** Nothing is set up in a switch that is not known yet, or not fit for its pipeline. */
  #servePackets(): void {
    if (this.#abilities && !this.#isUnfit()) this.#packets.serve(this.#pipeline);
  }

  /** A switch without bundles has none of the other extensions either that the pipeline is made of. */
  #isUnfit(): boolean {
    return this.#pipeline === 'ovs' && this.#abilities?.bundles === false;
  }

  /** Dials; called when the bridge is prepared. Calling again does nothing. */
  start(): void {
    if (this.#line || this.#closed) return;
    const { endpoint, log, dpid, onChannel, onUnusable } = this.#options;
    this.#line = openSwitchLine({
      endpoint,
      log,
      dpid,
      takesFirst: onChannel !== undefined,
      onUnusable,
      onFlowChannel: (channel) => this.#use(channel),
      onPacketChannel: (channel) => this.#packets.use(channel),
    });
    this.#audits = setInterval(() => this.#enqueueAudit(), AUDIT_MS);
  }

  #use(channel: SwitchChannel): void {
    this.#channel = channel;
    this.#abilities = undefined;
    this.#options.onChannel?.(channel);
    channel.on('up', () => {
      this.#installed.forgetRefused();
      this.#abilities = undefined;
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
    // Plain OpenFlow knows of no connections.
    if (this.#pipeline === 'plain') return;
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

  /**
   * Writes one of the pipeline's own flows as it stands: nothing is changed, but a change of flows makes the switch look at
   * its datapath's cache.
   */
  nudge(): void {
    for (const [key, { feature, cookie, instructions }] of this.#options.wanted()) {
      if (feature !== 'pipeline') continue;
      this.#channel
        ?.send({ type: 'flow_mod', command: 'add', ...parseFlowKey(key), cookie, instructions })
        .catch((error: unknown) => this.#log.debug({ error: String(error) }, 'the switch was not nudged'));
      return;
    }
  }

  /** The flows of a table as they stand, with their counters. */
  async *counters(table: number): AsyncGenerator<FlowStatsEntry> {
    if (!this.#channel?.isUp) return;
    for await (const body of this.#channel.parts({ type: 'flow_stats_request', table })) yield* flowStatsEntries(body);
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
    this.#abilities ??= await abilitiesOf(channel);
    this.#servePackets();
    const found: FoundFlow[] = [];
    for await (const body of channel.parts({ type: 'flow_stats_request' })) {
      for (const flow of flowStatsEntries(body)) if (featureOf(flow.cookie) !== 'learned') found.push(flow);
    }
    await this.#meters.read(channel);
    await this.#groups.read(channel);
    this.#installed.reset(found);
    this.#foundLeft = true;
    this.#options.onAbilities?.(this.#abilities);
    this.#pending.clear();
    for (const [key, flow] of this.#options.wanted()) this.#pending.set(key, flow);
    this.#known = true;
    this.#log.info({ reason, found: found.length, wanted: this.#pending.size }, 'what stands in the switch is known');
    this.#options.onUp();
  }

  async #commit(isWhole: () => boolean): Promise<Commit | undefined> {
    const channel = this.#channel;
    if (!this.#known || !channel || this.#closed) return undefined;
    if (this.#isUnfit()) {
      this.#refuseSwitch();
      return undefined;
    }
    try {
      // All of one moment: what is compiled meanwhile may name groups that are not written yet.
      const meters = [...this.#options.meters()];
      const groups = [...(this.#options.groups?.() ?? [])];
      const whole = isWhole();
      const commands = this.#plan(whole);
      await this.#meters.write(channel, meters);
      await this.#groups.write(channel, groups);
      const refused = await this.#write(channel, commands);
      if (whole) await this.#groups.retain(channel, groups);
      if (refused.length === 0) return { whole, changed: commands.length, closes: commands.some(mayClose) };
      this.#known = false;
      this.#setAside(refused);
    } catch (error) {
      this.#known = false;
      if (!(error instanceof DisconnectedError)) this.#retryLater('the switch refused the flows', error);
    }
    return undefined;
  }

  /** Flows that the switch does not take must not keep the others from it. */
  #setAside(refused: readonly RefusedFlow[]): void {
    for (const [index, { flow, cause }] of refused.entries()) {
      const key = flowKeyOf(flow.table, flow.priority, flow.match);
      this.#installed.refuse(key, flow.cookie);
      if (index >= NAMED_REFUSED) continue;
      const text = formatPackedFlow(key, flow);
      this.#log.error({ flow: text, error: String(cause) }, 'the switch does not take this flow; going on without it');
    }
    const more = refused.length - NAMED_REFUSED;
    if (more > 0) this.#log.error({ flows: more }, 'the switch does not take further flows; going on without them');
    this.resync(refused.length === 1 ? 'a flow was set aside' : 'flows were set aside');
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

  /** Bundles where the switch has them, whatever the pipeline. */
  async #write(channel: SwitchChannel, commands: readonly FlowCommand[]): Promise<readonly RefusedFlow[]> {
    if (commands.length === 0) return [];
    return this.#abilities?.bundles === false ? writeOneByOne(channel, commands) : writeBundle(channel, commands);
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

  #refuseSwitch(): void {
    this.#known = false;
    const datapath = this.#options.datapath?.() ?? 'dp-…';
    const remedy = `vnctl datapath modify ${datapath} --enable-ovs-learn-action false, or Open vSwitch 2.8 or later`;
    this.#log.error(
      { datapath, retry_ms: PLAIN_RETRY_MS, remedy },
      'the switch speaks plain OpenFlow 1.3, and its datapath is recorded as one with the extensions of Open vSwitch: nothing is written',
    );
    this.#resyncLater(PLAIN_RETRY_MS);
  }

  #retryLater(what: string, error: unknown): void {
    this.#log.error({ error: String(error), retry_ms: RETRY_MS }, what);
    this.#resyncLater(RETRY_MS);
  }

  #resyncLater(ms: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.resync('trying again');
    }, ms);
  }
}

/** The key of a flow that the switch reported: its match in our order of fields. */
function canonicalKey({ table, priority, match }: FoundFlow): string | undefined {
  try {
    return flowKeyOf(table, priority, packMatch(decodeMatch(match)));
  } catch {
    return undefined;
  }
}
