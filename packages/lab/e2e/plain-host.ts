import { expect } from 'vitest';
import { agentCommand } from '../src/index.ts';
import { DataCentre, type DataCentreOptions } from './data-centre.ts';
import { Program } from './program.ts';
import { joinSegment } from './segments.ts';
import type { Abilities } from './strict-openflow.ts';
import { StrictSwitch } from './strict-switch.ts';
import type { Tenants } from './tenants.ts';
import { until } from './until.ts';

/** What `ovs-ofctl dump-flows` shows of things that OpenFlow 1.3 has not. */
export const EXTENSIONS =
  /resubmit|learn\(|load:|move:|NXM|NXOXM|OXM_OF_PKT|\bx*reg\d|\bct\(|ct_(state|zone|mark)|tun_(src|dst|ipv6|flags)|check_pkt|clone\(|controller\(.*id=|pkt_mark|tcp_flags|nw_frag|conjunction|multipath|bundle\(|note:|set_tunnel|NORMAL/;

export interface PlainOptions extends DataCentreOptions {
  /** The hosts whose switches speak plain OpenFlow 1.3 and dial their agents. */
  readonly plain: readonly string[];
  readonly abilities?: Abilities;
  readonly segments?: Tenants;
}

/** A host with a strict switch, and the agent that serves it over OpenFlow alone. */
export class PlainHost {
  readonly name: string;
  readonly strict: StrictSwitch;
  readonly agent: Program;
  readonly #centre: DataCentre;

  private constructor(centre: DataCentre, name: string, strict: StrictSwitch, agent: Program) {
    this.#centre = centre;
    this.name = name;
    this.strict = strict;
    this.agent = agent;
  }

  /** The switch dials; the agent is not started yet. */
  static async of(
    centre: DataCentre,
    name: string,
    abilities: Abilities = {},
    manager = centre.manager,
  ): Promise<PlainHost> {
    const host = centre.lab.host(name);
    const strict = await StrictSwitch.thatDials(host, abilities);
    const command = agentCommand(host, { manager, stateDir: centre.stateDir(name) }, ...strict.agentOptions);
    return new PlainHost(centre, name, strict, new Program(() => host.spawn('vna-plain', command)));
  }

  /** Starts the agent, and waits until the switch has what it is to have. */
  async start(): Promise<void> {
    await this.agent.launch();
    await this.agent.message('synced', { timeout: 20_000 });
  }

  /** All flows, as they stand in the switch. */
  async flows(): Promise<readonly string[]> {
    return this.#centre.flows(this.name);
  }

  /** No flow, group or message has been anything but OpenFlow 1.3. `probes`: see `StrictSwitch`. */
  async expectPlain(probes: readonly string[] = []): Promise<void> {
    expect(await this.strict.violations(probes), this.strict.log).toEqual([]);
    const flows = await this.flows();
    expect(flows.length).toBeGreaterThan(0);
    expect(flows.filter((flow) => EXTENSIONS.test(flow))).toEqual([]);
    expect(await this.#centre.lab.host(this.name).ofctl('dump-groups')).not.toMatch(EXTENSIONS);
  }

  async stop(): Promise<void> {
    if (this.agent.running) await this.agent.stop();
    await this.strict.stop();
  }
}

/** A data centre in which some hosts have a plain switch, with `enable_ovs_learn_action` false; all others are as ever. */
export async function upWithPlain(options: PlainOptions): Promise<{
  readonly centre: DataCentre;
  /** The first of them. */
  readonly plain: PlainHost;
  readonly plains: readonly PlainHost[];
}> {
  const { plain: names, abilities, segments = {}, ...rest } = options;
  const agents = Object.keys(options.topology.hosts ?? {}).filter((host) => !names.includes(host));
  const centre = await DataCentre.up({ ...rest, agents });
  try {
    for (const [segment, vms] of Object.entries(segments)) {
      await centre.api('POST', 'segments', { uuid: `seg-${segment}`, mode: 'virtual', topology_uuid: 'topo-over' });
      for (const vm of vms) await joinSegment(centre, segment, vm);
    }
    const plains: PlainHost[] = [];
    for (const name of names) {
      await centre.api('PUT', `datapaths/dp-${name}`, { enable_ovs_learn_action: false });
      const plain = await PlainHost.of(centre, name, abilities);
      await plain.start();
      plains.push(plain);
    }
    await plainSettled(centre, names, segments);
    return { centre, plain: plains[0]!, plains };
  } catch (error) {
    await centre.down();
    throw error;
  }
}

/** Every host that has a segment or network knows all its machines. */
async function plainSettled(centre: DataCentre, plains: readonly string[], segments: Tenants): Promise<void> {
  const domains = [...Object.values(centre.tenants), ...Object.values(segments)];
  for (const { name } of centre.lab.hosts) {
    const macs = domains.flatMap((names) => {
      const vms = names.map((vm) => centre.lab.vm(vm));
      return vms.some((vm) => vm.host === name) ? vms.map((vm) => vm.mac) : [];
    });
    let missing: readonly string[] = macs;
    await until(
      async () => {
        const known = (await centre.flows(name, plains.includes(name) ? '' : 'table=40')).join('\n');
        missing = macs.filter((mac) => !known.includes(`dl_dst=${mac}`));
        return missing.length === 0;
      },
      () => `${name} knows where ${missing.join(', ')} are`,
    );
  }
  await everywhere(centre, segments);
}

/** Waits until all switches have what the manager has. */
export async function everywhere(centre: DataCentre, segments: Tenants = {}): Promise<void> {
  const wait = 'wait=flows&timeout=10';
  for (const each of Object.keys(segments)) {
    await centre.api('PUT', `segments/seg-${each}?${wait}`, { mode: 'virtual' });
  }
  for (const each of Object.keys(centre.tenants)) {
    await centre.api('PUT', `networks/nw-${each}?${wait}`, { display_name: each });
  }
}
