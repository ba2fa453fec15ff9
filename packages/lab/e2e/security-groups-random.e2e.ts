import { ICMP_TYPE, TCP_FLAG } from '@vnet/packet';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DataCentre } from './data-centre.ts';
import { endsOf, icmpFrame, ipv4Frame, tcpFrame, udpFrame } from './packets.ts';
import { Random } from './random.ts';
import { SecurityChanges } from './security-changes.ts';
import { SecurityModel, type ModelGroup, type ModelMachine, type ModelPacket } from './security-groups-model.ts';
import { TWO_TENANTS } from './tenants.ts';
import { Wire } from './wire.ts';

const FULL = process.env['VNET_FUZZ'] === 'full';
const SEED = Number(process.env['VNET_SEED'] ?? 5);
/** In each, the groups are others, and each of the connections is tried, answered, and gone on with: three packets. */
const ROUNDS = FULL ? 14 : 3;
const CONNECTIONS = 64;

const GROUPS = ['sg-red', 'sg-green', 'sg-blue', 'sg-grey', 'sg-pink'];
/** Around the bounds of the rules. */
const PORTS = [1, 21, 22, 23, 7999, 8000, 8040, 8080, 8081, 65535];
const RULE_PORTS = ['1', '22', '8000-8080', '8040', '8080-8081', '23-65535', '65535', '1-65535'];
const SUBNETS = ['0.0.0.0/0', '0.0.0.0', '10.0.0.0/24', '10.0.0.0/30', '10.0.0.1', '10.0.0.2/32', '10.0.0.4/31'];
/** The first of many protocols without ports: one for each round, which so has no connections of earlier ones. */
const PORTLESS = 100;

/** Of a segment of TCP's handshake; both sides count from the same number. */
type Handshake = Readonly<Record<'flags' | 'sequence' | 'acknowledgment', number>>;

const SYN: Handshake = { flags: TCP_FLAG.syn, sequence: 1000, acknowledgment: 0 };
const SYN_ACK: Handshake = { flags: TCP_FLAG.syn | TCP_FLAG.ack, sequence: 1000, acknowledgment: 1001 };
const ACK: Handshake = { flags: TCP_FLAG.ack, sequence: 1001, acknowledgment: 1001 };

interface Sent extends ModelPacket {
  readonly tcp: Handshake;
}

const { tenants } = TWO_TENANTS;
const MACHINES = Object.values(tenants).flat();

let centre: DataCentre;
let wire: Wire;
let security: SecurityChanges;

beforeAll(async () => {
  centre = await DataCentre.up(TWO_TENANTS);
  // Nobody answers by himself what is about to be sent.
  for (const vm of MACHINES) await centre.lab.exec(vm, ['ip', 'address', 'flush', 'dev', 'eth0']);
  wire = await Wire.in(centre);
  security = new SecurityChanges(centre);
  for (const uuid of GROUPS) await security.group(uuid);
});

afterAll(async () => {
  await wire[Symbol.asyncDispose]();
  await centre.down();
});

const random = new Random(SEED);

it.each(random.list(ROUNDS, () => random.below(2 ** 31)).map((seed, round) => ({ seed, round })))(
  'what arrives is what an independent model says, seed $seed',
  async ({ seed, round }) => {
    const choices = new Random(seed);
    const groups = await putGroups(choices, round);
    const machines = await putMachines(choices);
    await security.noticed();
    const model = new SecurityModel(machines, groups);
    const judge = async (sent: readonly Sent[]): Promise<readonly boolean[]> => {
      const expected = sent.map((packet) => model.arrives(packet));
      const arrived = await wire.volley(sent.map((packet) => ({ from: packet.from, frame: frameOf(packet) })));
      const wrong = sent.flatMap((packet, index) => {
        const [wanted, found] = [expected[index] ? packet.to : '', arrived[index]!.join()];
        return wanted === found ? [] : [{ ...packet, wanted, found }];
      });
      expect(wrong, JSON.stringify({ groups, machines }, null, 1)).toEqual([]);
      expect(new Set(expected), 'some arrive and some do not').toEqual(new Set([true, false]));
      return expected;
    };
    const first = choices.list(CONNECTIONS, () => packetOf(choices, round));
    const accepted = await judge(first);
    expect(await whether(first), 'vnctl why says the same').toEqual(accepted);
    const answered = await judge(first.map(answerTo));
    await judge(first.map((packet, index) => (answered[index] ? goOn(packet) : packet)));
  },
);

/** What `why` says of first packets. */
async function whether(sent: readonly Sent[]): Promise<readonly boolean[]> {
  const answers: boolean[] = [];
  for (const { from, to, protocol, dstPort } of sent) {
    const packet = { 1: 'icmp', 6: `tcp:${dstPort}`, 17: `udp:${dstPort}` }[protocol] ?? String(protocol);
    const { allowed } = await centre.api('GET', `why/if-${from}/if-${to}?packet=${packet}`);
    answers.push(allowed as boolean);
  }
  return answers;
}

/** Other rules and other members for all groups, by what differs. */
async function putGroups(choices: Random, round: number): Promise<Readonly<Record<string, ModelGroup>>> {
  const groups: Record<string, ModelGroup> = {};
  for (const uuid of GROUPS) {
    const rules = choices.list(choices.below(5), () => ruleOf(choices, round)).join(choices.one(['\n', ', ', '\r\n']));
    groups[uuid] = { rules, members: choices.some(MACHINES, 0.25) };
    await security.rules(uuid, rules);
    for (const vm of MACHINES) {
      const had = members.get(uuid)?.includes(vm) ?? false;
      const has = groups[uuid].members.includes(vm);
      if (had !== has) await (has ? security.join(uuid, vm) : security.leave(uuid, vm));
    }
    members.set(uuid, groups[uuid].members);
  }
  return groups;
}

/** Those of the last round. */
const members = new Map<string, readonly string[]>();

async function putMachines(choices: Random): Promise<Readonly<Record<string, ModelMachine>>> {
  const machines: Record<string, ModelMachine> = {};
  for (const [tenant, vms] of Object.entries(tenants)) {
    for (const vm of vms) {
      const filtering = choices.one([null, null, null, true, false]);
      machines[vm] = { tenant, address: centre.lab.vm(vm).address!.split('/')[0]!, filtering };
      await security.filtering(vm, filtering);
    }
  }
  return machines;
}

function ruleOf(choices: Random, round: number): string {
  const direction = choices.one(['', '', '', 'ingress ', 'egress ']);
  const protocol = choices.one(['tcp', 'tcp', 'tcp', 'udp', 'udp', 'icmp', 'all', String(PORTLESS + round)]);
  const ports = protocol === 'tcp' || protocol === 'udp' ? choices.one(RULE_PORTS) : choices.one(['-1', '']);
  const peer = choices.one([...SUBNETS, ...GROUPS]);
  return `${direction}${protocol}:${ports}:${peer}${choices.one(['', ' # why'])}`;
}

/** Source ports: no connection is that of another round. */
let nextPort = 10_000;

function packetOf(choices: Random, round: number): Sent {
  const tenant = choices.one(Object.values(tenants));
  const from = choices.one(tenant);
  const to = choices.one(tenant.filter((vm) => vm !== from));
  const protocol = choices.one([6, 6, 6, 17, 17, 1, PORTLESS + round]);
  if (protocol >= PORTLESS) {
    // Without ports, the packets of one direction are one connection.
    const [low, high] = from < to ? [from, to] : [to, from];
    return { from: low, to: high, protocol, srcPort: 0, dstPort: 0, answer: false, tcp: SYN };
  }
  const dstPort = protocol === 1 ? 0 : choices.one(PORTS);
  return { from, to, protocol, srcPort: nextPort++, dstPort, answer: false, tcp: SYN };
}

function answerTo({ from, to, protocol, srcPort, dstPort }: Sent): Sent {
  const ends = { from: to, to: from, protocol, srcPort: dstPort, dstPort: srcPort };
  return { ...ends, answer: protocol === 6 || protocol === 1, tcp: SYN_ACK };
}

function goOn(packet: Sent): Sent {
  return { ...packet, tcp: ACK };
}

function frameOf({ from, to, protocol, srcPort, dstPort, answer, tcp }: Sent): Buffer {
  const ends = endsOf(centre.lab, from, to);
  if (protocol === 6) return tcpFrame(ends, { srcPort, dstPort, ...tcp });
  if (protocol === 17) return udpFrame(ends, { srcPort, dstPort });
  if (protocol >= PORTLESS) return ipv4Frame(ends, protocol, Buffer.from(`portless ${packets++}`));
  const body = Buffer.alloc(8);
  body.writeUInt16BE(srcPort + dstPort, 0);
  return icmpFrame(ends, {
    kind: 'other',
    type: answer ? ICMP_TYPE.echoReply : ICMP_TYPE.echoRequest,
    code: 0,
    body,
  });
}

let packets = 0;
