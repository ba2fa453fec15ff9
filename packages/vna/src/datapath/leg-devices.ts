import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { formatMac } from '@vnet/packet';
import type { Leg } from '../compile/emit.ts';
import type { Log } from '../log.ts';

const execute = promisify(execFile);
const NETNS_DIR = '/run/netns';
const RETRY_MS = 2_000;

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

/**
 * The devices of the host's legs: moved into their namespaces, up, with MAC, MTU and exactly the IPv4 addresses of their
 * leases. What cannot be done yet (the namespace is missing, the switch has not made the device) is tried again.
 */
export class LegDevices {
  readonly #log: Log;
  #legs: ReadonlyMap<string, Leg> = new Map();
  /** The userspace datapath leaves checksums as they are: the kernel has to compute them. */
  #userspace = false;
  #running = false;
  #again = false;
  #retry: NodeJS.Timeout | undefined;
  readonly #problems = new Map<string, string>();
  #closed = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Looks at all devices again; called at each change of the legs, and of the bridge's ports. */
  update(legs: ReadonlyMap<string, Leg>, userspace: boolean): void {
    this.#legs = legs;
    this.#userspace = userspace;
    for (const name of this.#problems.keys()) if (!legs.has(name)) this.#problems.delete(name);
    this.#again = true;
    if (!this.#running) void this.#run();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
  }

  async #run(): Promise<void> {
    this.#running = true;
    clearTimeout(this.#retry);
    let failed = false;
    while (this.#again && !this.#closed) {
      this.#again = false;
      failed = false;
      for (const leg of this.#legs.values()) failed = !(await this.#configure(leg)) || failed;
    }
    this.#running = false;
    if (failed && !this.#closed) {
      this.#retry = setTimeout(() => this.update(this.#legs, this.#userspace), RETRY_MS);
    }
  }

  async #configure(leg: Leg): Promise<boolean> {
    try {
      if (leg.netns !== null && !existsSync(join(NETNS_DIR, leg.netns))) {
        throw new Error(`there is no network namespace ${leg.netns}: ip netns add ${leg.netns}`);
      }
      const outside = existsSync(join('/sys/class/net', leg.name));
      if (outside && leg.netns !== null) await removeLeftover(leg.name, leg.netns);
      const known = leg.netns === null || !outside ? await addressesOf(leg) : [];
      for (const command of deviceCommands(leg, { outside, addresses: known })) await execute('ip', [...command]);
      if (this.#userspace) await withoutOffload(leg);
      this.#problems.delete(leg.name);
      return true;
    } catch (error) {
      this.#report(leg, error);
      return false;
    }
  }

  /** Each problem once. */
  #report({ name, interface: uuid, netns }: Leg, error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    if (this.#problems.get(name) === text) return;
    this.#problems.set(name, text);
    this.#log.warn({ port: name, interface: uuid, netns, error: text }, 'a leg of the host is not ready; trying again');
  }
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
