import type { Lab } from '../lab/lab.ts';
import { Capture } from './capture.ts';
import { EXPECTATIONS, MACHINES, type DemoVm, type Expectation, type Transport } from './demo.ts';
import { Prober } from './prober.ts';
import { transportOf } from './transport.ts';

export interface Finding {
  readonly expectation: Expectation;
  readonly reachable: boolean;
  readonly transport?: Transport;
  /** Key of the GRE header. */
  readonly key?: string;
  /** Round-trip time, milliseconds. */
  readonly rtt?: number;
  /** How the other tenant was reached, when it was. */
  readonly leak?: string;
}

const PINGS = 3;
const ANSWER_TIMEOUT_MS = 3000;
/** How long to send what nobody is to answer. */
const UNANSWERED_MS = 300;
const SETTLE_TIMEOUT_MS = 3000;

/** First identifier of the echo requests; each ordered pair has its own, so that it is found again on the wire. */
const FIRST_ID = 20_000;

const BROADCAST_ADDRESS = '10.0.0.255';

/** Measures who reaches whom. Needs a lab in which all flows stand. */
export class Survey {
  readonly #lab: Lab;
  readonly #probers: ReadonlyMap<string, Prober>;
  readonly #uplinks: ReadonlyMap<string, Capture>;
  readonly #cards: ReadonlyMap<string, Capture>;

  private constructor(
    lab: Lab,
    probers: ReadonlyMap<string, Prober>,
    uplinks: ReadonlyMap<string, Capture>,
    cards: ReadonlyMap<string, Capture>,
  ) {
    this.#lab = lab;
    this.#probers = probers;
    this.#uplinks = uplinks;
    this.#cards = cards;
  }

  static async start(lab: Lab): Promise<Survey> {
    const machines = MACHINES.map(({ name }) => lab.node(name));
    const [probers, uplinks, cards] = await Promise.all([
      eachByName(machines, async (vm) => Prober.start(vm)),
      eachByName(lab.hosts, async (host) => Capture.start(host, host.uplink, 'icmp or proto gre')),
      eachByName(machines, async (vm) => Capture.start(vm, 'eth0', 'not ip6')),
    ]);
    return new Survey(lab, probers, uplinks, cards);
  }

  /** One finding for each ordered pair of VMs. */
  async measure(): Promise<readonly Finding[]> {
    // One pair after the other from each VM, all VMs at once.
    const findings = await Promise.all(
      MACHINES.map(async (from) => {
        const own: Finding[] = [];
        for (const expectation of EXPECTATIONS.filter((candidate) => candidate.from === from)) {
          const sameTenant = from.tenant === expectation.to.tenant;
          own.push(await (sameTenant ? this.#measureTenant(expectation) : this.#measureStranger(expectation)));
        }
        await this.#shout(from);
        return own;
      }),
    );
    await this.#settle();
    return Promise.all(findings.flat().map(async (finding) => this.#withCaptured(finding)));
  }

  async close(): Promise<void> {
    for (const prober of this.#probers.values()) prober.close();
    await Promise.all([...this.#uplinks.values(), ...this.#cards.values()].map(async (capture) => capture.stop()));
  }

  async #measureTenant(expectation: Expectation): Promise<Finding> {
    const { from, to } = expectation;
    const answer = await this.#probers.get(from.name)!.whoIs(to.address, ANSWER_TIMEOUT_MS);
    if (answer !== to.name) return { expectation, reachable: false };
    const id = String(FIRST_ID + EXPECTATIONS.indexOf(expectation));
    const ping = ['ping', '-c', String(PINGS), '-i', '0.1', '-W', '1', '-e', id, to.address];
    const { stdout } = await this.#lab.exec(from.name, ping, { anyExit: true });
    const rtt = /rtt min\/avg\/max\/mdev = [\d.]+\/([\d.]+)\//.exec(stdout)?.[1];
    return rtt === undefined ? { expectation, reachable: false } : { expectation, reachable: true, rtt: Number(rtt) };
  }

  /** Tries to reach a VM of the other tenant by its address, and by its MAC with an address that nobody has. */
  async #measureStranger(expectation: Expectation): Promise<Finding> {
    const { from, to } = expectation;
    const prober = this.#probers.get(from.name)!;
    // A VM's own address, which the other tenant's VM may have too, leads nowhere but to itself.
    const answer = from.address === to.address ? null : await prober.whoIs(to.address, ANSWER_TIMEOUT_MS);
    if (answer === to.name) return { expectation, reachable: true, leak: 'answers at its address' };
    // Nobody answers at an address that nobody has: whether the frames arrive, the capture on the target tells.
    const unused = unusedAddress(MACHINES.indexOf(to));
    await this.#lab.exec(from.name, ['ip', 'neigh', 'replace', unused, 'lladdr', to.mac, 'dev', 'eth0']);
    await prober.whoIs(unused, UNANSWERED_MS);
    return { expectation, reachable: false };
  }

  /** Sends what goes to everyone in the network: a broadcast, and ARP for an address that nobody has. */
  async #shout(from: DemoVm): Promise<void> {
    const prober = this.#probers.get(from.name)!;
    await prober.whoIs(BROADCAST_ADDRESS, UNANSWERED_MS);
    await prober.whoIs(unusedAddress(MACHINES.length), UNANSWERED_MS);
  }

  /** Captures lag behind the wire: waits until each has shown one last ping, sent after everything else. */
  async #settle(): Promise<void> {
    const lastId = FIRST_ID + EXPECTATIONS.length;
    await Promise.all(
      MACHINES.map(async (from) => {
        for (const to of MACHINES.filter(({ tenant, name }) => tenant === from.tenant && name !== from.name)) {
          const ping = ['ping', '-c', '1', '-W', '1', '-e', String(lastId), to.address];
          await this.#lab.exec(from.name, ping, { anyExit: true });
        }
      }),
    );
    await Promise.all(
      [...this.#cards.values(), ...this.#uplinks.values()].map(async (capture) =>
        capture.seen(`id ${lastId},`, SETTLE_TIMEOUT_MS),
      ),
    );
  }

  /** Adds what was seen on the wire. */
  async #withCaptured(finding: Finding): Promise<Finding> {
    const { from, to } = finding.expectation;
    if (from.tenant !== to.tenant) {
      const leaked = (await this.#cards.get(to.name)!.lines()).find((line) => line.includes(`${from.mac} > `));
      return leaked === undefined
        ? finding
        : { ...finding, reachable: true, leak: finding.leak ?? `receives ${leaked}` };
    }
    if (!finding.reachable) return finding;
    const id = FIRST_ID + EXPECTATIONS.indexOf(finding.expectation);
    return { ...finding, ...transportOf(await this.#uplinks.get(from.host)!.lines(), id) };
  }
}

/** Addresses that nobody has, for frames that are addressed by MAC alone: one for each target. */
function unusedAddress(target: number): string {
  return `10.0.0.${200 + target}`;
}

/** Whether a finding is what was expected. */
export function isAsExpected({ expectation, reachable, transport }: Finding): boolean {
  return reachable === (expectation.transport !== undefined) && transport === expectation.transport;
}

async function eachByName<Place extends { readonly name: string }, Value>(
  places: readonly Place[],
  make: (place: Place) => Promise<Value>,
): Promise<ReadonlyMap<string, Value>> {
  return new Map(await Promise.all(places.map(async (place) => [place.name, await make(place)] as const)));
}
