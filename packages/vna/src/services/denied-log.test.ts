import {
  BROADCAST_MAC,
  ETHERTYPE,
  IPV4_DEFAULTS,
  IP_PROTOCOL,
  arpRequest,
  encodeEthernet,
  encodeIpv4,
  encodeUdp,
  ipv4PseudoHeader,
} from '@vnet/packet';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fill } from '../compile/test-rows.ts';
import { FACES, securedDataCentre } from '../compile/test-security-rows.ts';
import type { PacketIn } from '../datapath/packet-readers.ts';
import type { Log } from '../log.ts';
import { REASON } from '../pipeline/registers.ts';
import { State } from '../state/state.ts';
import { DeniedLog } from './denied-log.ts';

const [SRC, DST] = [0x0a000001, 0x0a000002];

function datagram(dstPort: number, protocol: number = IP_PROTOCOL.udp): Buffer {
  const udp = encodeUdp({ srcPort: 5, dstPort, payload: Buffer.alloc(8) }, ipv4PseudoHeader(SRC, DST));
  const payload = encodeIpv4({ ...IPV4_DEFAULTS, src: SRC, dst: DST, protocol, payload: udp });
  return encodeEthernet({ dst: BROADCAST_MAC, src: 1, vlans: [], etherType: ETHERTYPE.ipv4, payload });
}

const packet = (values: Partial<PacketIn>): PacketIn => ({
  reason: REASON.deniedByGroups,
  network: 1,
  source: 0,
  destination: FACES.local,
  transport: 0,
  inPort: 1,
  frame: datagram(53),
  ...values,
});

let said: [object, string][];
let denied: DeniedLog;

beforeEach(() => {
  vi.useFakeTimers();
  said = [];
  const note = (details: object, message: string): void => void said.push([details, message]);
  const log: Log = { debug: note, info: note, warn: note, error: note };
  const state = new State();
  fill(state, securedDataCentre());
  denied = new DeniedLog(state, log);
});
afterEach(() => {
  denied.close();
  vi.useRealTimers();
});

describe('the log of what is denied', () => {
  it('names interface, direction, groups and the addresses, and counts what is the same', () => {
    denied.receive(packet({}));
    denied.receive(packet({}));
    denied.receive(packet({ source: FACES.local, destination: 0 }));
    expect(said).toEqual([]);
    vi.advanceTimersByTime(1_000);
    const udp = { protocol: 'udp', src: '10.0.0.1', dst: '10.0.0.2', src_port: 5, dst_port: 53 };
    const about = { interface: `if-${FACES.local}`, groups: ['sg-web'], ...udp };
    expect(said).toEqual([
      [{ ...about, direction: 'ingress', packets: 2 }, 'denied'],
      [{ ...about, direction: 'egress', packets: 1 }, 'denied'],
    ]);
  });

  it('names the filter, or says that there is none', () => {
    denied.receive(packet({ reason: REASON.deniedByFilter, destination: FACES.otherTenant }));
    denied.receive(packet({ reason: REASON.deniedByFilter }));
    vi.advanceTimersByTime(1_000);
    expect(said.map(([details]) => details)).toMatchObject([{ filter: 'fil-1' }, { filter: 'none: nothing passes' }]);
  });

  it.each([
    ['ARP', arpRequest(1, SRC, DST), { protocol: 'arp', src: '10.0.0.1', dst: '10.0.0.2' }],
    ['a protocol without ports', datagram(1, 47), { protocol: 47, src: '10.0.0.1', dst: '10.0.0.2' }],
    ['what cannot be read', Buffer.alloc(3), { malformed: expect.any(String) as string }],
    ['an interface that has gone', undefined, { interface: undefined, direction: 'ingress' }],
  ])('speaks of %s', (_, frame, details) => {
    denied.receive(packet(frame ? { frame } : { destination: 999 }));
    vi.advanceTimersByTime(1_000);
    expect(said[0]?.[0]).toMatchObject(details);
    if (frame) expect(said[0]?.[0]).not.toHaveProperty('src_port');
  });

  it('does not say more than ten lines a second', () => {
    for (let port = 1; port <= 100; port++) denied.receive(packet({ frame: datagram(port) }));
    vi.advanceTimersByTime(5_000);
    expect(said).toHaveLength(11);
    expect(said.at(-1)).toEqual([{ packets: 90 }, 'denied, and not said one by one']);
    denied.receive(packet({}));
    denied.close();
    expect(said).toHaveLength(12);
  });
});
