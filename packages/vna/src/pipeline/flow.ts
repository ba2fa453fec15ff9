import {
  formatFlow,
  packInstructions,
  packMatch,
  type Action,
  type FieldName,
  type Instruction,
  type Match,
} from '@vnet/openflow';
import { cookie, type Feature } from './cookies.ts';
import type { MetadataBits } from './plain-metadata.ts';
import { TABLES, type Table, type TableName } from './tables.ts';

/** A flow as the compile units write it. */
export interface Flow {
  readonly table: TableName;
  readonly priority: number;
  readonly feature: Feature;
  readonly match: Match;
  readonly actions?: readonly Action[];
  readonly goto?: TableName;
  /** Written into `metadata`: a number is the virtual network. */
  readonly metadata?: number | MetadataBits;
  readonly meter?: number;
  /** Who wants it, for those who ask why a packet goes where it goes: `sg-web line 3: tcp:22:0.0.0.0/0`. */
  readonly reason?: string;
}

/** Thrown where a flow breaks the contract of its table: a bug of the unit that wrote it. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError';
}

/** Identity of a flow in the switch: table, priority and match. */
export function flowKey(flow: Pick<Flow, 'table' | 'priority' | 'match'>): string {
  return flowKeyOf(TABLES[flow.table].id, flow.priority, packMatch(flow.match));
}

/** The same, from parts: table number, priority, packed match. */
export function flowKeyOf(table: number, priority: number, match: string): string {
  return String.fromCharCode(table, priority >> 8, priority & 0xff) + match;
}

/** What `flowKey` was made from; `match` is packed. */
export function parseFlowKey(key: string): { table: number; priority: number; match: string } {
  return { table: key.charCodeAt(0), priority: (key.charCodeAt(1) << 8) | key.charCodeAt(2), match: key.slice(3) };
}

/** A flow as `ovs-ofctl dump-flows` prints it. */
export function formatPackedFlow(key: string, { instructions }: Pick<PackedFlow, 'instructions'>): string {
  const { match, ...flow } = parseFlowKey(key);
  return formatFlow({
    ...flow,
    match: Buffer.from(match, 'latin1'),
    instructions: Buffer.from(instructions, 'latin1'),
  });
}

/**
 * A flow ready for the wire, with the cookie that tells its contents. Strings are latin1 bytes: compact, and comparable as
 * they are.
 */
export class PackedFlow {
  readonly key: string;
  readonly feature: Feature;
  readonly instructions: string;
  readonly cookie: bigint;
  readonly reason?: string;

  constructor(flow: Flow, key: string) {
    this.key = key;
    this.feature = flow.feature;
    this.instructions = packInstructions(instructionsOf(flow));
    this.cookie = cookie(flow.feature, key + this.instructions);
    if (flow.reason !== undefined) this.reason = flow.reason;
  }
}

export function instructionsOf(flow: Pick<Flow, 'meter' | 'actions' | 'metadata' | 'goto'>): Instruction[] {
  const list: Instruction[] = [];
  if (flow.meter !== undefined) list.push({ type: 'meter', meter: flow.meter });
  if (flow.actions && flow.actions.length > 0) list.push({ type: 'apply_actions', actions: flow.actions });
  if (flow.metadata !== undefined) {
    const { metadata } = flow;
    const { value, mask } = typeof metadata === 'number' ? networkBits(metadata) : metadata;
    list.push({ type: 'write_metadata', metadata: value, mask });
  }
  if (flow.goto !== undefined) list.push({ type: 'goto_table', table: TABLES[flow.goto].id });
  return list;
}

function networkBits(network: number): MetadataBits {
  return { value: BigInt(network), mask: 0xffffffffn };
}

/** A flow that the switch forgets by itself; beside those that the compiler wants. Plain values, which can be compared as text. */
export interface TimedFlow {
  readonly key: string;
  readonly instructions: string;
  readonly seconds: number;
}

/** @throws PipelineError */
export function timedFlow(flow: Omit<Flow, 'feature'>, seconds: number): TimedFlow {
  checkContract({ ...flow, feature: 'learned' });
  return { key: flowKey(flow), instructions: packInstructions(instructionsOf(flow)), seconds };
}

interface Contract {
  readonly matches: ReadonlySet<FieldName>;
  readonly sets: ReadonlySet<FieldName>;
  readonly next: ReadonlySet<TableName>;
  readonly nextIds: ReadonlySet<number>;
}

const CONTRACTS = Object.fromEntries(
  Object.values<Table>(TABLES).map((table) => [
    table.name,
    {
      matches: new Set(table.matches),
      sets: new Set(table.sets),
      next: new Set(table.next),
      nextIds: new Set(table.next.map((next) => TABLES[next].id)),
    },
  ]),
) as unknown as Readonly<Record<TableName, Contract>>;

/** Refuses a flow that its table does not allow. */
export function checkContract(flow: Flow): void {
  const contract = CONTRACTS[flow.table];
  for (const field in flow.match) {
    if (!contract.matches.has(field as FieldName)) throw violation(flow, `may not match ${field}`);
  }
  if (flow.goto !== undefined && !contract.next.has(flow.goto)) throw violation(flow, `may not go to ${flow.goto}`);
  if (flow.goto !== undefined && TABLES[flow.goto].id <= TABLES[flow.table].id) {
    throw violation(flow, `may not go back to ${flow.goto} (OpenFlow 1.3 §5.1): resubmit`);
  }
  if (flow.metadata !== undefined && !contract.sets.has('metadata')) throw violation(flow, 'may not write metadata');
  for (const action of flow.actions ?? []) {
    for (const written of writtenFields(action)) {
      if (!contract.sets.has(written)) throw violation(flow, `may not set ${written}`);
    }
    if (action.type === 'resubmit' && (action.table === undefined || !contract.nextIds.has(action.table))) {
      throw violation(flow, `may not resubmit to table ${action.table}`);
    }
    if (action.type === 'ct' && action.table !== undefined && !contract.nextIds.has(action.table)) {
      throw violation(flow, `may not go on in table ${action.table}`);
    }
    if (action.type === 'learn2' && !contract.nextIds.has(action.table)) {
      throw violation(flow, `may not learn into table ${action.table}`);
    }
    if (OUTPUTS.has(action.type) && !TABLES[flow.table].outputs) throw violation(flow, 'may not put packets out');
  }
}

const OUTPUTS: ReadonlySet<Action['type']> = new Set(['output', 'controller', 'group']);

function writtenFields(action: Action): readonly FieldName[] {
  switch (action.type) {
    case 'set_field':
    case 'load':
    case 'check_pkt_larger':
      return [action.field];
    case 'move':
      return [action.to.field];
    case 'ct':
      return (action.actions ?? []).flatMap(writtenFields);
    default:
      return [];
  }
}

function violation(flow: Flow, what: string): PipelineError {
  return new PipelineError(`a flow of table ${flow.table} (feature ${flow.feature}) ${what}; see pipeline/tables.ts`);
}
