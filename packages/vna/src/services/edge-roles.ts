import type { AgentRoles, AgentRolesHeld } from '@vnet/model';
import type { Gate } from '../compile/emit.ts';
import type { TimedFlow } from '../pipeline/flow.ts';

/** How often the roles are asked for. */
const ASK_MS = 500;
/** An answer that took longer counts for nothing: the time of a role runs from the request. */
const PATIENCE_MS = 500;

export interface EdgeRolesOptions {
  /** @returns whether the request is on its way */
  readonly ask: (request: Omit<AgentRoles, 'type' | 'datapath_id'>) => void;
  /** Writes flows that go by themselves, in place of equal ones. */
  readonly lend: (flows: readonly TimedFlow[]) => void;
  /** Removes such flows at once. */
  readonly withdraw: (flows: readonly TimedFlow[]) => void;
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
  /** VLAN translation → whether no other edge is known. */
  readonly #wanted = new Map<number, { readonly alone: boolean }>();
  readonly #gates = new Map<string, Gate>();
  readonly #open = new Set<number>();
  #timer: NodeJS.Timeout | undefined;
  #request = 0;
  #askedAt = 0;

  constructor(options: EdgeRolesOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Takes over what the compiler says: the VLANs, and the flows that go with their roles. */
  update(
    roles: ReadonlyMap<string, { readonly alone: boolean } | undefined>,
    gates: ReadonlyMap<string, Gate | undefined> = new Map(),
  ): void {
    this.#updateGates(gates);
    if (roles.size === 0) return;
    for (const [key, role] of roles) {
      if (role) this.#wanted.set(Number(key), role);
      else this.#wanted.delete(Number(key));
    }
    const closed = [...this.#open].filter((id) => this.#wanted.get(id)?.alone !== false);
    for (const id of closed) this.#close(id);
    if (this.#wanted.size > 0) this.#timer ??= setInterval(() => this.#ask(), ASK_MS);
    else {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    this.#ask(closed.filter((id) => !this.#wanted.has(id)));
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
    const mine = held.filter((id) => this.#wanted.get(id)?.alone === false);
    for (const id of this.#open) if (!mine.includes(id)) this.#close(id);
    for (const id of mine) this.#open.add(id);
    this.#options.lend([...this.#gates.values()].filter((gate) => this.#isOpen(gate)).map(({ flow }) => flow));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #ask(released: readonly number[] = []): void {
    if (this.#wanted.size === 0 && released.length === 0) return;
    this.#askedAt = this.#now();
    const wanted = [...this.#wanted].map(([id, { alone }]) => ({ vlan_translation_id: id, alone }));
    this.#options.ask({ request: ++this.#request, wanted, ...(released.length > 0 ? { released } : {}) });
  }

  #isOpen({ roles }: Gate): boolean {
    return roles.every((id) => this.#open.has(id));
  }

  #close(id: number): void {
    const closed = [...this.#gates.values()].filter((gate) => gate.roles.includes(id) && this.#isOpen(gate));
    this.#open.delete(id);
    this.#options.withdraw(closed.map(({ flow }) => flow));
  }
}
