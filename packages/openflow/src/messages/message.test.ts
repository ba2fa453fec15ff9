import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALL_MESSAGES } from '../../test/samples.ts';
import { DecodeError, EncodeError } from '../errors.ts';
import { flowStatsEntries } from '../flow-stats.ts';
import { decodeMatch } from '../match.ts';
import { decode, decodeParts, encode, encodeFlowMod } from './message.ts';
import type { Message, MessageInput } from './message.ts';

/** What `ovs-ofctl` makes of messages. */
function judge(messages: readonly Uint8Array[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'vnet-openflow-'));
  try {
    const file = join(directory, 'messages');
    writeFileSync(file, Buffer.concat(messages));
    return execFileSync('ovs-ofctl', ['ofp-parse', file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const onWire = (hex: string): Buffer => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');
const unknown = (message: object): MessageInput => message as MessageInput;

describe('messages', () => {
  it.each(ALL_MESSAGES.map((message) => [message.type, message] as const))('keeps %s', (type, message) => {
    const bytes = encode(message);
    const decoded = decode(bytes);
    expect(decoded.type).toBe(type);
    expect(encode(decoded)).toEqual(bytes);
    expect(decoded).toMatchObject({ xid: message.xid ?? 0 });
  });

  it.each(ALL_MESSAGES.map((message) => [message.type, message] as const))('is understood by ovs: %s', (_, message) => {
    const text = judge([encode({ ...message, xid: 9 })]);
    expect(text).toMatch(/^(OFPT|OFPST|ONFT|NXT)_\w+ .*\(xid=0x9\)/);
    expect(text).not.toMatch(/decode error/);
  });

  it('means for ovs what it says here', () => {
    const text = judge([
      encode({
        type: 'group_mod',
        command: 'add',
        groupType: 'select',
        group: 5,
        buckets: [{ weight: 2, actions: [] }],
      }),
      encode({ type: 'meter_mod', command: 'add', flags: 2, meter: 5, bands: [{ type: 'drop', rate: 100 }] }),
      encode({ type: 'set_config', missSendLen: 128 }),
      encode({ type: 'experimenter_error', code: 2313, experimenter: 0x4f4e_4600 }),
    ]);
    expect(text).toContain('ADD group_id=5,type=select,bucket=weight:2,actions=drop');
    expect(text).toContain('ADD meter=5 pktps bands=');
    expect(text).toContain('miss_send_len=128');
    expect(text).toContain('OFPBFC_MSG_FAILED');
  });

  it('gives the parts of a reply as one', () => {
    const flow = (priority: number) => ({ table: 1, priority, match: {}, instructions: [] });
    const parts = [
      encode({ type: 'flow_stats_reply', xid: 3, flags: 1, flows: [flow(1), flow(2)] }),
      encode({ type: 'flow_stats_reply', xid: 3, flows: [flow(3)] }),
    ];
    const whole = decodeParts(parts) as Extract<Message, { type: 'flow_stats_reply' }>;
    expect(whole.flows.map(({ priority }) => priority)).toEqual([1, 2, 3]);
  });

  it('reads flow statistics leanly', () => {
    const flow = { table: 7, priority: 5, cookie: 9n, packets: 3n, bytes: 4n, match: { reg0: 1 }, instructions: [] };
    const bytes = encode({ type: 'flow_stats_reply', flows: [flow, { ...flow, priority: 6 }] });
    const entries = [...flowStatsEntries(bytes.subarray(16))];
    expect(entries.map(({ priority, cookie, packets }) => [priority, cookie, packets])).toEqual([
      [5, 9n, 3n],
      [6, 9n, 3n],
    ]);
    expect(decodeMatch(entries[0]!.match)).toEqual({ reg0: 1 });
    expect(() => [...flowStatsEntries(bytes.subarray(16, 60))]).toThrow(DecodeError);
  });

  it('keeps what it does not know', () => {
    for (const hex of [
      '04040014 00000001 00c0ffee 00000007 01020304',
      '04130014 00000001 ffff0000 00000000 01020304',
      '040e0048 00000000 0000000000000000 0000000000000000 00000000 00000001 ffffffff ffffffff ffffffff 00000000 ' +
        '0001000400000000 0004001000000000 ffff0008 00c0ffee',
    ]) {
      expect(encode(decode(onWire(hex)))).toEqual(onWire(hex));
    }
  });
});

describe('malformed messages', () => {
  it.each([
    ['nothing', '', /needs 2 bytes/],
    ['a header cut short', '04020004', /needs 4 bytes/],
    ['a wrong length', '0402000900000000', /the header says 9 bytes, the message has 8/],
    ['another version', '0114000800000000', /version 1 is not OpenFlow 1.3/],
    ['an unknown type', '0463000800000000', /no message of type 99/],
    ['too much', '0414000900000000 00', /barrier_request: 1 bytes too many/],
    [
      'a match that is too long',
      '040a0022 00000000 ffffffff 0000 00 00 0000000000000000 0001ffff 00000000 0000',
      /packet_in.match: length/,
    ],
    [
      'an item of no length',
      '04130014 00000000 00010000 00000000 00000000',
      /flow_stats_reply.flows\[0\]: length says -2/,
    ],
  ])('are refused: %s', (_, hex, message) => {
    expect(() => decode(onWire(hex))).toThrow(DecodeError);
    expect(() => decode(onWire(hex))).toThrow(message);
  });

  it('are refused when actions are nested without end', () => {
    let bytes = Buffer.alloc(0);
    for (let depth = 0; depth < 2000; depth++) {
      const head = onWire('ffff0000 00002320 002a 000000000000');
      head.writeUInt16BE(bytes.length + 16, 2);
      bytes = Buffer.concat([head, bytes]);
    }
    const message = encode({ type: 'packet_out', actions: [], data: bytes });
    message.writeUInt16BE(bytes.length, 16);
    expect(() => decode(message)).toThrow(/nested more than 16 deep/);
  });
});

describe('values that do not fit', () => {
  it.each([
    [{ type: 'flow_mod', command: 'add', table: 256 }, 'flow_mod.table: 256 is not an unsigned integer of 8 bits'],
    [{ type: 'flow_mod', command: 'ad', table: 1 }, 'flow_mod.command: "ad" is none of add,'],
    [{ type: 'flow_mod', command: 'add', table: 1, match: { vlan_vid: 0x2000 } }, 'flow_mod.match.vlan_vid: 8192'],
    [{ type: 'flow_mod', command: 'add', table: 1, match: { nonsense: 1 } }, 'there is no field "nonsense"'],
    [
      { type: 'flow_mod', command: 'add', table: 1, match: { in_port: { value: 1, mask: 1 } } },
      'in_port cannot be masked',
    ],
    [{ type: 'packet_out', actions: [{ type: 'fly' }] }, 'packet_out.actions[0]: there is no action "fly"'],
    [{ type: 'packet_out', actions: [{ type: 'output', port: -1 }] }, 'packet_out.actions[0].output.port: -1'],
    [{ type: 'nonsense' }, 'there is no message "nonsense"'],
    [{ type: 'echo_request', data: new Uint8Array(70_000) }, 'OpenFlow counts lengths in 16 bits'],
  ])('are refused by name: %j', (message, text) => {
    expect(() => encode(unknown(message))).toThrow(EncodeError);
    expect(() => encode(unknown(message))).toThrow(text);
  });

  it('do not spoil the next message', () => {
    expect(() => encodeFlowMod({ command: 'add', table: 999 })).toThrow(EncodeError);
    expect(encode({ type: 'barrier_request', xid: 1 })).toEqual(onWire('0414000800000001'));
  });
});
