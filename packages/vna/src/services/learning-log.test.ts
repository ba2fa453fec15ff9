import type { MeterStats } from '@vnet/openflow';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LEARNING_METERS } from '../compile/learning-limits.ts';
import { LearningLog } from './learning-log.ts';

const TRUNK = 60;

let counts: Map<number, bigint>;
let said: object[];
let log: LearningLog;

beforeEach(() => {
  vi.useFakeTimers();
  counts = new Map();
  said = [];
  const silent = (): void => undefined;
  log = new LearningLog({
    meters: () => Promise.resolve([...counts].map(([meter, packets]) => stats(meter, packets))),
    portName: (ofport) => (ofport === TRUNK ? 'trunk0' : undefined),
    log: { debug: silent, info: silent, error: silent, warn: (details) => said.push(details) },
  });
});

afterEach(() => {
  log.close();
  vi.useRealTimers();
});

function stats(meter: number, dropped: bigint): MeterStats {
  const counters = { flows: 1, packets: 9_999n, bytes: 0n, durationSeconds: 0, durationNanoseconds: 0 };
  return { meter, ...counters, bands: [{ packets: dropped, bytes: 0n }] };
}

describe('what is said of meters of learning', () => {
  it('is what they have dropped since the last time, once in ten seconds', async () => {
    counts.set(LEARNING_METERS + TRUNK, 500n);
    await log.look();
    expect(said).toEqual([]);
    counts.set(LEARNING_METERS + TRUNK, 1_500n);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(said).toEqual([]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(said).toEqual([expect.objectContaining({ port: 'trunk0', dropped: 1_000, packets_per_second: 200 })]);
  });

  it('counts a new meter from 0, and leaves other meters alone', async () => {
    await log.look();
    counts.set(TRUNK, 70n).set(LEARNING_METERS + TRUNK, 30n);
    await log.look();
    counts.set(LEARNING_METERS + TRUNK, 10n);
    await log.look();
    expect(said.map((each) => (each as { dropped: number }).dropped)).toEqual([30, 10]);
  });
});
