import { describe, expect, it } from 'vitest';
import { transportOf } from './transport.ts';

const PLAIN =
  '02:31:55.1 02:00:01:00:00:01 > 02:00:01:00:00:02, ethertype IPv4 (0x0800), length 98: 10.0.0.1 > 10.0.0.2: ICMP echo request, id 100, seq 1, length 64';
const TUNNELLED =
  '02:31:55.2 02:01:00:00:00:01 > 8e:00:00:00:00:01, ethertype IPv4 (0x0800), length 140: 172.16.1.11 > 172.16.2.13: GREv0, key=0x4, proto TEB (0x6558), length 106: 02:00:01:00:00:01 > 02:00:01:00:00:03, ethertype IPv4 (0x0800), length 98: 10.0.0.1 > 10.0.0.3: ICMP echo request, id 200, seq 1, length 64';

describe('the transport of a ping', () => {
  it('is MAC2MAC when it passed the uplink as it is', () => {
    expect(transportOf([PLAIN, TUNNELLED], 100)).toEqual({ transport: 'MAC2MAC' });
  });

  it('is GRE when it passed the uplink in a tunnel, with the key seen there', () => {
    expect(transportOf([PLAIN, TUNNELLED], 200)).toEqual({ transport: 'GRE', key: '0x4' });
  });

  it('is within the host when it did not pass the uplink', () => {
    expect(transportOf([PLAIN, TUNNELLED], 20)).toEqual({ transport: 'same host' });
  });
});
