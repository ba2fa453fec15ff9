import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatIpv4,
  formatMac,
  ipv4Mask,
  ipv4Network,
  isUnicastMac,
  parseDpid,
  parseIpv4,
  parseMac,
} from './addresses.ts';

describe('addresses', () => {
  it('are the same after formatting and parsing', () => {
    fc.assert(fc.property(fc.nat(0xffffffff), (address) => parseIpv4(formatIpv4(address)) === address));
    fc.assert(fc.property(fc.nat(2 ** 48 - 1), (address) => parseMac(formatMac(address)) === address));
  });

  it.each(['', '1.2.3', '1.2.3.4.5', '256.0.0.1', '01.2.3.4', '1.2.3.4 ', '0x1.2.3.4'])('refuses IPv4 %j', (text) => {
    expect(parseIpv4(text)).toBeUndefined();
  });

  it.each(['', '02:00:00:00:00', '2:0:0:0:0:1', '02-00-00-00-00-01', '02:00:00:00:00:0g'])('refuses MAC %j', (text) => {
    expect(parseMac(text)).toBeUndefined();
  });

  it('reads MACs in both notations', () => {
    expect(parseMac('02:00:0A:00:00:01')).toBe(0x02000a000001);
    expect(parseMac('0200.0a00.0001')).toBe(0x02000a000001);
  });

  it('computes networks at every edge', () => {
    expect([0, 1, 24, 32].map(ipv4Mask)).toEqual([0, 0x80000000, 0xffffff00, 0xffffffff]);
    expect(ipv4Network(0xc0a80105, 24)).toBe(0xc0a80100);
    expect(ipv4Network(0xffffffff, 0)).toBe(0);
  });

  it('tells stations from groups', () => {
    expect([0x020000000001, 0x010000000001, 0, 0xffffffffffff].map(isUnicastMac)).toEqual([true, false, false, false]);
  });

  it('pads datapath ids', () => {
    expect(parseDpid('0xAAAA')).toBe('0x000000000000aaaa');
    expect(parseDpid('12345678901234567')).toBeUndefined();
    expect(parseDpid('0x')).toBeUndefined();
  });
});
