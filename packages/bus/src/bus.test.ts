import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FromApi, Reply } from '@vnet/model';
import { BusClient, BusServer, BusUnavailableError, type BusLog, type BusMessage, type Peer } from './index.ts';

interface Text extends BusMessage {
  readonly type: 'text';
  readonly n: number;
}

let dir: string;
let cleanups: (() => unknown)[];
let lines: { level: string; message: string; fields: object }[];

const log: BusLog = {
  info: (fields, message) => void lines.push({ level: 'info', message, fields }),
  warn: (fields, message) => void lines.push({ level: 'warn', message, fields }),
  error: (fields, message) => void lines.push({ level: 'error', message, fields }),
};

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'vnet-bus-'));
  cleanups = [];
  lines = [];
});

afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  rmSync(dir, { recursive: true });
});

async function echoServer(listen: string): Promise<BusServer<Text, Text>> {
  const server: BusServer<Text, Text> = await BusServer.open<Text, Text>({
    listen: [listen],
    log,
    onMessage: (peer, message) => server.send(peer, message),
  });
  cleanups.push(() => server.close());
  return server;
}

test.each([['tcp'], ['ipc']])('a message and its raw frames go there and back over %s', async (transport) => {
  const server = await echoServer(transport === 'tcp' ? 'tcp://127.0.0.1:*' : `ipc://${dir}/bus`);
  const got: Text[] = [];
  const client = new BusClient<Text, Text>({
    endpoints: server.endpoints,
    log,
    onUp: () => client.send({ type: 'text', n: 1, frames: [Buffer.from([0, 255])] }),
    onMessage: (message) => void got.push(message),
  });
  cleanups.push(() => client.close());
  await vi.waitFor(() => expect(got).toHaveLength(1));
  expect(got[0]).toEqual({ type: 'text', n: 1, frames: [Buffer.from([0, 255])] });
});

test('2,000 sends in one go arrive in order, both ways', async () => {
  const server = await echoServer('tcp://127.0.0.1:*');
  const got: number[] = [];
  const client = new BusClient<Text, Text>({
    endpoints: server.endpoints,
    log,
    onUp: () => {
      for (let n = 0; n < 2_000; n++) client.send({ type: 'text', n });
    },
    onMessage: ({ n }) => void got.push(n),
  });
  cleanups.push(() => client.close());
  await vi.waitFor(() => expect(got).toHaveLength(2_000), 5_000);
  expect(got).toEqual(Array.from({ length: 2_000 }, (_, n) => n));
});

test('a request is answered by its reply', async () => {
  const server: BusServer<FromApi, Reply> = await BusServer.open<FromApi, Reply>({
    listen: [`ipc://${dir}/bus`],
    log,
    onMessage: (peer, { id }) => server.send(peer, { type: 'reply', id, ok: true, body: { id } }),
  });
  cleanups.push(() => server.close());
  const client = new BusClient<FromApi>({ endpoints: server.endpoints, log });
  cleanups.push(() => client.close());
  const replies = await Promise.all([1, 2, 3].map(() => client.request({ type: 'health' }, 1_000)));
  expect(replies.map(({ body }) => body)).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
});

test('a client comes back to a restarted server as another peer, and requests under way are refused', async () => {
  const endpoint = `ipc://${dir}/bus`;
  const peers: Peer[] = [];
  const start = (): Promise<BusServer<FromApi, Reply>> =>
    BusServer.open<FromApi, Reply>({ listen: [endpoint], log, onMessage: (peer) => void peers.push(peer) });
  const first = await start();
  const states: string[] = [];
  const client = new BusClient<FromApi>({
    endpoints: [endpoint],
    log,
    onUp: () => void states.push('up'),
    onDown: () => void states.push('down'),
  });
  cleanups.push(() => client.close());
  const pending = client.request({ type: 'health' }, 10_000);
  pending.catch(() => undefined);
  await vi.waitFor(() => expect(peers).toHaveLength(1));
  await first.close();
  await expect(pending).rejects.toThrow(BusUnavailableError);
  const second = await start();
  cleanups.push(() => second.close());
  await vi.waitFor(() => expect(states).toEqual(['up', 'down', 'up']), 5_000);
  const again = client.request({ type: 'health' }, 100);
  await expect(again).rejects.toThrow('did not answer within 100 ms');
  expect(peers[1]!.id).not.toBe(peers[0]!.id);
});

test('without a manager a request is refused within the time given for it to come up', async () => {
  const client = new BusClient<FromApi>({ endpoints: ['tcp://127.0.0.1:9', `ipc://${dir}/none`], log });
  cleanups.push(() => client.close());
  await expect(client.request({ type: 'health' }, 5_000, 300)).rejects.toThrow(
    /no manager is reachable \(.*nothing listens there\)/,
  );
});
