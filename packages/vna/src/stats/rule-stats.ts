import {
  parseSecurityRules,
  type DeniedCounters,
  type FilterDirection,
  type RuleCounters,
  type RuleStats,
  type SecurityRule,
} from '@vnet/model';
import {
  decodeInstructions,
  decodeMatch,
  type Action,
  type FieldName,
  type FlowStatsEntry,
  type Match,
} from '@vnet/openflow';
import type { View } from '../compile/emit.ts';
import { DIRECTIONS, WAYS } from '../compile/filtering/direction.ts';
import { MEMBERS, OPEN, ruleId } from '../compile/filtering/group.ts';
import { REGISTERS, on } from '../pipeline/registers.ts';
import { TABLES } from '../pipeline/tables.ts';

/** Reads flows with their counters from the switch. */
export type ReadFlows = (filter: {
  readonly table: number;
  readonly match?: Match;
}) => Promise<readonly FlowStatsEntry[]>;

/**
 * Counters of a group's rules on this host, from the flows that stand in the switch.
 *
 * Rules that allow the same packets share a flow: the first one has it. A group that no local interface is in has no flows
 * here, and counts nothing.
 *
 * @returns undefined for a group that this agent does not know
 */
export async function ruleStats(view: View, read: ReadFlows, uuid: string): Promise<RuleStats | undefined> {
  const [row] = view.find('security_group', 'uuid', uuid);
  if (!row) return undefined;
  const group = on([REGISTERS.RULE_GROUP, row.id]);
  const connections = await read({ table: TABLES.RULE_COUNT.id, match: group });
  const rules: RuleCounters[] = [];
  for (const direction of DIRECTIONS) {
    const match = on([REGISTERS.GROUP, row.id]);
    const flows = await read({ table: TABLES[WAYS[direction].rules].id, match });
    for (const rule of rulesOf(row, direction)) {
      const id = ruleId(direction, rule);
      const own = sum(flows.filter((flow) => acceptedRule(flow) === id));
      const begun = sum(connections.filter((flow) => matchedOn(flow, REGISTERS.RULE.field) === id));
      const [text, line] = typeof rule === 'string' ? [rule, null] : [rule.text, rule.line];
      rules.push({ direction, rule: text, line, connections: begun.packets, ...own });
    }
  }
  return { rules, denied: await deniedTo(view, read, row.id) };
}

type AnyRule = SecurityRule | typeof OPEN | typeof MEMBERS;

/** What can accept a packet; a rule that is written twice is one. */
function rulesOf(
  row: { readonly rules: string; readonly trust_members: boolean },
  direction: FilterDirection,
): AnyRule[] {
  const written = parseSecurityRules(row.rules).parsed.filter((rule) => rule.direction === direction);
  const isOpen = direction === 'egress' && written.length === 0;
  const all: AnyRule[] = [
    ...(isOpen ? ([OPEN] as const) : []),
    ...(!isOpen && row.trust_members ? ([MEMBERS] as const) : []),
    ...written,
  ];
  const ids = all.map((rule) => ruleId(direction, rule));
  return all.filter((_, index) => ids.indexOf(ids[index]!) === index);
}

async function deniedTo(view: View, read: ReadFlows, group: number): Promise<DeniedCounters[]> {
  const flows = await read({ table: TABLES.DENIED.id });
  const members = new Set(
    view.find('interface_security_group', 'security_group_id', group).map((each) => each.interface_id),
  );
  return flows.flatMap((flow): DeniedCounters[] => {
    const [to, from] = [REGISTERS.DESTINATION, REGISTERS.SOURCE].map(({ field }) => matchedOn(flow, field));
    const face = view.get('interface', to || from);
    if (!face || !members.has(face.id)) return [];
    return [{ interface: face.uuid, direction: to ? 'ingress' : 'egress', ...sum([flow]) }];
  });
}

function sum(flows: readonly FlowStatsEntry[]): { readonly packets: number; readonly bytes: number } {
  const total = (count: (flow: FlowStatsEntry) => bigint): number =>
    Number(flows.reduce((all, flow) => all + count(flow), 0n));
  return { packets: total(({ packets }) => packets), bytes: total(({ bytes }) => bytes) };
}

function matchedOn({ match }: FlowStatsEntry, field: FieldName): number | undefined {
  const value = decodeMatch(match)[field];
  return typeof value === 'number' ? value : undefined;
}

/** The rule that a flow of the rules' tables stands for: what it writes into the register. */
function acceptedRule({ instructions }: FlowStatsEntry): number | undefined {
  const actions = decodeInstructions(instructions).flatMap((each): readonly Action[] =>
    each.type === 'apply_actions' ? each.actions : [],
  );
  const said = actions.find((action) => action.type === 'load' && action.field === REGISTERS.RULE.field);
  return said?.type === 'load' ? Number(said.value) : undefined;
}
