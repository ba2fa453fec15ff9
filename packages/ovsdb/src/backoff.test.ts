import { expect, it } from 'vitest';
import { Backoff } from './backoff.ts';

it('waits longer after each failure, up to the limit, and starts again after a long life', () => {
  const backoff = new Backoff({ minMs: 4, maxMs: 32 });
  const expectStep = (step: number): void => {
    const wait = backoff.next();
    expect(wait).toBeGreaterThanOrEqual(step / 2);
    expect(wait).toBeLessThanOrEqual(step);
  };
  [4, 8, 16, 32, 32].forEach(expectStep);
  backoff.lived(31);
  expectStep(32);
  backoff.lived(32);
  expectStep(4);
});

it('does not make clients come at once', () => {
  const waits = Array.from({ length: 20 }, () => new Backoff({ minMs: 1000, maxMs: 1000 }).next());
  expect(new Set(waits).size).toBeGreaterThan(10);
});
