import { featureOf, isOurs, type Feature } from '../pipeline/cookies.ts';
import { parseFlowKey, type PackedFlow } from '../pipeline/flow.ts';

/** A flow as the switch reports it. */
export interface FoundFlow {
  readonly table: number;
  readonly priority: number;
  readonly cookie: bigint;
  /** The encoded match, byte for byte as the switch gives it. */
  readonly match: Uint8Array;
}

/** Where a flow is; the match is encoded, as bytes or packed. */
interface FlowPlace<M> {
  readonly table: number;
  readonly priority: number;
  readonly match: M;
}

export type FlowCommand =
  | (FlowPlace<string> & {
      readonly command: 'add';
      /** There is a flow of this table, priority and match, with other contents. */
      readonly replaces: boolean;
    } & Pick<PackedFlow, 'cookie' | 'instructions'>)
  | (FlowPlace<string | Uint8Array> & { readonly command: 'delete_strict' });

/** Features of added flows that can hold up what passed without them. */
const CLOSING: ReadonlySet<Feature | undefined> = new Set<Feature>(['filtering', 'filter']);

/** Whether packets that passed before may be stopped, or go elsewhere: other flows only open a way where there was none. */
export function mayClose(command: FlowCommand): boolean {
  if (command.command === 'delete_strict' || command.replaces) return true;
  const feature = featureOf(command.cookie);
  // Each legacy machine that is discovered brings flows that drop, 200 a second in a flood: nothing of it passed before.
  return (command.instructions === '' && feature !== 'edge') || CLOSING.has(feature);
}

/**
 * What stands in the switch, as far as the agent knows, and what has to be sent to make it what is wanted.
 *
 * Flows that were found there (by a restarted agent, or after the connection broke) are recognised by their cookies, which
 * hold a hash of their contents; they cost nothing when they are wanted again.
 */
export class InstalledFlows {
  readonly #installed = new Map<string, bigint>();
  readonly #found = new Map<bigint, FoundFlow[]>();
  readonly #refused = new Map<string, bigint>();

  /** Forgets everything: the switch is as `found` says. */
  reset(found: Iterable<FoundFlow>): void {
    this.#installed.clear();
    this.#found.clear();
    for (const flow of found) {
      const same = this.#found.get(flow.cookie);
      if (same) same.push(flow);
      else this.#found.set(flow.cookie, [flow]);
    }
  }

  /** Sets a flow aside that the switch does not take: it is not wanted again until it is another. */
  refuse(key: string, cookie: bigint): void {
    this.#refused.set(key, cookie);
  }

  /** The switch is another, or has started anew: it may take what it refused. */
  forgetRefused(): void {
    this.#refused.clear();
  }

  /** Flows in the switch: those written, and those found and not claimed yet. */
  get size(): number {
    let found = 0;
    for (const flows of this.#found.values()) found += flows.length;
    return this.#installed.size + found;
  }

  /** The commands that make flows as wanted. */
  changes(wanted: ReadonlyMap<string, PackedFlow | undefined>): FlowCommand[] {
    const commands: FlowCommand[] = [];
    for (const [key, flow] of wanted) {
      const command = this.want(key, flow);
      if (command) commands.push(command);
    }
    return commands;
  }

  /** The command that makes one flow as wanted, if any is needed. */
  want(key: string, flow: PackedFlow | undefined): FlowCommand | undefined {
    const standing = this.#installed.get(key);
    if (!flow) {
      this.#refused.delete(key);
      if (standing === undefined) return undefined;
      this.#installed.delete(key);
      return { command: 'delete_strict', ...parseFlowKey(key) };
    }
    if (standing === flow.cookie || this.#refused.get(key) === flow.cookie) return undefined;
    this.#refused.delete(key);
    this.#installed.set(key, flow.cookie);
    if (standing === undefined && this.#claim(flow.cookie)) return undefined;
    const { cookie, instructions } = flow;
    return { command: 'add', replaces: standing !== undefined, cookie, instructions, ...parseFlowKey(key) };
  }

  /**
   * The commands that remove what was found and is not wanted. `canonical` gives a match in the form of flow keys, so that
   * a flow that has been replaced meanwhile is not removed with its predecessor.
   */
  removeFound(canonicalKey: (flow: FoundFlow) => string | undefined): {
    commands: FlowCommand[];
    foreign: FoundFlow[];
  } {
    const commands: FlowCommand[] = [];
    const foreign: FoundFlow[] = [];
    for (const flows of this.#found.values()) {
      for (const flow of flows) {
        const key = canonicalKey(flow);
        if (key !== undefined && this.#installed.has(key)) continue;
        if (!isOurs(flow.cookie)) foreign.push(flow);
        const { table, priority, match } = flow;
        commands.push({ command: 'delete_strict', table, priority, match });
      }
    }
    this.#found.clear();
    return { commands, foreign };
  }

  #claim(cookie: bigint): boolean {
    const flows = this.#found.get(cookie);
    if (!flows) return false;
    flows.pop();
    if (flows.length === 0) this.#found.delete(cookie);
    return true;
  }
}
