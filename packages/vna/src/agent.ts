import { BusClient } from '@vnet/bus';
import { controlSocket, unixctl } from '@vnet/ovsdb';
import type { AgentRoles, FromAgent, RowPut, RuleStats, ToAgent } from '@vnet/model';
import { randomUUID } from 'node:crypto';
import { ownDatapath } from './compile/bindings.ts';
import { Engine, type Changes, type UnitRun } from './compile/engine.ts';
import { ROOTS, UNITS } from './compile/units.ts';
import { Bridge, type BridgeView } from './datapath/bridge.ts';
import { CachePurge } from './datapath/cache-purge.ts';
import { DatapathCache } from './datapath/datapath-cache.ts';
import { LegDevices } from './datapath/leg-devices.ts';
import { RemoteBridge } from './datapath/remote-bridge.ts';
import { Switch } from './datapath/switch.ts';
import { TrackedZones } from './datapath/tracked-zones.ts';
import type { Log } from './log.ts';
import { NO_OVSDB, switchDirectory } from './options.ts';
import { ownerBy } from './services/address-owners.ts';
import { Announcer } from './services/announcer.ts';
import { EdgeLearning } from './services/edge-learning.ts';
import { LearningLog } from './services/learning-log.ts';
import { EdgeRoles } from './services/edge-roles.ts';
import { FloodGroups } from './services/flood-groups.ts';
import { entryInto } from './services/packet-entry.ts';
import { PacketInService } from './services/packet-in-service.ts';
import type { PacketOut } from './services/packet-out.ts';
import { refusedMachines } from './services/refused-machines.ts';
import { State } from './state/state.ts';
import { replaceRows, setPorts } from './state/writes.ts';
import { answersOf, groupStats } from './sync/answers.ts';
import { FactTeller } from './sync/facts.ts';
import { Session } from './sync/session.ts';
import { answerTo } from './sync/questions.ts';
import { loadState } from './sync/state-file.ts';
import { StateSaver } from './sync/state-saver.ts';
import { Zones } from './sync/zones.ts';
import { Warnings } from './warnings.ts';

export interface AgentOptions {
  readonly nodeId: string;
  readonly managers: readonly string[];
  readonly ovsdb: string;
  readonly bridge: string;
  /** `unix:/path` to dial, or `listen:tcp:ADDR:PORT`. */
  readonly openflow: string;
  readonly stateDir: string | undefined;
  readonly keys: string | undefined;
  readonly insecure: boolean;
  readonly log: Log;
  /** The first flows stand. */
  readonly onReady: () => void;
  /** It cannot do its work as it was started; says why, and what to do. */
  readonly onUnusable?: (problem: string) => void;
}

/** How long a starting agent waits for a manager before it goes by what it saved. */
const PATIENCE_MS = 1_000;
const RETRY_MS = 1_000;
const PRUNE_MS = 120_000;
/** When it is said again that MACs are behind a link: LACP takes its time at the other end. */
const LINK_NEWS_MS = [1_000, 3_000];

/**
 * The agent, wired: ports and rows go into the state, the engine compiles it, the switch gets what has changed.
 *
 * Nothing is removed from the switch on the strength of half a view: until everything that was asked for has come, only
 * the first flows are written. When no manager answers, what the agent held last counts as whole.
 */
export class Agent {
  readonly #options: AgentOptions;
  readonly #log: Log;
  readonly #dirty = new Set<UnitRun>();
  readonly #state = new State<UnitRun>((unit) => this.#dirty.add(unit));
  readonly #engine = new Engine(this.#state, this.#dirty, UNITS, ROOTS);
  readonly #session: Session;
  readonly #bus: BusClient<FromAgent, ToAgent>;
  readonly #bridge: Bridge | RemoteBridge;
  readonly #switch: Switch;
  readonly #announcer: Announcer;
  readonly #packetIns: PacketInService;
  readonly #edges: EdgeLearning<UnitRun>;
  readonly #roles: EdgeRoles;
  readonly #learningLog: LearningLog;
  readonly #groups: FloodGroups;
  readonly #facts: FactTeller;
  readonly #saver: StateSaver<UnitRun>;
  readonly #warnings: Warnings;
  readonly #zones: Zones;
  readonly #trackedZones = new TrackedZones((zone) => this.#switch.forgetConnections(zone));
  readonly #legDevices: LegDevices;
  /** Of a switch whose control socket is not known, nobody can say when its cache follows. */
  readonly #cache: DatapathCache | undefined;
  readonly #timers = new Set<NodeJS.Timeout>();
  #alone = false;
  /** Whether there has been a whole view, from a manager or from the state directory. */
  #hadWhole = false;
  /** Whether a manager has given a whole view in this run. */
  #confirmed = false;
  /** Whether this datapath has had a record: without one it only waits, and leaves what stands in the switch. */
  #hadRecord = false;
  #scheduled = false;
  #ready = false;
  #syncedRevision: number | undefined;
  #unitsTold = 0;
  #legsSet: string | undefined;
  #closed = false;

  constructor(options: AgentOptions) {
    this.#options = options;
    const { log, nodeId, stateDir } = options;
    this.#log = log;
    this.#warnings = new Warnings(log);
    this.#zones = new Zones(stateDir, log);
    this.#legDevices = new LegDevices({ log, onLost: (name) => this.#remakeLeg(name) });
    if (options.ovsdb !== NO_OVSDB) {
      const control = async (command: string): Promise<string> => this.#control(command);
      this.#cache = new DatapathCache({
        round: async () => control('revalidator/wait'),
        nudge: () => this.#switch.nudge(),
        purge: new CachePurge({ control, log }),
        log,
      });
    }
    const send = (packets: readonly PacketOut[]): void => this.#switch.send(packets);
    this.#announcer = new Announcer(send, (owner) => entryInto(this.#state).correction(this.#state, owner));
    this.#packetIns = new PacketInService(
      this.#state,
      send,
      (lesson) => this.#switch.timed.teach(lesson),
      (packet) => this.#edges.receive(packet),
      (packet) => this.#groups.receive(packet),
      log,
    );
    this.#edges = new EdgeLearning({
      state: this.#state,
      send,
      counters: (table) => this.#switch.counters(table),
      changed: () => this.#schedule(),
      log,
    });
    this.#roles = new EdgeRoles({
      ask: (request) => this.#askForRoles(request),
      lend: (flows) => this.#switch.timed.lend(flows),
      withdraw: (flows) => this.#switch.timed.withdraw(flows),
      log,
    });
    this.#learningLog = new LearningLog({
      meters: async () => this.#switch.meters(),
      portName: (ofport) => [...this.#state.all('port')].find((port) => port.ofport === ofport)?.name,
      log,
    });
    this.#groups = new FloodGroups({
      teach: (lesson) => this.#switch.timed.teach(lesson),
      unteach: (place) => this.#switch.timed.unteach(place),
      send,
    });
    const answers = answersOf({
      ...options,
      state: this.#state,
      engine: this.#engine,
      flows: async (filter) => this.#switch.flows(filter),
      control: async (...command) => this.#control(...command),
      arePortsKnown: () => this.#bridge.current,
      warnings: () => [...this.#bridge.warnings(), ...this.#legDevices.warnings(), ...refusedMachines(this.#state)],
    });
    const saved = stateDir === undefined ? undefined : loadState(stateDir, log);
    if (saved) {
      this.#hadWhole = true;
      replaceRows(this.#state, saved.rows);
      this.#noteOwners(saved.rows);
      log.info({ revision: saved.held.revision, rows: saved.rows.length }, 'saved state is loaded');
    }
    this.#session = new Session({
      nodeId,
      run: randomUUID(),
      log,
      held: saved?.held,
      send: (message) => this.#bus.send(message),
      onRows: (rows) => {
        if (rows.reset) replaceRows(this.#state, rows.put);
        else {
          for (const { entity, row } of rows.put) this.#state.putRow(entity, row);
          for (const { entity, id } of rows.del) this.#state.deleteRow(entity, id);
        }
        this.#noteOwners(rows.put);
        this.#schedule();
      },
      onComplete: () => this.#schedule(),
      onQuestion: (question) => {
        void answerTo(question, answers, log).then((body) => this.#session.answer(question.id, body));
      },
    });
    this.#facts = new FactTeller(this.#session, this.#engine);
    this.#saver = new StateSaver(stateDir, this.#state, this.#session, log);
    this.#bus = new BusClient<FromAgent, ToAgent>({
      endpoints: options.managers,
      insecure: options.insecure,
      ...(options.keys === undefined ? {} : { keys: options.keys }),
      log,
      onUp: () => this.#managerUp(),
      onDown: (reason) => this.#managerDown(reason),
      onMessage: (message) => {
        if (message.type === 'roles') this.#roles.answer(message);
        else this.#session.receive(message);
      },
    });
    const onView = (view: BridgeView): void => this.#bridgeView(view);
    const remote = options.ovsdb === NO_OVSDB ? new RemoteBridge({ log, onView }) : undefined;
    this.#switch = new Switch({
      endpoint: options.openflow,
      log,
      dpid: () => this.#state.get('self', 1)?.dpid,
      datapath: () => ownDatapath(this.#state)?.uuid,
      wanted: () => this.#engine.flows(),
      meters: () => this.#engine.output('meter').values(),
      groups: () => this.#engine.output('group').values(),
      onAbilities: ({ meters }) => {
        this.#state.put('abilities', { id: 1, meters });
        this.#compile();
      },
      onUp: () => {
        this.#announcer.renew();
        void this.#learningLog.look();
        this.#schedule();
      },
      onPacketIn: (packet) => this.#packetIns.receive(packet),
      onUnusable: options.onUnusable,
      ...(remote ? { onChannel: (channel) => remote.follow(channel) } : {}),
    });
    if (remote) {
      this.#bridge = remote;
      this.#switch.start();
    } else {
      this.#bridge = new Bridge({
        ovsdb: options.ovsdb,
        name: options.bridge,
        log,
        onView,
        onRestored: () => this.#switch.resync('flow-restore-wait was lifted'),
      });
    }
    this.#waitForView();
    this.#timers.add(setInterval(() => this.#state.prune(), PRUNE_MS));
  }

  /** Counters of a security group's rules on this host, by its uuid; undefined when it is not known here. */
  async ruleStats(group: string): Promise<RuleStats | undefined> {
    return groupStats({ state: this.#state, flows: async (filter) => this.#switch.flows(filter) }, group);
  }

  /** Stops, and leaves the flows in the switch. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timers.forEach(clearTimeout);
    this.#saver.close();
    this.#announcer.close();
    this.#packetIns.close();
    this.#edges.close();
    this.#roles.close();
    this.#learningLog.close();
    this.#bus.close();
    this.#bridge.close();
    this.#legDevices.close();
    this.#cache?.close();
    await this.#switch.close();
  }

  #bridgeView(view: BridgeView): void {
    setPorts(this.#state, this.#zones.assign(view.ports));
    const { nodeId } = this.#options;
    const { dpid, made, userspace, remote } = view;
    this.#state.put('self', { id: 1, node_id: nodeId, dpid, made, userspace, remote });
    this.#session.identify(view.dpid);
    this.#switch.start();
    const opened = new Set(view.ports.flatMap(({ name, ofport }) => (ofport === null ? [] : [name])));
    this.#legDevices.update(this.#engine.output('leg'), { userspace: view.userspace, opened });
    this.#schedule();
  }

  #askForRoles(request: Omit<AgentRoles, 'type' | 'datapath_id'>): void {
    const own = ownDatapath(this.#state);
    if (own && this.#session.heard) this.#bus.send({ type: 'roles', datapath_id: own.id, ...request });
  }

  #remakeLeg(name: string): void {
    this.#bridge.remakeLeg(name).catch((error: unknown) => {
      this.#log.error({ port: name, error: String(error) }, 'the port of a leg could not be made anew; trying again');
    });
  }

  #adopt(dpid: string): void {
    this.#bridge.adopt(dpid).catch((error: unknown) => {
      this.#log.error({ dpid, error: String(error) }, 'the datapath id could not be set; trying again');
      this.#later(RETRY_MS, () => this.#schedule());
    });
  }

  #managerUp(): void {
    this.#alone = false;
    this.#facts.reset();
    this.#syncedRevision = undefined;
    this.#waitForView();
    this.#session.connected();
  }

  /** A manager that connects and says nothing is as good as none. */
  #waitForView(): void {
    this.#later(PATIENCE_MS, () => {
      if (this.#session.complete || this.#session.heard) return;
      this.#alone = true;
      this.#schedule();
    });
  }

  #managerDown(reason: string): void {
    this.#log.warn({ reason }, 'no manager: going on with what is known');
    this.#alone = true;
    this.#session.disconnected();
    this.#schedule();
  }

  /** Events only say "look again": all that came in one turn of the loop is compiled once. */
  #schedule(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#process();
    });
  }

  #process(): void {
    if (this.#closed) return;
    this.#compile();
    void this.#commit(this.#edges.newcomers());
  }

  #compile(): void {
    const changes = [this.#engine.run()];
    // What the manager says of legacy machines may change what this host has to say of them.
    if (this.#edges.claims(changes[0]!.outputs.edgeClaim)) changes.push(this.#engine.run());
    for (const each of changes) this.#apply(each);
    for (const { outputs } of changes) this.#facts.tell(ownDatapath(this.#state)?.id, outputs);
  }

  #apply({ flows, outputs, conflicts }: Changes): void {
    for (const conflict of conflicts) this.#log.error({ conflict }, 'the pipeline contradicts itself');
    if (outputs.scope.size > 0) this.#session.want(new Set(this.#engine.output('scope').keys()));
    if (outputs.pipeline.size > 0) this.#switch.serve(this.#engine.output('pipeline').get(''));
    for (const [place, stays] of outputs.pupil) if (!stays) this.#switch.timed.unteach(place);
    this.#groups.update(outputs.floodMac);
    this.#announcer.update(outputs.announcement, outputs.tunnelEnd);
    const dpid = this.#engine.output('datapathId').get('');
    if (dpid !== undefined) this.#adopt(dpid);
    this.#switch.want(flows);
    this.#roles.update(outputs.edgeRole, outputs.gate);
    for (const bond of outputs.bond.values()) {
      if (!bond) continue;
      this.#log.info({ ...bond }, 'several links are used as one');
      // The switches behind a link that is new, or in use again, have to hear it: as soon as they listen, too.
      this.#announcer.renew();
      for (const ms of LINK_NEWS_MS) {
        this.#later(ms, () => {
          this.#announcer.renew();
          this.#announcer.sayNews();
        });
      }
    }
  }

  /** `newcomers`: legacy machines that were compiled for the first time. */
  async #commit(newcomers: readonly number[]): Promise<void> {
    let view = this.#view();
    // Half a view would give false alarms.
    if (view.synced || this.#alone) this.#warnings.update(this.#engine.output('warning'));
    const done = await this.#switch.commit(() => {
      view = this.#view();
      return view.whole;
    });
    if (!done || this.#closed) return;
    // Of half a view only the first flows are written; those of legacy machines come with the next commit.
    if (done.whole) this.#edges.stand(newcomers);
    if (done.closes) this.#cache?.outdated();
    const { whole, synced, revision } = view;
    // What was saved may be about a machine that has moved meanwhile.
    this.#confirmed ||= synced;
    if (whole && this.#confirmed) this.#announcer.sayNews();
    if (whole) this.#roles.stand();
    if (whole) this.#trackedZones.update(this.#engine.output('zone').keys());
    if (whole) this.#legs();
    if (!this.#ready) {
      this.#ready = true;
      this.#options.onReady();
    }
    if (!whole || revision === undefined || !this.#newRevision(revision, done.changed)) return;
    const about = { revision, flows: this.#engine.flowCount, changed: done.changed, units: this.#unitsSince() };
    this.#log.info(about, synced ? 'synced' : 'the saved state is in the switch');
    if (!synced) return;
    this.#saver.soon();
    await Promise.all([this.#cache?.settled(), this.#legDevices.settled(this.#engine.output('leg').values())]);
    this.#session.applied(revision);
  }

  /** A command to ovs-vswitchd, as `ovs-appctl` gives it. @throws OvsdbError, OvsdbConnectionError */
  async #control(command: string, ...args: readonly string[]): Promise<string> {
    return unixctl(await controlSocket(switchDirectory(this.#options.ovsdb)), command, args);
  }

  /** The host's legs in virtual networks; never on the strength of half a view, which would take them away. */
  #legs(): void {
    const legs = this.#engine.output('leg');
    const text = JSON.stringify([...legs]);
    if (text === this.#legsSet) return;
    this.#legsSet = text;
    this.#bridge.setLegs(legs);
  }

  /** What the flows compiled last rest on. Rows that are not compiled yet make it half a view. */
  #view(): { readonly whole: boolean; readonly synced: boolean; readonly revision: number | undefined } {
    const synced = this.#session.complete && !this.#scheduled;
    this.#hadWhole ||= synced;
    this.#hadRecord ||= ownDatapath(this.#state) !== undefined;
    const known = synced || (this.#alone && this.#hadWhole && !this.#scheduled);
    return { whole: this.#hadRecord && known, synced, revision: this.#session.held?.revision };
  }

  /** Units run since the last time this was asked: what a change cost. */
  #unitsSince(): number {
    const before = this.#unitsTold;
    this.#unitsTold = this.#engine.unitsRun;
    return this.#unitsTold - before;
  }

  #newRevision(revision: number, changed: number): boolean {
    const news = this.#syncedRevision !== revision || changed > 0;
    this.#syncedRevision = revision;
    return news;
  }

  /** After a batch is in the state: an address that has another MAC now. */
  #noteOwners(rows: readonly RowPut[]): void {
    for (const row of rows) {
      const owner = ownerBy(this.#state, row);
      if (owner) this.#announcer.noteOwner(owner);
    }
  }

  /** Once, unless the agent stops before. */
  #later(ms: number, what: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      what();
    }, ms);
    this.#timers.add(timer);
  }
}
