import { createServer, type AddressInfo, type Server } from 'node:net';
import { decode, encode, HEADER_SIZE, type Message, type MessageInput, type MessageOf } from '@vnet/openflow';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { flowKey, PackedFlow, type Flow } from '../pipeline/flow.ts';
import type { Pipeline } from '../pipeline/tables.ts';
import { Switch } from './switch.ts';

/** BAD_REQUEST/BAD_EXPERIMENTER (OpenFlow 1.3 §7.4.4). */
const NO_EXTENSIONS = { type: 'error', errorType: 1, code: 3, data: new Uint8Array() } as const;

/** FLOW_MOD_FAILED/TABLE_FULL */
const TABLE_FULL = { type: 'error', errorType: 5, code: 1, data: new Uint8Array() } as const;
/** Priority of a flow that the switch has no room for. */
const REFUSED = 7;

/** What a switch answers that has nothing in it, and no extensions: none of those at hand is one. */
function answerTo(message: Message): MessageInput | undefined {
  switch (message.type) {
    case 'hello':
      return { type: 'hello', elements: [] };
    case 'features_request':
      return {
        type: 'features_reply',
        datapathId: 1n,
        buffers: 0,
        tables: 254,
        auxiliaryId: 0,
        capabilities: 0,
        reserved: 0,
      };
    case 'flow_stats_request':
      return { type: 'flow_stats_reply', flows: [] };
    case 'meter_config_request':
      return { type: 'meter_config_reply', meters: [] };
    case 'group_desc_request':
      return { type: 'group_desc_reply', groups: [] };
    case 'barrier_request':
      return { type: 'barrier_reply' };
    case 'bundle_control':
    case 'meter_features_request':
      return NO_EXTENSIONS;
    case 'flow_mod':
      written.push(message);
      return message.priority === REFUSED ? TABLE_FULL : undefined;
    default:
      return undefined;
  }
}

let server: Server;
let bridge: Switch;
let written: MessageOf<'flow_mod'>[];
const errors: { message: string; details: Readonly<Record<string, unknown>> }[] = [];
const onUp = vi.fn();

beforeEach(async () => {
  written = [];
  errors.length = 0;
  onUp.mockReset();
  server = createServer((socket) => {
    let bytes = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      while (bytes.length >= HEADER_SIZE && bytes.length >= bytes.readUInt16BE(2)) {
        const length = bytes.readUInt16BE(2);
        const message = decode(bytes.subarray(0, length));
        bytes = bytes.subarray(length);
        const answer = answerTo(message);
        if (answer) socket.write(encode({ ...answer, xid: message.xid }));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await bridge.close();
  server.close();
});

const flow = (priority: number): Flow => ({ table: 'GATE', priority, feature: 'pipeline', match: {} });

/** The switch, up, and with these flows wanted. */
async function begun(pipeline: Pipeline, ...flows: readonly Flow[]): Promise<void> {
  bridge = new Switch({
    endpoint: `tcp:127.0.0.1:${(server.address() as AddressInfo).port}`,
    log: {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (details: object, message: string) => errors.push({ message, details: details as never }),
    },
    dpid: () => '0x01',
    datapath: () => 'dp-hv1',
    wanted: () => flows.map((each) => [flowKey(each), new PackedFlow(each, flowKey(each))] as const),
    meters: () => [],
    onUp,
    onPacketIn: () => undefined,
  });
  bridge.serve(pipeline);
  bridge.start();
  await upAgain(1);
}

async function upAgain(times: number): Promise<void> {
  await vi.waitFor(() => expect(onUp).toHaveBeenCalledTimes(times), { timeout: 5_000 });
}

describe('a switch that speaks plain OpenFlow 1.3', () => {
  it('that the model says has extensions is refused with the remedy, and nothing is written', async () => {
    await begun('ovs', flow(1));
    expect(await bridge.commit(() => true)).toBeUndefined();
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toContain('plain OpenFlow 1.3');
    expect(errors[0]?.details['remedy']).toContain('vnctl datapath modify dp-hv1 --enable-ovs-learn-action false');
    expect(written).toEqual([]);
  });

  it('is served at once when the model says what it is', async () => {
    await begun('ovs', flow(1));
    await bridge.commit(() => true);
    bridge.serve('plain');
    await upAgain(2);
    expect(await bridge.commit(() => true)).toMatchObject({ whole: true, changed: 1 });
    expect(written).toMatchObject([{ command: 'add', table: 1 }]);
  });

  it('is written flow by flow, what is new first; one that it does not take is named and left out', async () => {
    await begun('plain', flow(1), flow(REFUSED), flow(2));
    expect(await bridge.commit(() => true)).toBeUndefined();
    expect(written.map(({ priority }) => priority)).toEqual([1, REFUSED, 2]);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.details['flow']).toContain('table=1, priority=7 actions=drop');
    expect(String(errors[0]?.details['error'])).toContain('TABLE_FULL');
    await upAgain(2);
    written = [];
    bridge.want([
      { key: flowKey(flow(1)), flow: undefined },
      { key: flowKey(flow(3)), flow: new PackedFlow(flow(3), flowKey(flow(3))) },
    ]);
    await bridge.commit(() => true);
    expect(written.map(({ priority }) => priority)).not.toContain(REFUSED);
    expect(written.at(-1)).toMatchObject({ command: 'add', priority: 3 });
  });
});
