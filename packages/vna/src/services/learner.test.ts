import { encodeEthernet } from '@vnet/packet';
import { beforeEach, describe, expect, it } from 'vitest';
import { LEARNED_LIMIT, LEARNED_SECONDS } from '../compile/promiscuous.ts';
import { dataCentre, fill } from '../compile/test-rows.ts';
import type { PacketIn } from '../datapath/packet-readers.ts';
import { formatPackedFlow } from '../pipeline/flow.ts';
import { REASON } from '../pipeline/registers.ts';
import { State } from '../state/state.ts';
import { Learner, type Lesson } from './learner.ts';

const SEGMENT = 0x80000001;
const UPLINK = 1;

let state: State;
beforeEach(() => {
  state = new State();
  fill(state, dataCentre());
});

function packet(src: number, from: Partial<PacketIn> = {}): PacketIn {
  const frame = encodeEthernet({ dst: 0xffffffffffff, src, vlans: [], etherType: 0x1234, payload: Buffer.alloc(46) });
  const reason = REASON.learn;
  return { reason, network: SEGMENT, transport: 0, source: 60, destination: 0, inPort: 7, frame, ...from };
}
const lines = (lesson: Lesson | undefined) => lesson?.flows.map((flow) => formatPackedFlow(flow.key, flow));

describe('learning by the agent', () => {
  it('finds a machine behind a port: for the segment, and for what neighbours send as it is', () => {
    const lesson = new Learner(state).learn(packet(0x0c01));
    expect(lines(lesson)).toEqual([
      'table=3, priority=60,metadata=0x80000001/0xffffffff,dl_dst=00:00:00:00:0c:01 actions=output:7',
      'table=2, priority=60,metadata=0x3c80000001,dl_src=00:00:00:00:0c:01 actions=goto_table:3',
      'table=0, priority=60,in_port=1,vlan_tci=0x0000/0x1fff,dl_dst=00:00:00:00:0c:01 actions=write_metadata:0x8000000080000001,goto_table:2',
    ]);
    expect(lesson?.flows[0]?.seconds).toBe(LEARNED_SECONDS);
  });

  it('finds one behind a peer: what goes there does not come from there', () => {
    expect(lines(new Learner(state).learn(packet(0x0c01, { source: 0, inPort: UPLINK })))).toEqual([
      'table=3, priority=60,metadata=0x80000001/0x80000000ffffffff,dl_dst=00:00:00:00:0c:01 actions=output:1',
      'table=2, priority=60,metadata=0x8000000080000001,dl_src=00:00:00:00:0c:01 actions=goto_table:3',
    ]);
  });

  it('does not learn a group, or from a frame without a sender', () => {
    expect(new Learner(state).learn(packet(0x010000000001))).toBeUndefined();
    expect(new Learner(state).learn({ ...packet(1), frame: Buffer.alloc(11) })).toBeUndefined();
  });

  it('has room for so many behind each port, keeps those it knows, and takes others when they are forgotten', () => {
    let now = 0;
    const learner = new Learner(state, () => now);
    for (let mac = 1; mac <= LEARNED_LIMIT; mac++) expect(learner.learn(packet(mac * 2))).toBeDefined();
    expect(learner.learn(packet(0x0c0000))).toBeUndefined();
    expect(learner.learn(packet(0x0c0000, { source: 61 }))).toBeDefined();
    expect(learner.learn(packet(2))).toBeDefined();
    now = LEARNED_SECONDS * 1_000;
    expect(learner.learn(packet(0x0c0000))).toBeDefined();
  });
});
