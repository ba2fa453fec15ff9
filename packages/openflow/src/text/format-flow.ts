/** Flows as text: for snapshots in tests, dumps and logs. */
import { FLOW_FLAG } from '../constants.ts';
import type { Instruction } from '../instructions.ts';
import { decodeInstructions } from '../instructions.ts';
import { decodeMatch } from '../match.ts';
import type { Match } from '../match.ts';
import { formatActions } from './format-actions.ts';
import { cookieText, formatMatch } from './format-match.ts';
import { hex } from './values.ts';

/** What flow_mods, flow statistics and lean entries of statistics have in common. */
export interface FlowText {
  readonly table: number;
  readonly priority?: number;
  readonly cookie?: bigint;
  readonly idleTimeout?: number;
  readonly hardTimeout?: number;
  readonly flags?: number;
  readonly match?: Match | Uint8Array;
  readonly instructions?: readonly Instruction[] | Uint8Array;
}

const FLAG_NAMES: readonly (readonly [flag: number, name: string])[] = [
  [FLOW_FLAG.SEND_FLOW_REMOVED, 'send_flow_rem'],
  [FLOW_FLAG.CHECK_OVERLAP, 'check_overlap'],
  [FLOW_FLAG.RESET_COUNTS, 'reset_counts'],
  [FLOW_FLAG.NO_PACKET_COUNTS, 'no_packet_counts'],
  [FLOW_FLAG.NO_BYTE_COUNTS, 'no_byte_counts'],
];

const ALL_BITS = 0xffff_ffff_ffff_ffffn;

type Formats = { readonly [T in Instruction['type']]: (instruction: Extract<Instruction, { type: T }>) => string };

const FORMATS: Formats = {
  goto_table: ({ table }) => `goto_table:${table.toString()}`,
  write_metadata: ({ metadata, mask }) =>
    `write_metadata:${hex(metadata)}${mask === undefined || mask === ALL_BITS ? '' : `/${hex(mask)}`}`,
  write_actions: ({ actions }) => `write_actions(${formatActions(actions)})`,
  apply_actions: ({ actions }) => formatActions(actions),
  clear_actions: () => 'clear_actions',
  meter: ({ meter }) => `meter:${meter.toString()}`,
  experimenter: ({ experimenter }) => `experimenter:${hex(experimenter)}`,
};

/** Instructions as `ovs-ofctl dump-flows` writes them, `drop` for none. */
export function formatInstructions(instructions: readonly Instruction[]): string {
  const parts = instructions.map((instruction) => FORMATS[instruction.type](instruction as never));
  return parts.filter((part) => part !== '').join(',') || 'drop';
}

/**
 * One flow as `ovs-ofctl dump-flows --no-stats` writes it, but always with table and priority:
 * `table=20, priority=100,reg1=0x5,dl_src=02:00:00:00:00:01 actions=load:0x1->NXM_NX_REG0[0],goto_table:30`.
 */
export function formatFlow(flow: FlowText): string {
  const { cookie = 0n, table, priority = 0x8000, idleTimeout = 0, hardTimeout = 0, flags = 0 } = flow;
  const match = flow.match instanceof Uint8Array ? decodeMatch(flow.match) : (flow.match ?? {});
  const { instructions = [] } = flow;
  const list = instructions instanceof Uint8Array ? decodeInstructions(instructions) : instructions;
  const head = [
    cookie === 0n ? '' : `${cookieText(cookie)}, `,
    `table=${table.toString()}, `,
    idleTimeout === 0 ? '' : `idle_timeout=${idleTimeout.toString()}, `,
    hardTimeout === 0 ? '' : `hard_timeout=${hardTimeout.toString()}, `,
    ...FLAG_NAMES.map(([flag, name]) => (flags & flag ? `${name} ` : '')),
  ];
  const matchText = formatMatch(match);
  const condition = `priority=${priority.toString()}${matchText === '' ? '' : `,${matchText}`}`;
  return `${head.join('')}${condition} actions=${formatInstructions(list)}`;
}
