import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { A, B, frame, icmp, packet, tcp, udp } from '../test/frames.ts';
import { tcpdump } from '../test/pcap.ts';
import {
  arpReply,
  arpRequest,
  decodeArp,
  decodeEthernet,
  describe as describeFrame,
  encodeEthernet,
  ETHERTYPE,
  fragmentationNeeded,
  gratuitousArp,
  rarpAnnouncement,
  TCP_FLAG,
  timeExceeded,
  unreachable,
  UNREACHABLE_CODE,
} from './index.ts';

const request = arpRequest(A.mac, A.ip, B.ip);
const original = udp(40001, 40002, Buffer.alloc(30));

describe('describe', () => {
  it('says what tcpdump says', () => {
    const frames = [
      request,
      arpReply(decodeArp(decodeEthernet(request).payload), B.mac),
      gratuitousArp(A.mac, A.ip),
      rarpAnnouncement(A.mac),
      encodeEthernet({
        ...decodeEthernet(request),
        vlans: [{ tpid: ETHERTYPE.vlan, priority: 3, dropEligible: false, vid: 100 }],
      }),
      frame(icmp({ kind: 'echo-request', identifier: 7, sequence: 9, data: Buffer.alloc(56) })),
      frame(icmp({ kind: 'echo-reply', identifier: 7, sequence: 9, data: Buffer.alloc(56) })),
      frame(icmp(fragmentationNeeded(1400, original))),
      ...Object.values(UNREACHABLE_CODE)
        .filter((code) => code !== UNREACHABLE_CODE.fragmentationNeeded)
        .map((code) => frame(icmp(unreachable(code, original)))),
      frame(icmp(unreachable(UNREACHABLE_CODE.port, tcp({})))),
      frame(icmp(timeExceeded(original))),
      frame(original),
      frame(tcp({})),
      frame(tcp({ flags: TCP_FLAG.psh | TCP_FLAG.ack, acknowledgment: 77, payload: Buffer.from('hello') })),
      frame(tcp({ flags: TCP_FLAG.rst | TCP_FLAG.ack | TCP_FLAG.fin, acknowledgment: 77 })),
    ];
    expect(frames.map(describeFrame)).toEqual(tcpdump(frames));
  });

  it('names what it does not read', () => {
    expect(describeFrame(frame(Buffer.alloc(40), { etherType: 0x86dd }))).toBe(
      '02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype Unknown (0x86dd), length 54: 40 bytes',
    );
    expect(describeFrame(frame(packet(253, Buffer.alloc(4))))).toMatch(/: 10\.0\.0\.1 > 10\.0\.0\.2: ip-proto-253 4$/);
    const fragment = udp(1, 2, Buffer.alloc(16), { fragmentOffset: 1480 });
    expect(describeFrame(frame(fragment))).toContain('10.0.0.1 > 10.0.0.2: ip-proto-17 24, fragment at 1480');
  });

  it('says what is wrong with a malformed frame', () => {
    expect(describeFrame(Buffer.alloc(5))).toBe('malformed ethernet: needs 14 bytes, has 5');
    expect(describeFrame(frame(Buffer.alloc(30)))).toMatch(/length 44: malformed ipv4: version is 0$/);
    expect(describeFrame(request.subarray(0, 30))).toMatch(/ARP .*malformed arp: needs 28 bytes, has 16$/);
  });

  it('gives one line for any bytes (fuzz)', () => {
    const runs = process.env['VNET_FUZZ'] === 'full' ? { numRuns: 100_000 } : { numRuns: 1000, seed: 826 };
    const bytes = fc.uint8Array({ maxLength: 80 }).map((array) => Buffer.from(array));
    const type = fc.constantFrom(...Object.values(ETHERTYPE));
    fc.assert(
      fc.property(bytes, type, (payload, etherType) => {
        expect(describeFrame(payload)).toMatch(/^.+$/);
        expect(describeFrame(frame(payload, { etherType }))).toMatch(/^.+$/);
      }),
      runs,
    );
  });
});
