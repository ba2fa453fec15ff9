import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PrivateSwitch } from '../../test/private-switch.ts';
import { connectSwitch, encodeFlowMod, flowStatsEntries, type SwitchChannel } from '../index.ts';

let ovs: PrivateSwitch;
let channel: SwitchChannel;

beforeAll(async () => {
  ovs = await PrivateSwitch.start();
  channel = connectSwitch({ target: ovs.target });
  await once(channel, 'up');
});

afterAll(async () => {
  channel.close();
  await ovs.stop();
});

/** To a table that must be a later one: the switch refuses others. */
const flow = (priority: number, goto = 3): Buffer =>
  encodeFlowMod({
    command: 'add',
    table: 2,
    priority,
    match: {},
    instructions: [{ type: 'goto_table', table: goto }],
  });

async function priorities(): Promise<number[]> {
  const found: number[] = [];
  for await (const body of channel.parts({ type: 'flow_stats_request' })) {
    found.push(...[...flowStatsEntries(body)].map(({ priority }) => priority));
  }
  return found.sort((a, b) => a - b);
}

it('messages that are sent one by one stand or fall alone, and it is said which were refused', async () => {
  const refused = await channel.oneByOne([flow(1), flow(2, 1), flow(3), flow(4, 0)]);
  expect([...refused.keys()]).toEqual([1, 3]);
  expect([...refused.values()].map(({ code }) => code)).toEqual([
    'BAD_INSTRUCTION/BAD_TABLE_ID',
    'BAD_INSTRUCTION/BAD_TABLE_ID',
  ]);
  expect(await priorities()).toEqual([1, 3]);
});

it('there may be many of them, and none', async () => {
  const many = Array.from({ length: 2_500 }, (_, i) => flow(i + 10, i === 2_400 ? 0 : 3));
  expect([...(await channel.oneByOne(many)).keys()]).toEqual([2_400]);
  expect(await priorities()).toHaveLength(2_501);
  expect((await channel.oneByOne([])).size).toBe(0);
});

it('an Open vSwitch says that it takes bundles, and takes one afterwards', async () => {
  expect(await channel.takesBundles()).toBe(true);
  await channel.bundle([flow(5_000)]);
  expect((await priorities()).at(-1)).toBe(5_000);
});
