import { createServer, type AddressInfo, type Server } from 'node:net';
import { decode, encode, HEADER_SIZE, type Message, type MessageInput } from '@vnet/openflow';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { flowKey, PackedFlow, type Flow } from '../pipeline/flow.ts';
import { Switch } from './switch.ts';

/** BAD_REQUEST/BAD_EXPERIMENTER (OpenFlow 1.3 §7.4.4). */
const NO_EXTENSIONS = { type: 'error', errorType: 1, code: 3, data: new Uint8Array() } as const;

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
      return NO_EXTENSIONS;
    default:
      return undefined;
  }
}

let server: Server;
let bridge: Switch;
const errors: { message: string; details: Readonly<Record<string, unknown>> }[] = [];

beforeEach(async () => {
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

it('a switch that speaks plain OpenFlow 1.3 is refused, with what is missing', async () => {
  const flow: Flow = { table: 'PUNT', priority: 0, feature: 'pipeline', match: {} };
  const wanted = new Map([[flowKey(flow), new PackedFlow(flow, flowKey(flow))]]);
  const onUp = vi.fn();
  bridge = new Switch({
    endpoint: `tcp:127.0.0.1:${(server.address() as AddressInfo).port}`,
    log: {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (details: object, message: string) => errors.push({ message, details: details as never }),
    },
    dpid: () => undefined,
    wanted: () => wanted,
    meters: () => [],
    onUp,
    onPacketIn: () => undefined,
  });
  bridge.start();
  await vi.waitFor(() => expect(onUp).toHaveBeenCalled(), { timeout: 5_000 });
  expect(await bridge.commit(() => true)).toBeUndefined();
  expect(errors).toHaveLength(1);
  expect(errors[0]?.message).toContain('plain OpenFlow 1.3');
  expect(errors[0]?.details['remedy']).toContain('Open vSwitch');
});
