import { describe, expect, it } from 'vitest';
import { priorityOf } from './filter-rule.ts';

const rule = (
  dst_prefix: number,
  dst_port: number,
  src_prefix: number,
  src_port: number,
  protocol: 'ip' | 'tcp' = 'tcp',
) => ({
  protocol,
  dst_prefix,
  dst_port,
  src_prefix,
  src_port,
});

describe('the priority of a filter’s rule', () => {
  it('goes by the prefix and port of the interface’s side first, then by the other side, then by the protocol', () => {
    const inOrder = [
      rule(0, 0, 0, 0, 'ip'),
      rule(0, 0, 0, 0),
      rule(0, 0, 0, 1),
      rule(0, 0, 1, 0),
      rule(0, 0, 32, 65535),
      rule(0, 1, 0, 0),
      rule(1, 0, 0, 0),
      rule(31, 1, 32, 1),
      rule(32, 0, 0, 0, 'ip'),
      rule(32, 0, 0, 0),
      rule(32, 1, 32, 1),
    ].map(priorityOf);
    expect(inOrder).toEqual([...new Set(inOrder)].sort((a, b) => a - b));
    expect(inOrder.at(-1)).toBeLessThan(0xffff);
  });
});
