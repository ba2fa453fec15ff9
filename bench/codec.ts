/** Speed of the OpenFlow codec on one core: `npx tsx bench/codec.ts`. Each line: figure, budget, ratio (≥ 1 is within it). */
import { decode, encode, encodeFlowMod, encodeInstructions, encodeMatch, flowStatsEntries, PORT } from '@vnet/openflow';
import type { FlowMod, Instruction, Match } from '@vnet/openflow';

const BUDGET_PER_SECOND = 300_000;
const ROUNDS = 200_000;
/** The first runs teach the compiler and are not counted. */
const WARM_UP = 50_000;

function perSecond(rounds: number, operation: (i: number) => void): number {
  for (let i = 0; i < Math.min(WARM_UP, rounds); i++) operation(i);
  const start = process.hrtime.bigint();
  for (let i = 0; i < rounds; i++) operation(i);
  return rounds / (Number(process.hrtime.bigint() - start) / 1e9);
}

function report(name: string, rate: number): void {
  const ratio = (rate / BUDGET_PER_SECOND).toFixed(2);
  console.log(`${name}: ${Math.round(rate)} per second, budget ${BUDGET_PER_SECOND}, ratio ${ratio}`);
}

const match: Match = {
  eth_type: 0x0800,
  reg1: 5,
  metadata: { value: 7n, mask: 0xffn },
  in_port: 3,
  eth_dst: 0x0200_0000_0001,
  ipv4_dst: 0x0a00_0001,
};
const instructions: Instruction[] = [
  {
    type: 'apply_actions',
    actions: [
      { type: 'load', field: 'reg0', offset: 0, bits: 32, value: 9 },
      { type: 'set_field', field: 'eth_src', value: 0x0200_0000_0002 },
      { type: 'output', port: 4 },
    ],
  },
  { type: 'goto_table', table: 30 },
];
const flow = (parts: Pick<FlowMod, 'match' | 'instructions'>): FlowMod => ({
  command: 'add',
  table: 20,
  priority: 100,
  cookie: 0x5_0000_0001n,
  ...parts,
});
const structured = flow({ match, instructions });
const prepared = flow({ match: encodeMatch(match), instructions: encodeInstructions(instructions) });

const packetIn = encode({
  type: 'packet_in',
  totalLength: 342,
  reason: 'action',
  table: 3,
  cookie: 77n,
  match: { in_port: 5, reg1: 5, metadata: 7n, tunnel_id: 9n },
  data: new Uint8Array(342),
});

const reply = encode({
  type: 'flow_stats_reply',
  flows: Array.from({ length: 200 }, (_, i) => ({ table: 20, priority: i, match, instructions })),
});
const body = reply.subarray(16);

let sink = 0;
report(
  'packet-in decoded',
  perSecond(ROUNDS, () => (sink += decode(packetIn).xid)),
);
report(
  'flow-mod encoded',
  perSecond(ROUNDS, (i) => (sink += encodeFlowMod(structured, i).length)),
);
report(
  'flow-mod encoded from parts',
  perSecond(ROUNDS, (i) => (sink += encodeFlowMod(prepared, i).length)),
);
report(
  'match encoded',
  perSecond(ROUNDS, () => (sink += encodeMatch(match).length)),
);
report(
  'flow statistics read lean',
  200 *
    perSecond(2000, () => {
      for (const entry of flowStatsEntries(body)) sink += entry.priority;
    }),
);
report('flow statistics decoded', 200 * perSecond(500, () => (sink += decode(reply).xid)));
report(
  'packet-out encoded',
  perSecond(ROUNDS, (i) => {
    const out = {
      type: 'packet_out',
      xid: i,
      actions: [{ type: 'output', port: PORT.TABLE }],
      data: packetIn,
    } as const;
    sink += encode(out).length;
  }),
);
if (Number.isNaN(sink)) throw new Error('nothing was measured');
