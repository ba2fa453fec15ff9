import type { AgentRoles, AgentRolesHeld } from '@vnet/model';
import type { EdgeRole, Gate } from '../compile/emit.ts';
import type { Log } from '../log.ts';
import type { TimedFlow } from '../pipeline/flow.ts';

/** How often the roles are asked for. */
const ASK_MS = 500;
/** An answer that took longer counts for nothing: the time of a role runs from the request. */
const PATIENCE_MS = 500;
/** So long after the last request that was answered the switch has closed all gates. */
const CLOSED_MS = 3_000;

export interface EdgeRolesOptions {
  /** @returns whether the request is on its way */
  readonly ask: (request: Omit<AgentRoles, 'type' | 'datapath_id'>) => void;
  /** Writes flows that go by themselves, in place of equal ones. */
  readonly lend: (flows: readonly TimedFlow[]) => void;
  /** Removes such flows at once. */
  readonly withdraw: (flows: readonly TimedFlow[]) => void;
  readonly log: Log;
  readonly now?: () => number;
}

/**
 * Asks for the roles of the VLANs behind this host's edges, and keeps the gates of contested ones open while the manager says
 * so. When it does not, the switch closes them by itself, even if this agent is no more: within 3 s of the last request that
 * was answered, before another edge may begin. So an agent that is started again in time finds them open.
 */
export class EdgeRoles {
  readonly #options: EdgeRolesOptions;
  readonly #now: () => number;
  /** By VLAN translation. */
  readonly #roles = new Map<number, EdgeRole>();
  readonly #gates = new Map<string, Gate>();
  readonly #open = new Set<number>();
  /** What has been said to be carried, by VLAN translation. */
  readonly #carried = new Map<number, EdgeRole['about']>();
  #timer: NodeJS.Timeout | undefined;
  #request = 0;
  #askedAt = 0;
  /** When the last request that was answered was made. */
  #heardAt = -Infinity;

  constructor(options: EdgeRolesOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Takes over what the compiler says: the VLANs, and the flows that go with their roles. */
  update(
    roles: ReadonlyMap<string, EdgeRole | undefined>,
    gates: ReadonlyMap<string, Gate | undefined> = new Map(),
  ): void {
    this.#updateGates(gates);
    if (roles.size === 0) return;
    for (const [key, role] of roles) {
      const id = Number(key);
      if (role) this.#roles.set(id, role);
      else this.#roles.delete(id);
      this.#stopUnless(id);
    }
    const closed = [...this.#open].filter((id) => !this.#needsWord(id));
    for (const id of closed) this.#close(id);
    if (this.#roles.size > 0) this.#timer ??= setInterval(() => this.#ask(), ASK_MS);
    else {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    this.#ask(closed.filter((id) => this.#roles.get(id)?.unfit !== null));
  }

  /** Gates whose roles are held change at once, as other flows do. */
  #updateGates(gates: ReadonlyMap<string, Gate | undefined>): void {
    const lent: TimedFlow[] = [];
    const withdrawn: TimedFlow[] = [];
    for (const [key, gate] of gates) {
      const before = this.#gates.get(key);
      if (gate) this.#gates.set(key, gate);
      else this.#gates.delete(key);
      if (gate && this.#isOpen(gate)) lent.push(gate.flow);
      else if (before && this.#isOpen(before)) withdrawn.push(before.flow);
    }
    if (withdrawn.length > 0) this.#options.withdraw(withdrawn);
    if (lent.length > 0) this.#options.lend(lent);
  }

  /** What the manager answers. */
  answer({ request, held }: AgentRolesHeld): void {
    if (request !== this.#request || this.#now() - this.#askedAt > PATIENCE_MS) return;
    this.#heardAt = this.#askedAt;
    const mine = held.filter((id) => this.#needsWord(id));
    for (const id of this.#open) if (!mine.includes(id)) this.#close(id);
    for (const id of mine) this.#open.add(id);
    this.#options.lend([...this.#gates.values()].filter((gate) => this.#isOpen(gate)).map(({ flow }) => flow));
    for (const [id, { contested }] of this.#roles) {
      if (mine.includes(id)) this.#begins(id);
      else if (contested) this.#stops(id, 'another edge has its role');
    }
  }

  /** All that the compiler wants is in the switch: VLANs that need nobody's word are carried. */
  stand(): void {
    for (const [id, { contested }] of this.#roles) if (!contested) this.#begins(id);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #ask(given: readonly number[] = []): void {
    this.#noteSilence();
    const all = [...this.#roles];
    const pledged = all.flatMap(([id, role]) => (role.unfit !== null && role.pledged ? [id] : []));
    const released = [...new Set([...given, ...pledged])];
    const wanted = all.flatMap(([id, { alone, unfit }]) =>
      unfit === null ? [{ vlan_translation_id: id, alone }] : [],
    );
    if (wanted.length === 0 && released.length === 0) return;
    this.#askedAt = this.#now();
    this.#options.ask({ request: ++this.#request, wanted, ...(released.length > 0 ? { released } : {}) });
  }

  /** Whether a VLAN may be carried, and only with the manager's word. */
  #needsWord(id: number): boolean {
    const role = this.#roles.get(id);
    return role !== undefined && role.contested && role.unfit === null;
  }

  #isOpen({ roles }: Gate): boolean {
    return roles.every((id) => this.#open.has(id));
  }

  #close(id: number): void {
    const closed = [...this.#gates.values()].filter((gate) => gate.roles.includes(id) && this.#isOpen(gate));
    this.#open.delete(id);
    this.#options.withdraw(closed.map(({ flow }) => flow));
  }

  /** The switch has closed the gates by now. */
  #noteSilence(): void {
    if (this.#now() - this.#heardAt < CLOSED_MS) return;
    for (const [id, { contested }] of this.#roles) if (contested) this.#stops(id, 'the manager does not answer');
  }

  /** A VLAN that is another one now begins anew. */
  #stopUnless(id: number): void {
    const role = this.#roles.get(id);
    const before = this.#carried.get(id);
    if (!role) this.#stops(id, 'its mapping, or its edge, is gone');
    else if (role.unfit !== null) this.#stops(id, role.unfit);
    else if (before && JSON.stringify(before) !== JSON.stringify(role.about)) this.#stops(id, 'it has been changed');
  }

  #begins(id: number): void {
    const about = this.#roles.get(id)?.about;
    if (!about || this.#carried.has(id)) return;
    this.#carried.set(id, about);
    this.#options.log.info(about, 'this edge carries a VLAN from now on');
  }

  #stops(id: number, reason: string): void {
    const about = this.#carried.get(id);
    if (!about) return;
    this.#carried.delete(id);
    this.#options.log.info({ ...about, reason }, 'this edge carries a VLAN no more');
  }
}
