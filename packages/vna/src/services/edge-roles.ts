import type { AgentRoles, AgentRolesHeld } from '@vnet/model';
import { vlanEnd } from '../compile/edge-bindings.ts';
import { gates } from '../compile/edge-gate.ts';
import type { LearnedFlow } from './learner.ts';

/** How often the roles are asked for. */
const ASK_MS = 500;
/** An answer that took longer counts for nothing: the time of a role runs from the request. */
const PATIENCE_MS = 500;
/** The gates of a contested VLAN stand so long; the switch may take a second more to remove them. */
const GATE_SECONDS = 2;

export interface EdgeRolesOptions {
  /** @returns whether the request is on its way */
  readonly ask: (request: Omit<AgentRoles, 'type' | 'datapath_id'>) => void;
  /** Writes flows that go by themselves, in place of equal ones. */
  readonly lend: (flows: readonly LearnedFlow[]) => void;
  /** Removes such flows at once. */
  readonly withdraw: (flows: readonly LearnedFlow[]) => void;
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
  readonly #open = new Set<number>();
  #timer: NodeJS.Timeout | undefined;
  #request = 0;
  #askedAt = 0;

  constructor(options: EdgeRolesOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Takes over what the compiler says. */
  update(changes: ReadonlyMap<string, { readonly alone: boolean } | undefined>): void {
    if (changes.size === 0) return;
    for (const [key, role] of changes) {
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

  /** What the manager answers. */
  answer({ request, held }: AgentRolesHeld): void {
    if (request !== this.#request || this.#now() - this.#askedAt > PATIENCE_MS) return;
    const mine = held.filter((id) => this.#wanted.get(id)?.alone === false);
    for (const id of this.#open) if (!mine.includes(id)) this.#close(id);
    for (const id of mine) this.#open.add(id);
    this.#options.lend(mine.flatMap(timedGates));
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

  #close(id: number): void {
    this.#open.delete(id);
    this.#options.withdraw(timedGates(id));
  }
}

function timedGates(vlanTranslationId: number): LearnedFlow[] {
  return gates(vlanEnd(vlanTranslationId)).map((gate) => ({ ...gate, actions: [], seconds: GATE_SECONDS }));
}
