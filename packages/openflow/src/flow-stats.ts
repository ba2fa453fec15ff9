/** A lean look at large flow dumps: what is needed to compare flows, without decoding each. */
import { DecodeError } from './errors.ts';
import { Reader } from './wire/reader.ts';

export interface FlowStatsEntry {
  readonly table: number;
  readonly priority: number;
  readonly cookie: bigint;
  /** Encoded, as `encodeMatch` gives it, in the switch's order of fields; `decodeMatch` reads it. */
  readonly match: Buffer;
  /** Encoded; `decodeInstructions` reads it. */
  readonly instructions: Buffer;
  readonly packets: bigint;
  readonly bytes: bigint;
}

const FIXED_SIZE = 48;

/**
 * The flows in the body of a flow_stats_reply (after header and multipart header, as `SwitchChannel.multipart` yields it).
 * The entries are views of `body`. Throws DecodeError.
 */
export function* flowStatsEntries(body: Uint8Array): Generator<FlowStatsEntry, void, undefined> {
  const r = new Reader(body);
  while (r.left > 0) {
    const start = r.pos;
    const length = r.u16();
    if (length < FIXED_SIZE + 8) throw new DecodeError(`flow_stats: length ${length.toString()} is too short`);
    const outer = r.enter(length - 2);
    const table = r.u8();
    r.pos = start + 12;
    const priority = r.u16();
    r.pos = start + 24;
    const cookie = r.u64();
    const packets = r.u64();
    const bytes = r.u64();
    const matchLength = r.peekU16(2);
    const match = r.raw(matchLength + (-matchLength & 7));
    const instructions = r.raw(r.left);
    r.leave(outer);
    yield { table, priority, cookie, match, instructions, packets, bytes };
  }
}
