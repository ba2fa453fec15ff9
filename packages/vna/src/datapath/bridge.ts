import { existsSync } from 'node:fs';
import { parseMac } from '@vnet/model';
import { OvsdbClient, type Operation } from '@vnet/ovsdb';
import type { Leg, Warning } from '../compile/emit.ts';
import type { Log } from '../log.ts';
import type { SeenPort } from '../state/tables.ts';
import { bondOf, bondOperations } from './bonds.ts';
import { createBridge, isOpen, prepareBridge, setDatapathId, setDatapathType } from './bridge-setup.ts';
import { FreshLinks } from './fresh-links.ts';
import { checkHostSettings } from './host-settings.ts';
import { legOperations, removeLeg, takenNames } from './leg-ports.ts';
import {
  DATABASE,
  MADE_BY_AGENT,
  MONITORED,
  TUNNEL,
  findBridge,
  interfacesOf,
  portOfInterface,
  portsOf,
  type BridgeMonitor,
  type BridgeRow,
  type InterfaceRow,
  type PortRow,
} from './bridge-tables.ts';

/** How long a new bridge may take to open its local port before its datapath type is given up. */
const PROBE_MS = 2_000;
const RETRY_MS = 1_000;
const PORT_TAKEN = 'the port of an internal interface is there, and not made by the agent';

export interface BridgeView {
  /** `0x` and 16 hexadecimal digits. */
  readonly dpid: string;
  readonly ports: readonly SeenPort[];
  /** Whether the agent made the bridge, so that its datapath id follows the record. */
  readonly made: boolean;
  /** Whether it is on the userspace datapath. */
  readonly userspace: boolean;
  /** Whether the switch is known by OpenFlow alone. */
  readonly remote: boolean;
}

export interface BridgeOptions {
  /** OVSDB endpoint, `unix:/path` or `tcp:host:port`. */
  readonly ovsdb: string;
  readonly name: string;
  readonly log: Log;
  /** The bridge stands and is prepared; called again at each change of its ports. */
  readonly onView: (view: BridgeView) => void;
  /** `flow-restore-wait` was lifted: the switch may have lost what was written before. */
  readonly onRestored: () => void;
}

/**
 * The agent's bridge in OVSDB: made where it is missing, prepared (datapath id and MAC pinned, protocols, fail mode, tunnel
 * port), and watched for its ports.
 */
export class Bridge {
  readonly #options: BridgeOptions;
  readonly #client: OvsdbClient;
  readonly #monitor: BridgeMonitor;
  readonly #portIds = new Map<string, number>();
  readonly #freshLinks = new FreshLinks(() => void this.#look());
  #nextPortId = 1;
  #legs: ReadonlyMap<string, Leg> | undefined;
  #taken: Warning | undefined;
  #busy = false;
  #again = false;
  #restoring = false;
  #hostChecked = false;
  #probe: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: BridgeOptions) {
    this.#options = options;
    this.#client = new OvsdbClient(options.ovsdb, { log: options.log });
    this.#monitor = this.#client.monitor(DATABASE, MONITORED, {
      changes: () => void this.#look(),
      up: () => {
        void this.#look();
      },
    });
  }

  /** Whether the ports last seen are those of the switch; false = the database is away. */
  get current(): boolean {
    return this.#monitor.current;
  }

  /** What is wrong now. */
  warnings(): readonly Warning[] {
    return this.#taken ? [this.#taken] : [];
  }

  /** The legs that the host has, once that is known: ports are made for them, and those of others that were made are removed. */
  setLegs(legs: ReadonlyMap<string, Leg>): void {
    this.#legs = legs;
    void this.#look();
  }

  /** Makes the port of a leg anew: it is removed, and found missing at the next look. */
  async remakeLeg(name: string): Promise<void> {
    const bridge = findBridge(this.#monitor, this.#options.name);
    if (!bridge || !this.#monitor.current || !this.#legs?.has(name)) return;
    if (takenNames(interfacesOf(this.#monitor, bridge), this.#legs).includes(name)) return;
    this.#options.log.info({ port: name }, 'the device of a leg is lost: its port is made anew');
    await this.#transact(removeLeg(bridge, portsOf(this.#monitor, bridge), name));
  }

  /** Gives a bridge that the agent made the datapath id of its record. */
  async adopt(dpid: string): Promise<void> {
    const bridge = findBridge(this.#monitor, this.#options.name);
    if (!bridge?.external_ids.has(MADE_BY_AGENT) || bridge.other_config.get('datapath-id') === dpid.slice(2)) return;
    this.#options.log.info({ bridge: bridge.name, dpid }, 'taking the datapath id of the record');
    await this.#transact(setDatapathId(bridge, dpid));
  }

  close(): void {
    this.#freshLinks.close();
    clearTimeout(this.#probe);
    clearTimeout(this.#retry);
    this.#client.close();
  }

  /** Looks at the database as it is now and does what is missing. One look at a time. */
  async #look(): Promise<void> {
    if (!this.#monitor.current) return;
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#again) {
        this.#again = false;
        await this.#lookOnce();
      }
    } catch (error) {
      this.#options.log.error({ error: String(error) }, 'the bridge could not be prepared; trying again');
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => void this.#look(), RETRY_MS);
    } finally {
      this.#busy = false;
    }
  }

  async #lookOnce(): Promise<void> {
    const { name, log } = this.#options;
    this.#watchRestore();
    const bridge = findBridge(this.#monitor, name);
    if (!bridge) {
      const type = existsSync('/sys/module/openvswitch') ? 'system' : 'netdev';
      log.info({ bridge: name, datapath_type: type }, 'making the bridge');
      await this.#transact(createBridge(name, type));
      return;
    }
    const interfaces = interfacesOf(this.#monitor, bridge);
    this.#probeType(bridge, interfaces);
    if (!isOpen(bridge, interfaces)) return;
    const ports = portsOf(this.#monitor, bridge);
    const operations = [
      ...prepareBridge(bridge, interfaces),
      ...this.#legOperations(bridge, interfaces),
      ...bondOperations(ports),
    ];
    if (operations.length > 0) {
      log.info({ bridge: name, steps: operations.length }, 'preparing the bridge');
      await this.#transact(operations);
      return;
    }
    if (bridge.datapath_id === undefined) return;
    if (!this.#hostChecked) checkHostSettings(bridge.datapath_type === 'netdev' ? 'netdev' : 'system', log);
    this.#hostChecked = true;
    this.#freshLinks.retain(new Set(interfaces.map(({ _uuid }) => _uuid.uuid)));
    this.#options.onView({
      dpid: `0x${bridge.datapath_id}`,
      made: bridge.external_ids.has(MADE_BY_AGENT),
      userspace: bridge.datapath_type === 'netdev',
      remote: false,
      ports: interfaces.map((each) => this.#port(each, portOfInterface(ports, each))),
    });
  }

  #legOperations(bridge: BridgeRow, interfaces: readonly InterfaceRow[]): readonly Operation[] {
    if (!this.#legs) return [];
    const ports = takenNames(interfaces, this.#legs).join(', ');
    if (ports === '') this.#taken = undefined;
    else if (ports !== this.#taken?.details['ports']) {
      const remedy = 'ovs-vsctl del-port NAME, or give the interface another port name';
      this.#taken = { message: PORT_TAKEN, details: { ports, remedy } };
      this.#options.log.warn(this.#taken.details, PORT_TAKEN);
    }
    return legOperations(bridge, interfaces, portsOf(this.#monitor, bridge), this.#legs);
  }

  async #transact(operations: readonly Operation[]): Promise<void> {
    await this.#client.transact(DATABASE, operations);
  }

  /** `datapath_types` lists `system` even where the kernel module is missing: only an opened port proves it. */
  #probeType(bridge: BridgeRow, interfaces: readonly InterfaceRow[]): void {
    const opened = interfaces.some((each) => each.name === bridge.name && each.ofport !== undefined);
    if (opened || !bridge.external_ids.has(MADE_BY_AGENT) || bridge.datapath_type === 'netdev') {
      clearTimeout(this.#probe);
      this.#probe = undefined;
      return;
    }
    this.#probe ??= setTimeout(() => {
      this.#probe = undefined;
      this.#options.log.warn({ bridge: bridge.name }, 'the kernel datapath does not open the bridge; using netdev');
      this.#transact(setDatapathType(bridge, 'netdev')).catch((error: unknown) =>
        this.#options.log.error({ error: String(error) }, 'the datapath type could not be changed'),
      );
    }, PROBE_MS);
  }

  #watchRestore(): void {
    const [root] = this.#monitor.rows('Open_vSwitch').values();
    const restoring = root?.other_config.get('flow-restore-wait') === 'true';
    if (this.#restoring && !restoring) this.#options.onRestored();
    this.#restoring = restoring;
  }

  #port(face: InterfaceRow, port: PortRow | undefined): SeenPort {
    const claim = face._uuid.uuid;
    let id = this.#portIds.get(claim);
    if (id === undefined) this.#portIds.set(claim, (id = this.#nextPortId++));
    const link_up = face.link_state !== 'down';
    const bond = bondOf(port, face.name);
    const isAsking = bond.lacp !== null && this.#freshLinks.isFresh(claim, link_up);
    const opened = face.ofport !== undefined && face.ofport > 0 && face.ofport < 0xff00;
    return {
      id,
      name: face.name,
      ofport: opened ? face.ofport : null,
      claim,
      vnet_interface: face.external_ids.get('vnet-interface') ?? null,
      iface_id: face.external_ids.get('iface-id') ?? null,
      uplink: face.external_ids.get('vnet-uplink') === 'true',
      role: face.name === this.#options.name ? 'local' : face.name === TUNNEL.name ? 'tunnel' : 'plain',
      mac: (face.mac_in_use === undefined ? undefined : parseMac(face.mac_in_use)) ?? null,
      link_up,
      ...bond,
      lacp_current: face.lacp_current === true ? (isAsking ? null : true) : false,
      error: face.error ?? null,
    };
  }
}
