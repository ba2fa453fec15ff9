import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PrivateSwitch, until } from '../../test/private-switch.ts';
import { connectSwitch, encode, encodeFlowMod, flowStatsEntries, PORT } from '../index.ts';
import type { Log, MessageOf, SwitchChannel } from '../index.ts';
import { BundleError, DisconnectedError, OpenFlowError } from './channel-errors.ts';

let ovs: PrivateSwitch;
const channels: SwitchChannel[] = [];

beforeAll(async () => {
  ovs = await PrivateSwitch.start();
});

afterEach(() => {
  for (const channel of channels.splice(0)) channel.close();
});

afterAll(() => ovs.stop());

function dial(log?: Log): SwitchChannel {
  const channel = connectSwitch({ target: ovs.target, ...(log && { log }), backoff: { firstMs: 10, maxMs: 100 } });
  channels.push(channel);
  return channel;
}

async function connected(): Promise<SwitchChannel> {
  const channel = dial();
  await once(channel, 'up');
  return channel;
}

const flow = (priority: number, cookie = 1n): Buffer =>
  encodeFlowMod({
    command: 'add',
    table: 0,
    priority,
    cookie,
    match: { eth_dst: 0x0200_0000_0000 + priority },
    instructions: [{ type: 'apply_actions', actions: [{ type: 'output', port: PORT.LOCAL }] }],
  });

const deleteAll = encodeFlowMod({ command: 'delete', table: 255 });

async function countFlows(channel: SwitchChannel): Promise<number> {
  let count = 0;
  for await (const body of channel.parts({ type: 'flow_stats_request' })) count += [...flowStatsEntries(body)].length;
  return count;
}

describe('a channel to a real switch', () => {
  it('comes up with the features', async () => {
    const channel = await connected();
    const datapath = channel.features?.datapathId.toString(16).padStart(16, '0');
    expect(ovs.vsctl('get', 'bridge', ovs.bridge, 'datapath_id')).toContain(datapath);
    expect(channel.features?.tables).toBe(254);
  });

  it('describes switch and ports', async () => {
    const channel = await connected();
    const description = await channel.request({ type: 'desc_request' });
    expect(description.manufacturer).toBe('Nicira, Inc.');
    const { ports } = await channel.request({ type: 'port_desc_request' });
    expect(ports.map(({ name, port }) => [name, port])).toEqual([[ovs.bridge, PORT.LOCAL]]);
    const features = await channel.request({ type: 'meter_features_request' });
    expect(features.maxMeters).toBeGreaterThan(0);
  });

  it('rejects a request that the switch refuses, naming the error', async () => {
    const channel = await connected();
    const refused = channel.request({ type: 'meter_config_request', meter: 77 });
    await expect(refused).rejects.toThrow(OpenFlowError);
    await expect(refused).rejects.toMatchObject({ code: 'METER_MOD_FAILED/UNKNOWN_METER' });
  });

  it('hands on errors that nobody waits for', async () => {
    const channel = await connected();
    const message = once(channel, 'message');
    await channel.send(encode({ type: 'meter_mod', xid: 0xabcd, command: 'modify', meter: 5, flags: 1 }));
    const [error] = (await message) as [MessageOf<'error'>];
    expect(error).toMatchObject({ type: 'error', xid: 0xabcd, errorType: 12 });
  });

  it('writes 10,000 flows in one bundle and reads them back', async () => {
    const channel = await connected();
    await channel.bundle([deleteAll, ...Array.from({ length: 10_000 }, (_, i) => flow(i + 1))]);
    expect(await countFlows(channel)).toBe(10_000);
    const { flows } = await channel.request({ type: 'aggregate_request', cookie: 1n, cookieMask: 0xffffn });
    expect(flows).toBe(10_000);
  });

  it('changes nothing when one message of a bundle is refused, and says which', async () => {
    const channel = await connected();
    await channel.bundle([deleteAll, flow(1)]);
    const missingGroup = encodeFlowMod({
      command: 'add',
      table: 0,
      match: {},
      instructions: [{ type: 'apply_actions', actions: [{ type: 'group', group: 99 }] }],
    });
    const refused = channel.bundle([deleteAll, flow(2), missingGroup, flow(3)]);
    await expect(refused).rejects.toThrow(BundleError);
    await expect(refused).rejects.toMatchObject({ index: 2, code: 'BAD_ACTION/BAD_OUT_GROUP' });
    expect(ovs.dumpFlows()).toHaveLength(1);
    await channel.bundle([flow(4)]);
    expect(ovs.dumpFlows()).toHaveLength(2);
  });

  it('discards a bundle with a message that cannot be decoded', async () => {
    const channel = await connected();
    await channel.bundle([deleteAll]);
    const withoutPrerequisite = encodeFlowMod({ command: 'add', table: 0, match: { ipv4_src: 1 } });
    const refused = channel.bundle([flow(1), withoutPrerequisite]);
    await expect(refused).rejects.toMatchObject({ index: 1, code: 'BAD_MATCH/BAD_PREREQ' });
    expect(ovs.dumpFlows()).toEqual([]);
  });

  it('gets packet-ins once it has asked for them', async () => {
    const channel = await connected();
    await channel.send({ type: 'set_config', missSendLen: 0xffff });
    const toController = encodeFlowMod({
      command: 'add',
      table: 0,
      cookie: 7n,
      match: {},
      instructions: [{ type: 'apply_actions', actions: [{ type: 'controller' }] }],
    });
    await channel.bundle([deleteAll, toController]);
    const message = once(channel, 'message');
    const data = Buffer.alloc(64, 0xab);
    await channel.send({
      type: 'packet_out',
      inPort: PORT.LOCAL,
      actions: [{ type: 'output', port: PORT.TABLE }],
      data,
    });
    const [packetIn] = (await message) as [MessageOf<'packet_in'>];
    expect(packetIn).toMatchObject({ type: 'packet_in', reason: 'action', cookie: 7n, match: { in_port: PORT.LOCAL } });
    expect(packetIn.data).toEqual(data);
  });

  it('comes back after the switch was killed', async () => {
    const channel = await connected();
    const down = once(channel, 'down');
    await ovs.killDaemon();
    await down;
    await expect(channel.barrier()).rejects.toThrow(DisconnectedError);
    const up = once(channel, 'up');
    await ovs.startDaemon();
    await up;
    await channel.barrier();
    expect(channel.isUp).toBe(true);
  });

  it('says what to set when the switch does not speak OpenFlow 1.3', async () => {
    ovs.vsctl('set', 'bridge', ovs.bridge, 'protocols=OpenFlow10');
    const warnings: object[] = [];
    const log: Log = { debug: () => undefined, info: () => undefined, warn: (details) => void warnings.push(details) };
    try {
      dial(log);
      await until(() => warnings.length > 0);
      expect(warnings[0]).toMatchObject({ remedy: 'ovs-vsctl set bridge br0 protocols=OpenFlow10,OpenFlow13' });
    } finally {
      ovs.vsctl('clear', 'bridge', ovs.bridge, 'protocols');
    }
  });
});
