/** How a connection behaves towards peers that are no good: real sockets, a peer that the test writes. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PrivateSwitch } from '../../test/private-switch.ts';
import { decode, encode } from '../messages/message.ts';
import type { Message, MessageInput } from '../messages/message.ts';
import { backoffMs } from './backoff.ts';
import { DisconnectedError } from './channel-errors.ts';
import { connectSwitch } from './connect-switch.ts';
import type { ConnectOptions } from './connect-switch.ts';
import { listenForSwitches } from './listen-for-switches.ts';
import { MessageSplitter } from './message-splitter.ts';
import { offeredVersions } from './negotiation.ts';
import type { SwitchChannel } from './switch-channel.ts';
import { parseTarget, versionRemedy } from './target.ts';

const HELLO = encode({ type: 'hello', elements: [{ type: 'version_bitmap', bitmaps: [0x12] }] });
const FEATURES: MessageInput = {
  type: 'features_reply',
  datapathId: 1n,
  buffers: 0,
  tables: 254,
  auxiliaryId: 0,
  capabilities: 0,
  reserved: 0,
};

type Answer = (message: Message, socket: Socket) => void;

let server: Server;
let channel: SwitchChannel | undefined;

beforeEach(async () => {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  channel?.close();
  server.close();
});

/** A peer that greets and then does as it is told; `greeting` null: says nothing. */
function peer(answer: Answer, greeting: Buffer | null = HELLO): void {
  server.on('connection', (socket) => {
    const splitter = new MessageSplitter();
    if (greeting) socket.write(greeting);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      for (const bytes of splitter.push(chunk)) answer(decode(bytes), socket);
    });
  });
}

function dial(options: Partial<ConnectOptions> = {}): SwitchChannel {
  const { port } = server.address() as AddressInfo;
  channel = connectSwitch({ target: `tcp:127.0.0.1:${port}`, backoff: { firstMs: 10, maxMs: 50 }, ...options });
  return channel;
}

/** Answers features, hands on the rest. */
const wellBehaved =
  (rest: Answer = () => undefined): Answer =>
  (message, socket) => {
    if (message.type === 'features_request') socket.write(encode({ ...FEATURES, xid: message.xid }));
    else rest(message, socket);
  };

/** The first message of this type that the peer gets. */
function received(type: Message['type'], greeting?: Buffer | null): Promise<Message> {
  return new Promise((resolve) => {
    peer(
      wellBehaved((message) => message.type === type && resolve(message)),
      greeting,
    );
  });
}

describe('a connection', () => {
  it('reassembles messages that come byte by byte', async () => {
    peer((message, socket) => {
      if (message.type !== 'features_request') return;
      for (const byte of encode({ ...FEATURES, xid: message.xid })) socket.write(Buffer.of(byte));
    });
    const [features] = (await once(dial(), 'up')) as [{ datapathId: bigint }];
    expect(features.datapathId).toBe(1n);
  });

  it('answers echoes with their data', async () => {
    const data = Buffer.from('are you there');
    const reply = received('echo_reply', Buffer.concat([HELLO, encode({ type: 'echo_request', xid: 77, data })]));
    dial();
    expect(await reply).toMatchObject({ xid: 77, data });
  });

  it('asks a silent peer and drops it', async () => {
    const asked = received('echo_request');
    const silent = dial({ echoIdleMs: 20, echoTimeoutMs: 40 });
    await once(silent, 'up');
    const down = once(silent, 'down');
    await asked;
    expect((await down)[0]).toMatch(/silent for/);
  });

  it('ends when no hello comes', async () => {
    peer(() => undefined, null);
    const warnings: { reason?: string }[] = [];
    const log = {
      debug: () => undefined,
      info: () => undefined,
      warn: (details: object) => void warnings.push(details),
    };
    dial({ handshakeTimeoutMs: 20, log });
    await expect.poll(() => warnings[0]?.reason).toMatch(/no hello/);
  });

  it('refuses another version with HELLO_FAILED and the reason in ASCII', async () => {
    const refusal = received('error', encode({ type: 'hello', version: 1 }));
    dial();
    const error = await refusal;
    expect(error).toMatchObject({ errorType: 0, code: 0 });
    expect(error.type === 'error' && error.data.toString('latin1')).toBe(
      'the switch offers OpenFlow 1.0, needed is 1.3',
    );
  });

  it.each([
    ['a length that no message can have', '04130003 00000000'],
    ['a type that there is not', '04630008 00000000'],
    ['a reply cut short', '040a000a 00000000 0000'],
  ])('ends on %s, and dials again', async (_, hex) => {
    peer(
      wellBehaved(
        (message, socket) => message.type === 'set_config' && socket.write(Buffer.from(hex.replaceAll(' ', ''), 'hex')),
      ),
    );
    const dialled = dial();
    await once(dialled, 'up');
    const down = once(dialled, 'down');
    await dialled.send({ type: 'set_config', missSendLen: 1 });
    expect((await down)[0]).toMatch(/malformed message/);
    await once(dialled, 'up');
    expect(dialled.isUp).toBe(true);
  });

  it('rejects what waits when the connection ends', async () => {
    peer(wellBehaved((message, socket) => message.type === 'barrier_request' && socket.destroy()));
    const dialled = dial();
    await once(dialled, 'up');
    await expect(dialled.barrier()).rejects.toThrow(DisconnectedError);
  });

  it('ends when a reply in parts grows too large', async () => {
    peer(
      wellBehaved((message, socket) => {
        if (message.type !== 'flow_stats_request') return;
        const flows = Array.from({ length: 100 }, () => ({ table: 0, priority: 1, match: {}, instructions: [] }));
        for (let i = 0; i < 10; i++)
          socket.write(encode({ type: 'flow_stats_reply', xid: message.xid, flags: 1, flows }));
      }),
    );
    const dialled = dial({ maxMultipartBytes: 20_000 });
    await once(dialled, 'up');
    await expect(dialled.request({ type: 'flow_stats_request' })).rejects.toThrow(/more than 20000 bytes/);
  });

  it('waits while the peer does not read', async () => {
    const sockets: Socket[] = [];
    peer(
      wellBehaved((message, socket) => {
        if (message.type !== 'set_config') return;
        socket.pause();
        sockets.push(socket);
      }),
    );
    const dialled = dial({ sendBufferBytes: 1 << 16 });
    await once(dialled, 'up');
    await dialled.send({ type: 'set_config', missSendLen: 1 });
    await expect.poll(() => sockets.length).toBe(1);
    let sent = 0;
    const bytes = Buffer.concat(
      Array.from({ length: 1000 }, () => encode({ type: 'echo_reply', data: Buffer.alloc(1000) })),
    );
    const sending = (async () => {
      for (; sent < 64; sent++) await dialled.send(bytes);
    })();
    await expect.poll(() => sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(64);
    sockets[0]!.resume();
    await sending;
    expect(sent).toBe(64);
  });
});

describe('switches that dial in', () => {
  it('get a channel', async () => {
    const ovs = await PrivateSwitch.start();
    let arrived: ((channel: SwitchChannel) => void) | undefined;
    const arrival = new Promise<SwitchChannel>((resolve) => (arrived = resolve));
    const listener = await listenForSwitches({ host: '127.0.0.1', port: 0, onSwitch: (found) => arrived?.(found) });
    try {
      ovs.vsctl('set-controller', ovs.bridge, `tcp:127.0.0.1:${listener.port}`);
      const found = await arrival;
      if (!found.isUp) await once(found, 'up');
      const { software } = await found.request({ type: 'desc_request' });
      expect(software).toMatch(/^\d+\.\d+/);
    } finally {
      await listener.close();
      await ovs.stop();
    }
  });
});

describe('decisions', () => {
  it.each([
    [1, 0, 50],
    [1, 1, 100],
    [3, 0, 200],
    [50, 1, 5000],
  ])('wait after %i failures with chance %i: %i ms', (failures, random, expected) => {
    expect(backoffMs({ firstMs: 100, maxMs: 5000 }, failures, random)).toBe(expected);
  });

  it('read targets', () => {
    expect(parseTarget('unix:/run/br0.mgmt')).toEqual({ path: '/run/br0.mgmt' });
    expect(parseTarget('tcp:10.0.0.1:6633')).toEqual({ host: '10.0.0.1', port: 6633 });
    expect(parseTarget('tcp:[::1]')).toEqual({ host: '::1', port: 6653 });
    expect(() => parseTarget('br0')).toThrow(/"br0" is not unix:/);
    expect(versionRemedy('unix:/run/br7.mgmt')).toContain('bridge br7 ');
  });

  it('take versions from the bitmap, without one from the header', () => {
    const hello = decode(HELLO);
    expect(hello.type === 'hello' && offeredVersions(hello)).toEqual([1, 4]);
    expect(offeredVersions({ type: 'hello', xid: 0, version: 4, elements: [] })).toEqual([1, 2, 3, 4]);
  });
});
