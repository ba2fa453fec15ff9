import { decodeMatch, EncodeError, formatMatch } from '@vnet/openflow';
import { flowKey, PackedFlow, parseFlowKey, type Flow } from '../pipeline/flow.ts';
import type { Contribution, Contributor } from './contributions.ts';
import type { FlowPart } from './emit.ts';

/** What one unit says about one flow: all of it, or (with `part`) a part that others complete. */
export class FlowContribution extends PackedFlow implements Contribution {
  readonly by: Contributor;
  readonly part: FlowPart | undefined;

  constructor(by: Contributor, flow: Flow, part?: FlowPart) {
    super(flow, flowKey(flow));
    this.by = by;
    this.part = part;
  }
}

/**
 * One flow from what several units said: parts are put together in their order, equal ones once; whole flows are
 * expected to be equal.
 */
export function mergeFlow(key: string, contributions: readonly FlowContribution[]): PackedFlow {
  const [first] = contributions;
  if (!first?.part) return first!;
  const parts = new Map<string, FlowPart>();
  for (const { part } of contributions) if (part) parts.set(part.order, part);
  if (parts.size === 1) return first;
  const ordered = [...parts.values()].sort((a, b) => (a.order < b.order ? -1 : 1));
  try {
    return new PackedFlow({ ...ordered[0]!, actions: ordered.flatMap((part) => part.actions) }, key);
  } catch (error) {
    if (!(error instanceof EncodeError)) throw error;
    throw new FlowTooLargeError(key, ordered.length);
  }
}

/** A list that does not fit into one flow, which the pipeline cannot divide. */
export class FlowTooLargeError extends Error {
  override readonly name = 'FlowTooLargeError';

  constructor(key: string, parts: number) {
    super(
      `flow ${describeKey(key)} has ${parts} destinations, more than fit into one flow (64 KiB): it is not written; divide the network, or use a switch with extensions`,
    );
  }
}

/** Says where units disagree: about a whole flow, or about the part with one `order`. */
export function conflict(key: string, contributions: readonly FlowContribution[]): string | undefined {
  if (contributions.length < 2) return undefined;
  const said = new Map<string | undefined, string>();
  const agree = contributions.every(({ part, instructions }) => {
    const earlier = said.get(part?.order);
    said.set(part?.order, instructions);
    return earlier === undefined || earlier === instructions;
  });
  const mixed = said.has(undefined) && said.size > 1;
  return agree && !mixed ? undefined : `flow ${describeKey(key)}: units disagree`;
}

/** A flow's identity for the log: table, priority and match. */
export function describeKey(key: string): string {
  const { table, priority, match } = parseFlowKey(key);
  return `table=${table} priority=${priority} ${formatMatch(decodeMatch(Buffer.from(match, 'latin1')))}`;
}
