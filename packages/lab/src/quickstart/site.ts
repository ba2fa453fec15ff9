import { join } from 'node:path';
import type { Result, RunOptions } from '../lab/command.ts';
import type { Daemon } from '../lab/daemon.ts';
import { Lab } from '../lab/lab.ts';
import { agentCommand, commandOf } from '../programs.ts';
import { TOPOLOGY } from './demo.ts';

const READY_TIMEOUT_MS = 30_000;

export interface SiteOptions {
  /** `sqlite:…` or `mysql://…`; a file that ends with the lab unless given. */
  readonly database: string | undefined;
  /** Where vnapi serves: `127.0.0.1:9090`. */
  readonly api: string;
}

/** The lab of the demonstration with VNet running in it: vnmgr and vnapi on the machine, one vna on each host. */
export class Site {
  readonly lab: Lab;
  readonly api: string;

  private constructor(lab: Lab, api: string) {
    this.lab = lab;
    this.api = api;
  }

  /**
   * Starts everything, one after the other.
   * @param tell is told about each step
   * @throws Error when one of the programs does not get ready; nothing is left running then
   */
  static async start(options: SiteOptions, tell: (step: string) => void): Promise<Site> {
    tell(
      'lab: three hypervisors, two in rack1, the third behind a router in rack2; six VMs; an edge host with a legacy switch',
    );
    const lab = await Lab.up(TOPOLOGY, { name: 'quickstart' });
    try {
      const site = new Site(lab, options.api);
      await site.#startPrograms(options, tell);
      return site;
    } catch (error) {
      await lab.down();
      throw error;
    }
  }

  /** Runs a command of vnctl. */
  async vnctl(args: readonly string[]): Promise<Result> {
    return this.#vnctl(args, {});
  }

  /** Whether the model has the resource that a command is about: `[noun, verb, uuid]`. */
  async knows([noun = '', , uuid = '']: readonly string[]): Promise<boolean> {
    const { code } = await this.#vnctl([noun, 'show', uuid], { anyExit: true });
    return code === 0;
  }

  /** Ends everything; nothing is left. */
  async close(): Promise<void> {
    await this.lab.down();
  }

  async #vnctl(args: readonly string[], options: RunOptions): Promise<Result> {
    return this.lab.machine.exec(commandOf('vnctl', ...args), { ...options, env: { VNET_WEBAPI: this.api } });
  }

  async #startPrograms({ database, api }: SiteOptions, tell: (step: string) => void): Promise<void> {
    const { lab } = this;
    const manager = `ipc://${join(lab.dir, 'vnmgr.sock')}`;
    const store = database ?? `sqlite:${join(lab.dir, 'vnet.db')}`;
    tell(`vnmgr: the model, in ${withoutPassword(store)}`);
    await ready(lab.machine.spawn('vnmgr', commandOf('vnmgr', '--database', store, '--listen', manager)));
    tell(`vnapi: REST, at http://${api}`);
    await ready(lab.machine.spawn('vnapi', commandOf('vnapi', '--manager', manager, '--listen', api)));
    tell('vna: one on each hypervisor');
    await Promise.all(
      lab.hosts.map(async (host) => {
        const stateDir = join(lab.dir, 'state', host.name);
        await ready(host.spawn('vna', agentCommand(host, { manager, stateDir })));
      }),
    );
  }
}

async function ready(daemon: Daemon): Promise<void> {
  await daemon.message('ready', { timeout: READY_TIMEOUT_MS });
}

function withoutPassword(database: string): string {
  return database.replace(/(:\/\/[^:/@]+):[^@]*@/, '$1:…@');
}
