import { expect, it } from 'vitest';
import { TrackedZones } from './tracked-zones.ts';

it('forgets the connections of zones that are tracked no more, once', () => {
  const forgotten: number[] = [];
  const zones = new TrackedZones((zone) => forgotten.push(zone));
  zones.update(['1', '2', '3']);
  expect(forgotten).toEqual([]);
  zones.update(['2', '4']);
  expect(forgotten).toEqual([1, 3]);
  zones.update(['2', '4']);
  zones.update([]);
  expect(forgotten).toEqual([1, 3, 2, 4]);
});
