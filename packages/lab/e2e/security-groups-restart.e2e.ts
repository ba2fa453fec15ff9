import { afterAll, beforeAll, expect, it } from 'vitest';
import { DataCentre } from './data-centre.ts';
import { SecurityChanges } from './security-changes.ts';
import { Sockets, type Connection } from './sockets.ts';
import { TWO_TENANTS } from './tenants.ts';

/** In, from each of the others; and out, to each of the others. */
const OTHERS = ['a2', 'a3', 'a5'];
const IN = 20;
const OUT = 14;

let centre: DataCentre;
let sockets: Sockets;

beforeAll(async () => {
  centre = await DataCentre.up(TWO_TENANTS);
  sockets = new Sockets(centre);
  for (const vm of ['a1', ...OTHERS]) await sockets.listen(vm, 22);
  const security = new SecurityChanges(centre);
  await security.group('sg-clients');
  await security.group('sg-server', 'tcp:22:sg-clients', 'egress tcp:22:sg-clients');
  await security.rules('sg-clients', 'tcp:22:sg-server');
  await security.join('sg-server', 'a1');
  for (const vm of OTHERS) await security.join('sg-clients', vm);
});

afterAll(async () => {
  await sockets[Symbol.asyncDispose]();
  await centre.down();
});

it('an agent that is killed and started again breaks none of 102 connections that its rules let pass', async () => {
  const pairs = OTHERS.flatMap((vm) => [
    ...Array.from({ length: IN }, () => [vm, 'a1'] as const),
    ...Array.from({ length: OUT }, () => ['a1', vm] as const),
  ]);
  const connections = await Promise.all(pairs.map(async ([from, to]) => sockets.connect(from, to, 22)));
  expect(await broken(connections)).toBe(0);
  const before = await tracked();
  const flowing = connections.filter((_, index) => index % 10 === 0);
  await Promise.all(flowing.map(async (each) => each.transfer()));

  const agent = centre.agent('hv1');
  await agent.kill('SIGKILL');
  await Promise.all(flowing.map(async (each) => each.flows()));
  await agent.start();
  await agent.message('synced');
  await Promise.all(flowing.map(async (each) => each.flows()));

  expect(await broken(connections.filter((each) => !flowing.includes(each)))).toBe(0);
  expect(await tracked(), 'the zones are the same').toEqual(before);
  expect((await agent.lines()).flatMap((line) => line['changed'] ?? [])).not.toContainEqual(
    expect.toSatisfy((n) => n > 0),
  );
});

/** How many of them answer no more. */
async function broken(connections: readonly Connection[]): Promise<number> {
  const answers = await Promise.all(connections.map(async (each) => each.answers(true)));
  return answers.filter((answered) => !answered).length;
}

/** The connections that the switch of a1's host knows, with their zones. */
async function tracked(): Promise<readonly string[]> {
  const dump = await centre.lab.host('hv1').appctl('dpctl/dump-conntrack');
  return dump
    .split('\n')
    .filter((line) => line.startsWith('tcp') && /dport=22\b/.test(line))
    .map((line) => `${/orig=\([^)]*\)/.exec(line)?.[0]} ${/zone=\d+/.exec(line)?.[0]} ${/mark=\d+/.exec(line)?.[0]}`)
    .sort();
}
