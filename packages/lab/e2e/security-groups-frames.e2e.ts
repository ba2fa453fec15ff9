import { IP_PROTOCOL, TCP_FLAG, unreachable, UNREACHABLE_CODE } from '@vnet/packet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataCentre } from './data-centre.ts';
import type { Ends } from './frames.ts';
import { arpReplyFrame, endsOf, icmpFrame, ipv4Frame, reversed, tcpFrame, udpBytes, udpFrame } from './packets.ts';
import { SecurityChanges } from './security-changes.ts';
import { TWO_TENANTS } from './tenants.ts';
import { Wire, type Probe } from './wire.ts';

let centre: DataCentre;
let wire: Wire;
let security: SecurityChanges;

beforeAll(async () => {
  centre = await DataCentre.up(TWO_TENANTS);
  // Nobody answers by himself what is about to be sent.
  for (const { name } of centre.lab.vms) await centre.lab.exec(name, ['ip', 'address', 'flush', 'dev', 'eth0']);
  wire = await Wire.in(centre);
  security = new SecurityChanges(centre);
  await security.group(
    'sg-web',
    'tcp:22:0.0.0.0/0',
    'udp:53:0.0.0.0/0',
    'icmp:-1:0.0.0.0/0',
    'egress udp:53:0.0.0.0/0',
  );
  await security.join('sg-web', 'a1');
  await security.noticed();
});

afterAll(async () => {
  await wire[Symbol.asyncDispose]();
  await centre.down();
});

/** Which of the frames arrive where they go to, by name, in order. */
async function arriving(from: string, frames: Readonly<Record<string, Buffer>>): Promise<readonly string[]> {
  const arrived = await wire.volley(Object.values(frames).map((frame) => ({ from, frame })));
  return Object.keys(frames).filter((_, index) => arrived[index]!.length > 0);
}

/** Open vSwitch takes no shorter ones than 1,200 bytes with their header, the last excepted: an attack by default. */
const FRAGMENT = 1208;

let nextPort = 30_000;

describe.each([
  ['a5', 'on one host'],
  ['a2', 'over MAC2MAC'],
  ['a3', 'over GRE'],
])('between a1, in a group, and %s, %s', (other) => {
  const ends = (): Ends => endsOf(centre.lab, other, 'a1');

  it('ARP and DHCP pass in both directions, whatever the rules', async () => {
    const frames = (way: Ends): Readonly<Record<string, Buffer>> => ({
      arp: arpReplyFrame(way, 'unasked'),
      'from server': udpFrame(way, { srcPort: 67, dstPort: 68 }),
      'from client': udpFrame(way, { srcPort: 68, dstPort: 67 }),
      'neither of them': udpFrame(way, { srcPort: 67, dstPort: 69 }),
    });
    expect(await arriving(other, frames(ends()))).toEqual(['arp', 'from server']);
    expect(await arriving('a1', frames(reversed(ends())))).toEqual(['arp', 'from client']);
  });

  it('TCP without SYN passes as a first packet would, and SYN with ACK as none', async () => {
    const { syn, ack, fin, psh } = TCP_FLAG;
    const segment = (dstPort: number, flags: number): Buffer =>
      tcpFrame(ends(), { srcPort: nextPort++, dstPort, flags, acknowledgment: flags & ack ? 77 : 0 });
    const frames = {
      'syn 22': segment(22, syn),
      'ack 22': segment(22, ack),
      'psh 22': segment(22, ack | psh),
      'syn ack 22': segment(22, syn | ack),
      'syn fin 22': segment(22, syn | fin),
      'syn 23': segment(23, syn),
      'ack 23': segment(23, ack),
      'fin 23': segment(23, ack | fin),
    };
    expect(await arriving(other, frames)).toEqual(['syn 22', 'ack 22', 'psh 22']);
  });

  it('ICMP requests pass by a rule, errors by the connection that they are about, other types never', async () => {
    const body = (): Buffer => {
      const bytes = Buffer.alloc(16);
      bytes.writeUInt16BE(nextPort++);
      return bytes;
    };
    const message = (type: number): Buffer => icmpFrame(ends(), { kind: 'other', type, code: 0, body: body() });
    const question = udpFrame(reversed(ends()), { srcPort: nextPort, dstPort: 53 });
    const never = udpFrame(reversed(ends()), { srcPort: nextPort + 1, dstPort: 53 });
    nextPort += 2;
    expect(await wire.volley([{ from: 'a1', frame: question }])).toEqual([[other]]);
    const error = (about: Buffer): Buffer => icmpFrame(ends(), unreachable(UNREACHABLE_CODE.port, about.subarray(14)));
    const frames = {
      echo: message(8),
      timestamp: message(13),
      information: message(15),
      'answer to nothing': message(0),
      redirect: message(5),
      'router advertisement': message(9),
      'error about a connection': error(question),
      'error about none': error(never),
    };
    expect(await arriving(other, frames)).toEqual(['echo', 'timestamp', 'information', 'error about a connection']);
  });

  it('fragments pass as the datagram would, in any order, and none without the first', async () => {
    const fragments = (dstPort: number): readonly Buffer[] => {
      const identification = nextPort++;
      const bytes = udpBytes(ends(), { srcPort: identification, dstPort }, Buffer.alloc(3000, `to ${dstPort}`));
      return [0, FRAGMENT, 2 * FRAGMENT].map((fragmentOffset) =>
        ipv4Frame(ends(), IP_PROTOCOL.udp, bytes.subarray(fragmentOffset, fragmentOffset + FRAGMENT), {
          identification,
          fragmentOffset,
          moreFragments: fragmentOffset < 2 * FRAGMENT,
        }),
      );
    };
    const [allowed, shuffled, denied, headless] = [fragments(53), fragments(53), fragments(54), fragments(53)];
    const received = async (frames: readonly Buffer[]): Promise<number> =>
      (await wire.volley(frames.map((frame) => ({ from: other, frame })))).filter((vms) => vms.includes('a1')).length;
    expect(await received(allowed)).toBe(3);
    expect(await received([shuffled[2]!, shuffled[0]!, shuffled[1]!])).toBe(3);
    expect(await received(denied)).toBe(0);
    expect(await received(headless.slice(1))).toBe(0);
  });
});

describe('two tenants with the same addresses', () => {
  it('share no state: what one has begun opens nothing for the other', async () => {
    await security.group('sg-shut');
    await security.join('sg-shut', 'b1');
    await security.noticed();
    const ports = { srcPort: nextPort++, dstPort: 53 };
    const back = { srcPort: 53, dstPort: ports.srcPort };
    const question = (tenant: string): Probe => {
      const [from, to] = [`${tenant}1`, `${tenant}2`];
      return { from, frame: udpFrame(endsOf(centre.lab, from, to), ports) };
    };
    const answer = (tenant: string): Probe => {
      const [from, to] = [`${tenant}2`, `${tenant}1`];
      return { from, frame: udpFrame(endsOf(centre.lab, from, to), back) };
    };
    expect(await wire.volley([question('a')])).toEqual([['a2']]);
    expect(await wire.volley([answer('a'), answer('b')])).toEqual([['a1'], []]);
    expect(await wire.volley([question('b')])).toEqual([['b2']]);
    expect(await wire.volley([answer('a'), answer('b')])).toEqual([['a1'], ['b1']]);
  });
});
