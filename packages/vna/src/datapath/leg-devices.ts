import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { formatMac } from '@vnet/packet';
import type { Leg, Warning } from '../compile/emit.ts';
import type { Log } from '../log.ts';

const execute = promisify(execFile);
const NETNS_DIR = '/run/netns';
const WATCH_MS = 2_000;
const SETTLE_MS = 1_000;
const SETTLE_STEP_MS = 10;

/** What has to be run for a device to be as its leg says; pure. */
export interface DeviceState {
  /** Whether the device is where the agent is, and not yet in its namespace. */
  readonly outside: boolean;
  /** IPv4 addresses that it has, `10.0.0.1/24`. */
  readonly addresses: readonly string[];
}

/** Arguments of `ip`, command by command, that make a device what its leg says; with its namespace before them. */
export function deviceCommands(leg: Leg, { outside, addresses }: DeviceState): readonly (readonly string[])[] {
  const { name, netns, mac, mtu } = leg;
  const inside = netns === null ? [] : ['-n', netns];
  const device = ['dev', name];
  return [
    ...(outside && netns !== null ? [['link', 'set', ...device, 'netns', netns]] : []),
    [...inside, 'link', 'set', ...device, 'address', formatMac(mac), 'mtu', String(mtu), 'up'],
    // First, because Linux takes the further addresses of a subnet away with its first.
    ...addresses
      .filter((address) => !leg.addresses.includes(address))
      .map((address) => [...inside, 'address', 'del', address, ...device]),
    ...leg.addresses.map((address) => [...inside, 'address', 'replace', address, ...device]),
  ];
}

/** What the bridge says of the ports that legs are at. */
export interface LegBridge {
  /** The userspace datapath leaves checksums as they are: the kernel has to compute them. */
  readonly userspace: boolean;
  /** Names of the ports that the switch has opened. */
  readonly opened: ReadonlySet<string>;
}

export interface LegDevicesOptions {
  readonly log: Log;
  /** The switch has opened the port, and its device is nowhere: it went with its namespace, and does not come back by itself. */
  readonly onLost: (name: string) => void;
}

/** A problem with a remedy, for people. */
class LegProblem extends Error {
  readonly remedy: string;
  /** It may be over in a moment: not worth a word yet. */
  readonly isFresh: boolean;

  constructor(message: string, remedy: string, isFresh = false) {
    super(message);
    this.remedy = remedy;
    this.isFresh = isFresh;
  }
}

const NOT_READY = 'a leg of the host is not ready; trying again';

/**
 * The devices of the host's legs: moved into their namespaces, up, with MAC, MTU and exactly the IPv4 addresses of their
 * leases. What cannot be done yet (the namespace is missing, the switch has not made the device) is tried again; and every
 * few seconds it is looked whether the namespaces are still the same.
 */
export class LegDevices {
  readonly #options: LegDevicesOptions;
  #legs: ReadonlyMap<string, Leg> = new Map();
  #bridge: LegBridge = { userspace: false, opened: new Set() };
  #running = false;
  #again = false;
  #timer: NodeJS.Timeout | undefined;
  /** By device: which place it was made ready in. */
  readonly #places = new Map<string, string>();
  readonly #problems = new Map<string, Warning>();
  /** Devices that were nowhere at the last look. */
  readonly #missing = new Set<string>();
  /** Legs whose devices are ready, or of which it is said why not. */
  readonly #tried = new WeakSet<Leg>();
  #closed = false;

  constructor(options: LegDevicesOptions) {
    this.#options = options;
  }

  /** Looks at all devices again; called at each change of the legs, and of the bridge's ports. */
  update(legs: ReadonlyMap<string, Leg>, bridge: LegBridge): void {
    this.#legs = legs;
    this.#bridge = bridge;
    for (const known of [this.#problems, this.#places, this.#missing]) {
      for (const name of known.keys()) if (!legs.has(name)) known.delete(name);
    }
    this.#look();
  }

  /** Resolves when these legs are ready or it is said why not; after a second in any case. */
  async settled(legs: Iterable<Leg>): Promise<void> {
    const waiting = [...legs];
    const until = performance.now() + SETTLE_MS;
    while (!this.#closed && performance.now() < until && !waiting.every((leg) => this.#tried.has(leg))) {
      await delay(SETTLE_STEP_MS);
    }
  }

  /** What is wrong now. */
  warnings(): readonly Warning[] {
    return [...this.#problems.values()];
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #look(): void {
    this.#again = true;
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    clearTimeout(this.#timer);
    while (this.#again && !this.#closed) {
      this.#again = false;
      for (const leg of this.#legs.values()) await this.#configure(leg);
    }
    this.#running = false;
    if (this.#legs.size > 0) this.#watch();
  }

  #watch(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      const isAsItWas = [...this.#legs.values()].every((leg) => {
        const place = placeOf(leg);
        return place !== undefined && place === this.#places.get(leg.name);
      });
      if (isAsItWas) this.#watch();
      else this.#look();
    }, WATCH_MS);
  }

  async #configure(leg: Leg): Promise<void> {
    const { name, netns } = leg;
    const place = placeOf(leg);
    this.#places.delete(name);
    try {
      if (netns !== null && !existsSync(join(NETNS_DIR, netns))) {
        throw new LegProblem(`there is no network namespace ${netns}`, `ip netns add ${netns}`);
      }
      const outside = existsSync(join('/sys/class/net', name));
      if (!outside && (netns === null || !(await isInside(name, netns)))) this.#miss(leg);
      this.#missing.delete(name);
      if (outside && netns !== null) await removeLeftover(name, netns);
      const known = netns === null || !outside ? await addressesOf(leg) : [];
      for (const command of deviceCommands(leg, { outside, addresses: known })) await execute('ip', [...command]);
      if (this.#bridge.userspace) await withoutOffload(leg);
      if (place !== undefined) this.#places.set(name, place);
      if (this.#problems.delete(name))
        this.#options.log.info({ port: name, interface: leg.interface }, 'a leg of the host is ready');
    } catch (error) {
      if (error instanceof LegProblem && error.isFresh) return;
      this.#report(leg, error);
    }
    this.#tried.add(leg);
  }

  /** The first time it is waited for: the switch may be making it just now. @throws LegProblem */
  #miss({ name, netns }: Leg): never {
    const isOpen = this.#bridge.opened.has(name);
    const isNew = !this.#missing.delete(name);
    if (isNew) this.#missing.add(name);
    else if (isOpen) this.#options.onLost(name);
    throw new LegProblem(
      `there is no device ${name} ${netns === null ? 'on the host' : `in the namespace ${netns}`}`,
      isOpen
        ? 'none: its port is made anew'
        : `see why the switch has not opened the port: ovs-vsctl list interface ${name}`,
      isNew,
    );
  }

  /** Each problem once. */
  #report({ name, interface: uuid, netns }: Leg, error: unknown): void {
    const text = error instanceof Error ? error.message.trim() : String(error);
    const remedy = error instanceof LegProblem ? error.remedy : 'see that the agent runs as root, with ip and ethtool';
    if (this.#problems.get(name)?.details['error'] === text) return;
    const details = { port: name, interface: uuid, netns, error: text, remedy };
    this.#problems.set(name, { message: NOT_READY, details });
    this.#options.log.warn(details, NOT_READY);
  }
}

/** Where a device is to be: another place when its namespace is made again, none when that is missing. */
function placeOf({ name, netns }: Leg): string | undefined {
  const path = netns === null ? join('/sys/class/net', name) : join(NETNS_DIR, netns);
  // The number of a namespace may be used again, but not at the same time.
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${path} ${found.dev} ${found.ino} ${netns === null ? '' : found.ctimeMs}`;
}

async function isInside(name: string, netns: string): Promise<boolean> {
  return execute('ip', ['-n', netns, 'link', 'show', 'dev', name]).then(
    () => true,
    () => false,
  );
}

/** The IPv4 addresses of a device, where it is to be. @throws when it is not there */
async function addressesOf({ name, netns }: Leg): Promise<readonly string[]> {
  const inside = netns === null ? [] : ['-n', netns];
  const { stdout } = await execute('ip', [...inside, '-j', '-4', 'address', 'show', 'dev', name]);
  const links = JSON.parse(stdout) as { addr_info?: { local: string; prefixlen: number }[] }[];
  return links.flatMap(({ addr_info = [] }) => addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`));
}

/** A switch on the userspace datapath that was killed leaves its device behind, and makes another one. */
async function removeLeftover(name: string, netns: string): Promise<void> {
  await execute('ip', ['-n', netns, 'link', 'delete', 'dev', name]).catch(() => undefined);
}

async function withoutOffload({ name, netns }: Leg): Promise<void> {
  const command = ['ethtool', '-K', name, 'tx', 'off'];
  const [program, ...args] = netns === null ? command : ['ip', 'netns', 'exec', netns, ...command];
  await execute(program!, args);
}
