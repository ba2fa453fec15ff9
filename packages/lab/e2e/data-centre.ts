import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { agentCommand, commandOf, Lab, type Host, type Result, type TopologyInput } from '../src/index.ts';
import { api, type Body } from './api.ts';
import { mac } from './frames.ts';
import { modelOf } from './model.ts';
import { Program, type LogLine } from './program.ts';
import type { Tenants } from './tenants.ts';
import { until } from './until.ts';

export interface DataCentreOptions {
  readonly topology: TopologyInput;
  readonly tenants: Tenants;
  /** URL for vnmgr; a new SQLite file unless given. */
  readonly database?: string;
  /** Hosts whose agent starts with the data centre; all unless given. */
  readonly agents?: readonly string[];
  /** Where vnmgr listens for the agents, in the namespace of the server `manager`; a socket file unless given. */
  readonly listen?: string;
  /** A second vnmgr on the same database, which everybody knows and asks first; it stands by. */
  readonly standby?: boolean;
  /** Directories of keys by program: `vnmgr`, `vnapi`, and the agents by the name of their host. */
  readonly keys?: Readonly<Record<string, string>>;
}

export interface Ping {
  readonly sent: number;
  readonly received: number;
  readonly output: string;
}

/** A lab in which VNet runs: vnmgr, vnapi, a vna on each host, and a model of hosts and tenants. */
export class DataCentre implements AsyncDisposable {
  readonly lab: Lab;
  readonly tenants: Tenants;
  readonly vnmgr: Program;
  /** Runs only with the option of this name. */
  readonly standby: Program;
  readonly vnapi: Program;
  readonly #options: DataCentreOptions;
  readonly #agents: ReadonlyMap<string, Program>;
  #apiAddress = '';

  private constructor(lab: Lab, options: DataCentreOptions) {
    this.lab = lab;
    this.tenants = options.tenants;
    this.#options = options;
    const place = options.listen === undefined ? lab.machine : lab.node('manager');
    this.vnmgr = new Program(() => place.spawn('vnmgr', this.#vnmgrCommand()));
    this.standby = new Program(() => lab.machine.spawn('standby', this.#standbyCommand()));
    this.vnapi = new Program(() => lab.machine.spawn('vnapi', this.#vnapiCommand()));
    this.#agents = new Map(
      lab.hosts.map((host) => [host.name, new Program(() => host.spawn('vna', this.vnaCommand(host.name)))]),
    );
  }

  /** Brings everything up; when the promise settles, every agent has everything in its switch. */
  static async up(options: DataCentreOptions): Promise<DataCentre> {
    const lab = await Lab.up(options.topology);
    try {
      const centre = new DataCentre(lab, options);
      await centre.#start();
      return centre;
    } catch (error) {
      await lab.down();
      throw error;
    }
  }

  /** Where the agents find vnmgr. */
  get manager(): string {
    return [...this.#standbySockets, this.#options.listen ?? this.#socket].join(',');
  }

  get #socket(): string {
    return `ipc://${join(this.lab.dir, 'vnmgr.sock')}`;
  }

  get #standbySockets(): readonly string[] {
    return this.#options.standby === true ? [`ipc://${join(this.lab.dir, 'standby.sock')}`] : [];
  }

  agent(host: string): Program {
    const agent = this.#agents.get(host);
    if (!agent) throw new RangeError(`"${host}" is no host of this data centre`);
    return agent;
  }

  stateDir(host: string): string {
    return join(this.lab.dir, 'state', host);
  }

  /** Waits until an agent has written down the last revision that it has said to have. */
  async saved(host: string): Promise<void> {
    const synced = (await this.agent(host).lines()).filter(({ msg }) => msg === 'synced');
    const revision = Number(synced.at(-1)?.['revision']);
    const file = join(this.stateDir(host), 'model.json');
    await until(async () => {
      const text = await readFile(file, 'utf8').catch(() => '{}');
      const { held } = JSON.parse(text) as { held?: { revision: number } };
      return (held?.revision ?? -1) >= revision;
    }, `${file} has revision ${revision}`);
  }

  /** The command that starts an agent; further options are put behind and override. */
  vnaCommand(host: string, ...further: readonly string[]): readonly string[] {
    const where = { manager: this.manager, stateDir: this.stateDir(host) };
    return agentCommand(this.lab.host(host), where, ...this.#keysOf(host), ...further);
  }

  /** @throws ApiError unless the answer is a success */
  async api(method: string, path: string, body?: Body): Promise<Body> {
    return api(this.#apiAddress, method, path, body);
  }

  /** @throws CommandError when it does not exit with 0 */
  async vnctl(...args: readonly string[]): Promise<Result> {
    return this.lab.machine.exec(commandOf('vnctl', ...args), { env: { VNET_WEBAPI: this.#apiAddress } });
  }

  /** The flows of a host's bridge, one on each line, as `ovs-ofctl` shows them. */
  async flows(host: string, match = ''): Promise<readonly string[]> {
    const dump = await this.lab.host(host).ofctl('dump-flows', ...(match === '' ? [] : [match]));
    return dump.split('\n').filter((line) => line.includes('cookie='));
  }

  /** The MAC that is reserved for a host in a tenant's network (`datapath_networks`), by what the host takes from peers. */
  async datapathMac(host: string, tenant: string): Promise<number> {
    const { id } = await this.api('GET', `networks/nw-${tenant}`);
    const end = new RegExp(
      `dl_dst=(\\S+) actions=set_field:ff:ff:ff:ff:ff:ff->eth_dst,write_metadata:0x${Number(id).toString(16)}/`,
    );
    const [found] = (await this.flows(host, 'table=10')).flatMap((flow) => end.exec(flow)?.[1] ?? []);
    if (found === undefined) throw new Error(`${host} takes no floods for nw-${tenant} from neighbours`);
    return mac(found);
  }

  /** Pings a few times, a tenth of a second apart. */
  async ping(
    from: string,
    address: string,
    options: { count?: number; extra?: readonly string[] } = {},
  ): Promise<Ping> {
    const { count = 1, extra = [] } = options;
    const argv = ['ping', '-n', '-i', '0.1', '-W', '1', '-c', String(count), ...extra, address.split('/')[0]!];
    const { stdout } = await this.lab.exec(from, argv, { anyExit: true });
    return { ...pingCounts(stdout), output: stdout };
  }

  /** Waits until one machine reaches an address, and says how long that took, in milliseconds. */
  async reachedAfter(from: string, address: string, timeout?: number): Promise<number> {
    const start = performance.now();
    const what = `${from} reaches ${address}`;
    await until(async () => (await this.ping(from, address, { extra: ['-W', '0.1'] })).received > 0, what, timeout);
    return performance.now() - start;
  }

  async reaches(from: string, address: string): Promise<boolean> {
    return (await this.ping(from, address)).received === 1;
  }

  /** Gives the VMs the MTU that the API says their network has. */
  async setMtus(): Promise<void> {
    for (const [tenant, vms] of Object.entries(this.tenants)) {
      const { mtu } = await this.api('GET', `networks/nw-${tenant}`);
      await Promise.all(vms.map((vm) => this.lab.vm(vm).setMtu(Number(mtu))));
    }
  }

  /**
   * Starts vnmgr again and waits until every agent that runs has had its answer from it.
   * @returns what each agent said about it: `msg` is `resumed` or `snapshot`
   */
  async startManager(): Promise<ReadonlyMap<string, LogLine>> {
    const running = [...this.#agents].filter(([, agent]) => agent.running);
    const marks = await Promise.all(running.map(async ([, agent]) => agent.mark()));
    await this.vnmgr.start();
    const greetings = running.map(async ([host, agent], index) => {
      const line = await agent.message(({ msg }) => msg === 'resumed' || msg === 'snapshot', { after: marks[index]! });
      return [host, line] as const;
    });
    return new Map(await Promise.all(greetings));
  }

  /** Waits until every agent that runs has in its switch where all machines are, and whatever else was changed. */
  async settled(): Promise<void> {
    const running = this.lab.hosts.filter(({ name }) => this.agent(name).running);
    await Promise.all(running.map((host) => this.#knowsAll(host, running)));
    for (const tenant of Object.keys(this.tenants)) {
      const { uuid } = await this.api('PUT', `networks/nw-${tenant}?wait=flows&timeout=10`, { display_name: tenant });
      expect(uuid).toBe(`nw-${tenant}`);
    }
  }

  async down(): Promise<void> {
    await this.lab.down();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
  }

  /** Every host that has a network knows the MACs of all its machines that are on running hosts. */
  async #knowsAll(host: Host, running: readonly Host[]): Promise<void> {
    const names = new Set(running.map(({ name }) => name));
    const macs = Object.values(this.tenants).flatMap((names_) => {
      const vms = names_.map((name) => this.lab.vm(name)).filter((vm) => names.has(vm.host));
      return vms.some((vm) => vm.host === host.name) ? vms.map((vm) => vm.mac) : [];
    });
    let missing: readonly string[] = macs;
    await until(
      async () => {
        const known = (await this.flows(host.name, 'table=40')).join('\n');
        missing = macs.filter((each) => !known.includes(`dl_dst=${each}`));
        return missing.length === 0;
      },
      () => `${host.name} knows where ${missing.join(', ')} are`,
    );
  }

  async #start(): Promise<void> {
    await this.vnmgr.start();
    if (this.#options.standby === true) await this.standby.start();
    await this.vnapi.start();
    this.#apiAddress = String((await this.vnapi.message('ready'))['address']);
    for (const [path, body] of modelOf(this.lab, this.tenants)) await this.api('POST', path, body);
    const hosts = this.#options.agents ?? this.lab.hosts.map(({ name }) => name);
    await Promise.all(hosts.map((host) => this.agent(host).start()));
    await this.settled();
  }

  #vnmgrCommand(): readonly string[] {
    return this.#managerCommand([this.#socket, ...(this.#options.listen === undefined ? [] : [this.#options.listen])]);
  }

  #standbyCommand(): readonly string[] {
    return this.#managerCommand(this.#standbySockets);
  }

  #managerCommand(endpoints: readonly string[]): readonly string[] {
    const { database = `sqlite:${join(this.lab.dir, 'vnet.db')}` } = this.#options;
    const listen = endpoints.flatMap((endpoint) => ['--listen', endpoint]);
    return commandOf('vnmgr', '--database', database, ...listen, ...this.#keysOf('vnmgr'));
  }

  #vnapiCommand(): readonly string[] {
    return commandOf(
      'vnapi',
      '--manager',
      [...this.#standbySockets, this.#socket].join(','),
      '--listen',
      '127.0.0.1:0',
      ...this.#keysOf('vnapi'),
    );
  }

  #keysOf(program: string): readonly string[] {
    const dir = this.#options.keys?.[program];
    return dir === undefined ? [] : ['--keys', dir];
  }
}

/** `3 packets transmitted, 2 received, …` */
export function pingCounts(output: string): { sent: number; received: number } {
  const counts = /(\d+) packets transmitted, (\d+) received/.exec(output);
  if (!counts) throw new Error(`ping did not say what it counted: ${output}`);
  return { sent: Number(counts[1]), received: Number(counts[2]) };
}
