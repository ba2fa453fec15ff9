import { expect, it } from 'vitest';
import { PacketLimit } from './packet-limit.ts';

it('admits so many packets of each port, and none of a flood beyond that', () => {
  let now = 0;
  const limit = new PacketLimit(() => now);
  const admitted = (port: number, packets: number): number =>
    Array.from({ length: packets }, () => limit.admits(port)).filter(Boolean).length;
  expect(admitted(1, 10_000)).toBe(150);
  expect(admitted(2, 1)).toBe(1);
  now = 100;
  expect(admitted(1, 10_000)).toBe(30);
  now = 100_000;
  expect(admitted(1, 10_000)).toBe(150);
});
