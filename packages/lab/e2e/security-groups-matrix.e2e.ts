import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DataCentre } from './data-centre.ts';
import { SecurityChanges } from './security-changes.ts';
import { Sockets, type Attempt } from './sockets.ts';
import { TWO_TENANTS } from './tenants.ts';

let centre: DataCentre;
let sockets: Sockets;
let security: SecurityChanges;

beforeAll(async () => {
  centre = await DataCentre.up(TWO_TENANTS);
  sockets = new Sockets(centre);
  for (const vm of centre.tenants['a']!) await sockets.listen(vm, 22, 53, 80, 8080);
  security = new SecurityChanges(centre);
  await security.group('sg-web');
  await security.group('sg-other');
});

afterAll(async () => {
  await sockets[Symbol.asyncDispose]();
  await centre.down();
});

/** What is tried between two machines. */
const ATTEMPTS = {
  'tcp:22': { way: 'tcp', port: 22 },
  'tcp:80': { way: 'tcp', port: 80 },
  'tcp:8080': { way: 'tcp', port: 8080 },
  'udp:53': { way: 'udp', port: 53 },
  'udp:80': { way: 'udp', port: 80 },
  icmp: { way: 'icmp' },
} as const satisfies Record<string, Omit<Attempt, 'from' | 'to'>>;

type Name = keyof typeof ATTEMPTS;

const EVERYTHING = Object.keys(ATTEMPTS) as Name[];

/** Tries everything at once: exactly the expected must succeed. A change may need some milliseconds to be noticed. */
async function expectReached(from: string, to: string, expected: readonly Name[]): Promise<void> {
  await expect
    .poll(async () => reached(from, to, expected), { timeout: 3000, message: `${from} → ${to}` })
    .toEqual(expected);
}

async function reached(from: string, to: string, expected: readonly Name[]): Promise<readonly Name[]> {
  const tries = EVERYTHING.map(async (name) => {
    const succeeds = await sockets.succeeds({ from, to, ...ATTEMPTS[name] }, expected.includes(name));
    return succeeds ? [name] : [];
  });
  return (await Promise.all(tries)).flat();
}

describe.each([
  ['a5', 'on one host'],
  ['a2', 'over MAC2MAC'],
  ['a3', 'over GRE'],
])('a1, in a group, and %s, %s', (other) => {
  const address = TWO_TENANTS.topology.vms![other]!.address!.split('/')[0]!;

  beforeAll(async () => security.join('sg-web', 'a1'));
  afterAll(async () => security.leave('sg-web', 'a1'));

  it.each<[Name[], string[]]>([
    [[], []],
    [['tcp:22'], ['tcp:22:10.0.0.0/24']],
    [['tcp:80', 'tcp:8080'], ['tcp:23-8080:0.0.0.0/0']],
    [['udp:53'], [`udp:53:${address}`, 'udp:80:10.0.0.9']],
    [['tcp:22', 'icmp'], ['icmp:-1:0.0.0.0/0, tcp:22:10.0.0.0/8 # a comment, with tcp:80:0.0.0.0/0 in it']],
    [
      ['udp:53', 'udp:80'],
      ['udp:1-65535:10.0.0.0/29', 'tcp:22:10.0.1.0/24'],
    ],
    [EVERYTHING, ['all::0.0.0.0/0']],
  ])('comes in: %j, by the rules %j; everything goes out and is answered', async (expected, rules) => {
    await security.rules('sg-web', ...rules);
    await Promise.all([expectReached(other, 'a1', expected), expectReached('a1', other, EVERYTHING)]);
  });

  it.each<[Name[], string[]]>([
    [['tcp:22'], ['egress tcp:22:0.0.0.0/0']],
    [
      ['udp:53', 'icmp'],
      [`egress icmp::${address}`, 'egress udp:1-79:10.0.0.0/24'],
    ],
    [[], ['egress all::10.0.0.77']],
  ])('goes out: %j, by the rules %j; what comes in is answered', async (expected, rules) => {
    await security.rules('sg-web', 'tcp:80:0.0.0.0/0', ...rules);
    await Promise.all([expectReached('a1', other, expected), expectReached(other, 'a1', ['tcp:80'])]);
  });

  it('accept each other as members of one group, unless it does not want that', async () => {
    await security.rules('sg-web', 'tcp:22:0.0.0.0/0');
    await security.join('sg-web', other);
    await Promise.all([expectReached(other, 'a1', EVERYTHING), expectReached('a1', other, EVERYTHING)]);
    await security.change('PUT', 'security_groups/sg-web', { trust_members: false });
    await Promise.all([expectReached(other, 'a1', ['tcp:22']), expectReached('a1', other, ['tcp:22'])]);
    await security.change('PUT', 'security_groups/sg-web', { trust_members: true });
    await security.leave('sg-web', other);
    await expectReached(other, 'a1', ['tcp:22']);
  });

  it('exchange data while a rule names a group that the other is in, and only then', async () => {
    await security.rules('sg-web', 'tcp:22:sg-other');
    await expectReached(other, 'a1', []);
    await security.join('sg-other', other);
    const connection = await sockets.connect(other, 'a1', 22);
    await connection.transfer();
    await connection.flows();
    await security.leave('sg-other', other);
    await connection.stops();
    await expectReached(other, 'a1', []);
    await security.join('sg-other', other);
    await connection.flows();
    await security.leave('sg-other', other);
    await connection.close();
  });

  it('lose the connections that only a removed rule allowed, and keep the others', async () => {
    await security.rules(
      'sg-web',
      'tcp:22:0.0.0.0/0',
      'tcp:80:0.0.0.0/0',
      `tcp:75-85:${address}`,
      'tcp:8080:0.0.0.0/0',
    );
    const [lost, doubly, kept] = await Promise.all([22, 80, 8080].map((port) => sockets.connect(other, 'a1', port)));
    const outgoing = await sockets.connect('a1', other, 22);
    const all = [lost!, doubly!, kept!, outgoing];
    const answering = (...expected: boolean[]): Promise<boolean[]> =>
      Promise.all(all.map((each, index) => each.answers(expected[index]!)));
    expect(await answering(true, true, true, true)).toEqual([true, true, true, true]);
    await security.rules('sg-web', `tcp:75-85:${address}`, 'tcp:8080:0.0.0.0/0');
    await security.noticed();
    expect(await answering(false, true, true, true)).toEqual([false, true, true, true]);
    await Promise.all(all.map((each) => each.close()));
  });
});

describe('ingress_filtering_enabled', () => {
  afterEach(async () => {
    await security.filtering('a1', null);
    await security.leave('sg-web', 'a1');
  });

  it.each(['a5', 'a2', 'a3'])('counts at once, for open connections too: a1 and %s', async (other) => {
    await security.rules('sg-web');
    const incoming = await sockets.connect(other, 'a1', 22);
    const outgoing = await sockets.connect('a1', other, 22);
    const answering = async (comesIn: boolean): Promise<readonly boolean[]> =>
      Promise.all([incoming.answers(comesIn), outgoing.answers(true)]);
    expect(await answering(true)).toEqual([true, true]);
    await security.filtering('a1', true);
    await security.noticed();
    expect(await answering(false), 'no group').toEqual([false, true]);
    await Promise.all([expectReached(other, 'a1', []), expectReached('a1', other, EVERYTHING)]);
    await security.rules('sg-web', 'tcp:22:0.0.0.0/0');
    await security.join('sg-web', 'a1');
    expect(await answering(true), 'in a group that allows it').toEqual([true, true]);
    await security.rules('sg-web', 'egress tcp:22:0.0.0.0/0');
    await security.noticed();
    expect(await answering(false), 'in a group that does not').toEqual([false, true]);
    await Promise.all([expectReached(other, 'a1', []), expectReached('a1', other, ['tcp:22'])]);
    await security.filtering('a1', false);
    expect(await answering(true), 'switched off').toEqual([true, true]);
    await Promise.all([expectReached(other, 'a1', EVERYTHING), expectReached('a1', other, EVERYTHING)]);
    await security.filtering('a1', null);
    await expectReached(other, 'a1', []);
    await security.leave('sg-web', 'a1');
    await expectReached(other, 'a1', EVERYTHING);
    await Promise.all([incoming.close(), outgoing.close()]);
  });
});

describe('a group that is deleted', () => {
  it('lets nobody in any more by rules that name it, until there is one of this name again', async () => {
    await security.group('sg-gone');
    await security.join('sg-gone', 'a2');
    await security.rules('sg-web', 'tcp:22:sg-gone', 'tcp:80:10.0.0.3');
    await security.join('sg-web', 'a1');
    await expectReached('a2', 'a1', ['tcp:22']);
    await security.change('DELETE', 'security_groups/sg-gone');
    await Promise.all([expectReached('a2', 'a1', []), expectReached('a3', 'a1', ['tcp:80'])]);
    await security.group('sg-gone');
    await expectReached('a2', 'a1', []);
    await security.join('sg-gone', 'a2');
    await expectReached('a2', 'a1', ['tcp:22']);
    await security.change('DELETE', 'security_groups/sg-gone');
    await security.leave('sg-web', 'a1');
  });
});

describe('a member that moves to another host', () => {
  beforeAll(async () => {
    await security.rules('sg-web', 'tcp:22:sg-other');
    await security.join('sg-web', 'a5');
    await security.join('sg-other', 'a2');
  });

  /** There, nobody knows them, and the rules decide about the next packet as if it was the first. */
  it.each(['hv2', 'hv3', 'hv1'])('takes the connections along to %s that are allowed', async (host) => {
    const incoming = await sockets.connect('a2', 'a5', 22);
    const outgoing = await sockets.connect('a5', 'a3', 80);
    await Promise.all([incoming, outgoing].map(async (each) => each.transfer()));
    await Promise.all([incoming, outgoing].map(async (each) => each.flows()));
    await centre.lab.move('a5', host);
    await centre.settled();
    await Promise.all([incoming, outgoing].map(async (each) => each.flows()));
    await Promise.all([expectReached('a2', 'a5', ['tcp:22']), expectReached('a3', 'a5', [])]);
    await Promise.all([incoming, outgoing].map(async (each) => each.close()));
  });
});
