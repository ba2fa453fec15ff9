import { encodeEthernet } from '@vnet/packet';
import { describe, expect, it } from 'vitest';
import { LEARNED_LIMIT, LEARNED_SECONDS } from '../compile/promiscuous.ts';
import type { PacketIn } from '../datapath/packet-ins.ts';
import { REASON } from '../pipeline/registers.ts';
import { Learner } from './learner.ts';

const SEGMENT = 0x80000001;

function packet(src: number, from: Partial<PacketIn> = {}): PacketIn {
  const frame = encodeEthernet({ dst: 0xffffffffffff, src, vlans: [], etherType: 0x1234, payload: Buffer.alloc(46) });
  return {
    reason: REASON.learn,
    network: SEGMENT,
    transport: 0,
    source: 60,
    destination: 0,
    sender: 0,
    inPort: 7,
    frame,
    ...from,
  };
}

describe('learning by the agent', () => {
  it('finds a machine behind a port: for the segment, and for what neighbours send as it is', () => {
    const lesson = new Learner().learn(packet(0x0c01));
    expect(lesson?.flows.map(({ table }) => table)).toEqual(['LEARNED', 'LEARN', 'UPLINK']);
    expect(lesson?.flows[0]).toMatchObject({ match: { metadata: SEGMENT, eth_dst: 0x0c01 }, seconds: LEARNED_SECONDS });
    expect(lesson?.flows[2]?.actions).toEqual([{ type: 'output', port: 7 }]);
  });

  it('finds one behind a peer by its datapath', () => {
    const lesson = new Learner().learn(packet(0x0c01, { source: 0, sender: 3 }));
    expect(lesson?.flows.map(({ table }) => table)).toEqual(['LEARNED', 'LEARN']);
    expect(lesson?.flows[0]?.actions[1]).toMatchObject({ field: 'reg3', value: 3 });
  });

  it('does not learn a group, or from a frame without a sender', () => {
    expect(new Learner().learn(packet(0x010000000001))).toBeUndefined();
    expect(new Learner().learn({ ...packet(1), frame: Buffer.alloc(11) })).toBeUndefined();
  });

  it('has room for so many, keeps those it knows, and takes others when they are forgotten', () => {
    let now = 0;
    const learner = new Learner(() => now);
    for (let mac = 1; mac <= LEARNED_LIMIT; mac++) expect(learner.learn(packet(mac * 2))).toBeDefined();
    expect(learner.learn(packet(0x0c0000))).toBeUndefined();
    expect(learner.learn(packet(2))).toBeDefined();
    now = LEARNED_SECONDS * 1_000;
    expect(learner.learn(packet(0x0c0000))).toBeDefined();
  });
});
