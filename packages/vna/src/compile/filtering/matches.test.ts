import { describe, expect, it } from 'vitest';
import { portMasks, subnet } from './matches.ts';

describe('port masks', () => {
  const all = Array.from({ length: 0x10000 }, (_, port) => port);
  const covered = (first: number, last: number): number[] => {
    return portMasks({ first, last }).flatMap(({ value, mask }) => all.filter((port) => (port & mask) === value));
  };

  it.each([
    [22, 22, 1],
    [8000, 8080, 3],
    [1, 65535, 16],
    [1, 65534, 30],
    [32768, 65535, 1],
    [1023, 1024, 2],
  ])('%i–%i are %i, and together exactly the range', (first, last, count) => {
    expect(portMasks({ first, last })).toHaveLength(count);
    expect(covered(first, last).sort((a, b) => a - b)).toEqual(all.slice(first, last + 1));
  });
});

describe('a subnet', () => {
  it.each([
    [0, {}],
    [32, { ipv4_src: 0xc0a80101 }],
    [8, { ipv4_src: { value: 0xc0000000, mask: 0xff000000 } }],
    [31, { ipv4_src: { value: 0xc0a80100, mask: 0xfffffffe } }],
  ])('of prefix %i', (prefix, match) => {
    expect(subnet('ipv4_src', { address: 0xc0a80101, prefix })).toEqual(match);
  });
});
