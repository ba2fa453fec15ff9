import { TCP_FLAG } from '@vnet/packet';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Body } from './api.ts';
import { DataCentre } from './data-centre.ts';
import { arpReplyFrame, endsOf, icmpFrame, tcpFrame, udpFrame } from './packets.ts';
import { SecurityChanges } from './security-changes.ts';
import { TWO_TENANTS } from './tenants.ts';
import { Wire, type Probe } from './wire.ts';

/** a1 is filtered; a5 is on its host, and hears and speaks for it where nothing passes. */
const FILTERED = 'a1';
const WITHOUT_ARP = { deaf: [FILTERED], heralds: { [FILTERED]: 'a5' } };

/** On the same host, over MAC2MAC and over GRE. */
const OTHERS = ['a5', 'a2', 'a3'];

let centre: DataCentre;
let wire: Wire;
let security: SecurityChanges;

beforeAll(async () => {
  centre = await DataCentre.up(TWO_TENANTS);
  // Nobody answers by himself what is about to be sent.
  for (const { name } of centre.lab.vms) await centre.lab.exec(name, ['ip', 'address', 'flush', 'dev', 'eth0']);
  wire = await Wire.in(centre);
  security = new SecurityChanges(centre);
  await security.change('PUT', `interfaces/if-${FILTERED}`, { enable_filtering: true });
});

afterAll(async () => {
  await wire[Symbol.asyncDispose]();
  await centre.down();
});

let nextPort = 20_000;

type Kind = 'tcp' | 'udp' | 'icmp' | 'arp';

/** A packet that nobody has sent before. `port` is that of the destination. */
function probe(from: string, to: string, kind: Kind, port = 0): Probe {
  const ends = endsOf(centre.lab, from, to);
  const ports = { srcPort: nextPort++, dstPort: port };
  const echo = { kind: 'echo-request', identifier: ports.srcPort, sequence: 1, data: Buffer.alloc(8) } as const;
  const frames = {
    tcp: () => tcpFrame(ends, ports),
    udp: () => udpFrame(ends, ports),
    icmp: () => icmpFrame(ends, echo),
    arp: () => arpReplyFrame(ends, `number ${ports.srcPort}`),
  };
  return { from, frame: frames[kind]() };
}

/** In and out: `tcp:22` in is to port 22 of the filtered machine, out is to port 22 of the other. */
async function passes(direction: 'in' | 'out', ...packets: readonly string[]): Promise<readonly string[]> {
  const probes = OTHERS.flatMap((other) => {
    const [from, to] = direction === 'in' ? [other, FILTERED] : [FILTERED, other];
    return packets.map((packet) => {
      const [kind, port] = packet.split(':');
      return { packet, other, to, ...probe(from, to, kind as Kind, Number(port ?? 0)) };
    });
  });
  const arrived = await wire.volley(probes, WITHOUT_ARP);
  const passed = OTHERS.map((other) =>
    probes.flatMap((each, index) => (each.other === other && arrived[index]!.includes(each.to) ? [each.packet] : [])),
  );
  const [first] = passed;
  expect(passed, 'the same on one host, over MAC2MAC and GRE').toEqual([first, first, first]);
  return first!;
}

describe('enable_filtering without a filter', () => {
  it('lets nothing in or out, not even ARP and DHCP', async () => {
    await security.noticed();
    const packets = ['tcp:22', 'udp:53', 'udp:67', 'udp:68', 'icmp', 'arp'];
    expect(await passes('in', ...packets)).toEqual([]);
    expect(await passes('out', ...packets)).toEqual([]);
  });
});

describe('a filter', () => {
  let filter: string;

  beforeEach(async () => {
    const body = { interface_uuid: `if-${FILTERED}`, mode: 'static' };
    filter = String((await security.change('POST', 'filters', body))['uuid']);
    return async () => {
      await security.change('DELETE', `filters/${filter}`);
    };
  });

  async function rules(...all: readonly Body[]): Promise<void> {
    for (const rule of all) await security.change('POST', `filters/${filter}/static`, rule);
    await security.noticed();
  }

  it.each([
    ['ingress', 'in', 'out'],
    ['egress', 'out', 'in'],
  ] as const)('with %s_passthrough lets pass %s what no rule is about', async (direction, open, closed) => {
    await security.change('PUT', `filters/${filter}`, { [`${direction}_passthrough`]: true });
    await rules({ protocol: 'udp', dst_port: 53, src_port: 53, action: 'drop' });
    const packets = ['tcp:22', 'udp:67', 'icmp', 'arp'];
    expect(await passes(open, ...packets)).toEqual(packets);
    expect(await passes(closed, ...packets)).toEqual([]);
  });

  it('passes and drops by protocol, and by port on the side of the interface', async () => {
    await rules(
      { protocol: 'tcp', dst_port: 22, action: 'pass' },
      { protocol: 'icmp', action: 'pass' },
      { protocol: 'arp', action: 'pass' },
    );
    const packets = ['tcp:22', 'tcp:23', 'udp:22', 'icmp', 'arp'];
    expect(await passes('in', ...packets)).toEqual(['tcp:22', 'icmp', 'arp']);
    // The rule about port 22 is mirrored: out goes what comes from the interface's port 22.
    expect(await passes('out', ...packets)).toEqual(['icmp', 'arp']);
  });

  it('goes by the longest prefix and the port on the side of the interface first, then on the other', async () => {
    await security.change('PUT', `filters/${filter}`, { ingress_passthrough: true });
    await rules(
      { protocol: 'ip', action: 'drop' },
      { protocol: 'tcp', dst_port: 22, action: 'pass' },
      { protocol: 'tcp', src_address: '10.0.0.0/24', dst_port: 22, action: 'drop' },
      { protocol: 'tcp', dst_address: '10.0.0.1/32', dst_port: 22, action: 'pass' },
      { protocol: 'udp', src_address: '10.0.0.0/24', action: 'pass' },
      { protocol: 'udp', dst_address: '10.0.0.0/8', action: 'drop' },
      { protocol: 'udp', dst_address: '10.0.0.0/8', dst_port: 53, action: 'pass' },
    );
    expect(await passes('in', 'tcp:22', 'tcp:23', 'udp:52', 'udp:53', 'icmp')).toEqual(['tcp:22', 'udp:53']);
  });

  it('with conn lets out what the interface begins, and in the answers to it only', async () => {
    await rules({ protocol: 'udp', action: 'conn' }, { protocol: 'arp', action: 'pass' });
    expect(await passes('in', 'udp:53')).toEqual([]);
    expect(await passes('out', 'udp:53', 'tcp:53')).toEqual(['udp:53']);
    const ports = { srcPort: 3000, dstPort: 53 };
    const question = { from: FILTERED, frame: udpFrame(endsOf(centre.lab, FILTERED, 'a2'), ports) };
    const swapped = { srcPort: 53, dstPort: 3000 };
    const answer = { from: 'a2', frame: udpFrame(endsOf(centre.lab, 'a2', FILTERED), swapped) };
    const stranger = { from: 'a3', frame: udpFrame(endsOf(centre.lab, 'a3', FILTERED), swapped) };
    expect(await wire.volley([answer, stranger])).toEqual([[], []]);
    expect(await wire.volley([question])).toEqual([['a2']]);
    expect(await wire.volley([answer, stranger])).toEqual([[FILTERED], []]);
  });

  it('and a security group must both accept a packet; the answers to what they accepted pass', async () => {
    await security.group('sg-both', 'tcp:22-80:0.0.0.0/0', 'udp:53:0.0.0.0/0');
    await security.join('sg-both', FILTERED);
    await rules(
      { protocol: 'tcp', dst_port: 22, action: 'pass' },
      { protocol: 'tcp', dst_port: 443, action: 'pass' },
      { protocol: 'arp', action: 'pass' },
    );
    expect(await passes('in', 'tcp:22', 'tcp:80', 'tcp:443', 'udp:53', 'arp')).toEqual(['tcp:22', 'arp']);
    const ports = { srcPort: 3001, dstPort: 22 };
    const syn = { from: 'a2', frame: tcpFrame(endsOf(centre.lab, 'a2', FILTERED), ports) };
    const answer = {
      from: FILTERED,
      frame: tcpFrame(endsOf(centre.lab, FILTERED, 'a2'), {
        srcPort: 22,
        dstPort: 3001,
        flags: TCP_FLAG.syn | TCP_FLAG.ack,
        sequence: 1,
        acknowledgment: 1001,
      }),
    };
    expect(await wire.volley([syn])).toEqual([[FILTERED]]);
    expect(await wire.volley([answer])).toEqual([['a2']]);
    await security.change('DELETE', 'security_groups/sg-both');
  });
});
