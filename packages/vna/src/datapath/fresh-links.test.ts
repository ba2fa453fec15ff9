import { describe, expect, it, vi } from 'vitest';
import { FreshLinks } from './fresh-links.ts';

describe('links on which LACP is asking', () => {
  it('are those that have come up a moment ago, not those that were up before', () => {
    vi.useFakeTimers();
    const changed = vi.fn();
    const links = new FreshLinks(changed);
    const isFresh = (up: boolean): boolean => links.isFresh('a', up);
    expect(isFresh(true)).toBe(false);
    expect(isFresh(false)).toBe(false);
    expect(isFresh(true)).toBe(true);
    vi.advanceTimersByTime(3_400);
    expect(isFresh(true)).toBe(true);
    expect(changed).not.toHaveBeenCalled();
    vi.advanceTimersByTime(200);
    expect(changed).toHaveBeenCalledTimes(1);
    expect(isFresh(true)).toBe(false);
    expect(isFresh(false)).toBe(false);
    links.retain(new Set());
    expect(isFresh(true)).toBe(false);
    links.close();
    vi.useRealTimers();
  });
});
