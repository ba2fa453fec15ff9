import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { hostDpid, hostMac, NIC, planLab, portOf, vmMac, type NodePlan, type Plan } from '../plan/plan.ts';
import { nodeScript, switchPaths, wiringBatch } from '../plan/scripts.ts';
import { checkTopology } from '../topology/read.ts';
import type { Topology, TopologyInput } from '../topology/schema.ts';
import { run, type Result, type RunOptions } from './command.ts';
import type { Daemon, DaemonOptions } from './daemon.ts';
import { Host } from './host.ts';
import { endLab, endOrphans, Keeper } from './keeper.ts';
import { Node, type Surroundings } from './node.ts';
import { OvsNode } from './ovs-node.ts';
import { startOf } from './processes.ts';
import { claimName, readRecord, recordDir, writeRecord, type LabRecord } from './registry.ts';
import { Vm } from './vm.ts';

export interface LabOptions {
  /** Name on this machine, 1 to 12 characters a-z, 0-9; a random one unless given. */
  readonly name?: string;
  /** Directory for the switches' files and the logs, which is left in place; unless given, one that ends with the lab. */
  readonly dir?: string;
  /** The lab outlives this process and stays until `down`. */
  readonly detached?: boolean;
}

const LAB_NAME = /^[a-z0-9]{1,12}$/;

/** A data centre in one machine: namespaces for hosts, VMs, segments and routers, and an Open vSwitch on each host. */
export class Lab {
  readonly id: string;
  /** Directory with the switches' files (`hosts/<name>/`) and the logs (`logs/`). */
  readonly dir: string;
  /** The machine itself, for programs that run in no namespace. They end with the lab as all others do. */
  readonly machine: Node;
  readonly #nodes: ReadonlyMap<string, Node>;
  #record: LabRecord;
  readonly #keeper: Keeper | undefined;

  private constructor(record: LabRecord, keeper: Keeper | undefined) {
    this.id = record.id;
    this.dir = record.dir;
    this.#record = record;
    this.#keeper = keeper;
    const plan = planLab(record.topology);
    this.machine = new Node('machine', this.#surroundings(undefined));
    this.#nodes = new Map(plan.nodes.map((node) => [node.name, this.#createNode(node)]));
  }

  /**
   * Builds a lab. It ends with `down`, and by itself when this process ends in whatever way (unless `detached`).
   * @throws TopologyError when the topology is wrong
   * @throws NameTakenError when a lab of this name is up
   */
  static async up(input: TopologyInput, options: LabOptions = {}): Promise<Lab> {
    const topology = checkTopology(input);
    const id = options.name ?? randomBytes(4).toString('hex');
    if (!LAB_NAME.test(id)) throw new RangeError(`name: "${id}" is not 1 to 12 characters a-z, 0-9`);
    await endOrphans();
    claimName(id);
    const owner = options.detached ? null : { pid: process.pid, started: startOf(process.pid)! };
    const record: LabRecord = { id, dir: options.dir ?? recordDir(id), owner, topology };
    const keeper = options.detached ? undefined : new Keeper(record);
    try {
      writeRecord(record);
      const lab = new Lab(record, keeper);
      await lab.#build(planLab(topology));
      return lab;
    } catch (error) {
      await (keeper ? keeper.endLab() : endLab(record));
      throw error;
    }
  }

  /**
   * Takes hold of a lab that is up.
   * @throws Error when there is none of this name
   */
  static attach(id: string): Lab {
    const record = readRecord(id);
    if (!record) throw new Error(`No lab named "${id}" is up; \`lab list\` shows those that are`);
    return new Lab(record, undefined);
  }

  get topology(): Topology {
    return this.#record.topology;
  }

  get nodes(): readonly Node[] {
    return [...this.#nodes.values()];
  }

  get hosts(): readonly Host[] {
    return this.nodes.filter((node) => node instanceof Host);
  }

  get vms(): readonly Vm[] {
    return this.nodes.filter((node) => node instanceof Vm);
  }

  /** @throws RangeError when there is no node of this name */
  node(name: string): Node {
    const node = this.#nodes.get(name);
    if (!node) throw new RangeError(`"${name}" is not in this lab; known are: ${[...this.#nodes.keys()].join(', ')}`);
    return node;
  }

  host(name: string): Host {
    const node = this.node(name);
    if (!(node instanceof Host)) throw new RangeError(`"${name}" is not a host`);
    return node;
  }

  vm(name: string): Vm {
    const node = this.node(name);
    if (!(node instanceof Vm)) throw new RangeError(`"${name}" is not a VM`);
    return node;
  }

  /** Runs a command in the namespace of a node: see `Node.exec`. */
  async exec(node: string, argv: readonly string[], options?: RunOptions): Promise<Result> {
    return this.node(node).exec(argv, options);
  }

  /** Starts a program in the namespace of a node: see `Node.spawn`. */
  spawn(node: string, name: string, argv: readonly string[], options?: DaemonOptions): Daemon {
    return this.node(node).spawn(name, argv, options);
  }

  /** Takes the VM's port off the bridge of its host. */
  async unplug(vm: string): Promise<void> {
    const { port, host } = this.vm(vm);
    await this.host(host).vsctl('del-port', port);
  }

  /** Puts the VM's port, which is on no bridge, on the bridge of a host: the one where the VM was unless given. */
  async plug(vm: string, to?: string): Promise<void> {
    const machine = this.vm(vm);
    const target = this.host(to ?? machine.host);
    await machine.carryTo(target, this.host(machine.host));
    await target.vsctl('add-port', target.bridge, machine.port);
    const { topology } = this.#record;
    const vms = { ...topology.vms, [vm]: { ...topology.vms[vm]!, host: target.name } };
    this.#record = { ...this.#record, topology: { ...topology, vms } };
    writeRecord(this.#record);
  }

  /** Moves a VM to another host, as a live migration does: its own device, address and connections stay. */
  async move(vm: string, to: string): Promise<void> {
    this.host(to);
    await this.unplug(vm);
    await this.plug(vm, to);
  }

  /**
   * Cuts a node's line to a segment: nothing passes any more.
   * `carrier`: the node goes on seeing a carrier, as behind a switch that fails in silence.
   */
  async cut(node: string, options: { segment?: string; carrier?: boolean } = {}): Promise<void> {
    const change = options.carrier ? 'nomaster' : 'down';
    await this.#line(node, options.segment).exec(['ip', 'link', 'set', node, change]);
  }

  /** Mends what `cut` has cut. */
  async heal(node: string, options: { segment?: string } = {}): Promise<void> {
    await this.#line(node, options.segment).exec(['ip', 'link', 'set', node, 'master', 'br0', 'up']);
  }

  /** Ends every process of the lab and removes it; when the promise settles nothing of it is left. */
  async down(): Promise<void> {
    await (this.#keeper ? this.#keeper.endLab() : endLab(this.#record));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
  }

  /** The segment in which the line of a node ends. */
  #line(node: string, segment: string | undefined): Node {
    const { hosts, servers, routers } = this.topology;
    const segments = routers[node] ? Object.keys(routers[node]) : [(hosts[node] ?? servers[node])?.segment ?? ''];
    const chosen = segment ?? (segments.length === 1 ? segments[0]! : '');
    if (!segments.includes(chosen)) throw new RangeError(`"${node}" is on ${segments.join(', ')}; name one as segment`);
    return this.node(chosen);
  }

  #namespaceOf(node: string): string {
    return `vnet-${this.id}-${node}`;
  }

  #surroundings(node: string | undefined): Surroundings {
    const namespace = node === undefined ? undefined : this.#namespaceOf(node);
    return { labId: this.id, namespace, logDir: join(this.dir, 'logs') };
  }

  #runDir(node: string): string {
    return join(this.dir, 'hosts', node);
  }

  #createNode({ name, kind, bridge }: NodePlan): Node {
    const { topology } = this;
    const surroundings = this.#surroundings(name);
    if (kind === 'vm')
      return new Vm(name, surroundings, portOf(topology, name), vmMac(topology, name), topology.vms[name]!);
    if (!bridge) return new Node(name, surroundings);
    const host = topology.hosts[name];
    if (!host) return new OvsNode(name, surroundings, this.#runDir(name), bridge);
    const identity = { ...host, mac: hostMac(topology, name), dpid: hostDpid(topology, name) };
    return new Host(name, surroundings, this.#runDir(name), bridge, NIC, identity);
  }

  async #build(plan: Plan): Promise<void> {
    mkdirSync(join(this.dir, 'logs'), { recursive: true });
    await run(['ip', '-batch', '-'], { input: wiringBatch(plan, (node) => this.#namespaceOf(node)) });
    await Promise.all(
      plan.nodes.map(async (node) => {
        const script = nodeScript(node, switchPaths(this.#runDir(node.name)));
        await this.node(node.name).exec(['sh', '-s'], { input: script });
      }),
    );
  }
}
