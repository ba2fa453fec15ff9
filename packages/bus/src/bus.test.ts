import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FromApi, Reply } from '@vnet/model';
import { Harness } from '../test/harness.ts';
import { BusClient, BusServer, BusUnavailableError, type BusMessage, type Peer } from './index.ts';

interface Text extends BusMessage {
  readonly type: 'text';
  readonly n: number;
}

let harness: Harness;
beforeEach(() => {
  harness = new Harness();
});
afterEach(() => harness.end());

async function echoServer(listen: string): Promise<BusServer<Text, Text>> {
  const server: BusServer<Text, Text> = await BusServer.open<Text, Text>({
    listen: [listen],
    log: harness.log,
    onMessage: (peer, message) => server.send(peer, message),
  });
  harness.closing(server);
  return server;
}

test.each([['tcp'], ['ipc']])('a message and its raw frames go there and back over %s', async (transport) => {
  const server = await echoServer(transport === 'tcp' ? 'tcp://127.0.0.1:*' : `ipc://${harness.dir}/bus`);
  const got: Text[] = [];
  const client = new BusClient<Text, Text>({
    endpoints: server.endpoints,
    log: harness.log,
    onUp: () => client.send({ type: 'text', n: 1, frames: [Buffer.from([0, 255])] }),
    onMessage: (message) => void got.push(message),
  });
  harness.closing(client);
  await vi.waitFor(() => expect(got).toHaveLength(1));
  expect(got[0]).toEqual({ type: 'text', n: 1, frames: [Buffer.from([0, 255])] });
});

test('a unix socket that a process listens on is not taken away from it', async () => {
  const endpoint = `ipc://${harness.dir}/bus`;
  const first = await echoServer(endpoint);
  await expect(echoServer(endpoint)).rejects.toThrow(`cannot listen on ${endpoint}: another process listens there`);
  await first.close();
  await vi.waitFor(() => echoServer(endpoint));
});

test('2,000 sends in one go arrive in order, both ways', async () => {
  const server = await echoServer('tcp://127.0.0.1:*');
  const got: number[] = [];
  const client = new BusClient<Text, Text>({
    endpoints: server.endpoints,
    log: harness.log,
    onUp: () => {
      for (let n = 0; n < 2_000; n++) client.send({ type: 'text', n });
    },
    onMessage: ({ n }) => void got.push(n),
  });
  harness.closing(client);
  await vi.waitFor(() => expect(got).toHaveLength(2_000), 5_000);
  expect(got).toEqual(Array.from({ length: 2_000 }, (_, n) => n));
});

test('a request is answered by its reply', async () => {
  const server: BusServer<FromApi, Reply> = await BusServer.open<FromApi, Reply>({
    listen: [`ipc://${harness.dir}/bus`],
    log: harness.log,
    onMessage: (peer, { id }) => server.send(peer, { type: 'reply', id, ok: true, body: { id } }),
  });
  harness.closing(server);
  const client = new BusClient<FromApi>({ endpoints: server.endpoints, log: harness.log });
  harness.closing(client);
  const replies = await Promise.all([1, 2, 3].map(() => client.request({ type: 'health' }, 1_000)));
  expect(replies.map(({ body }) => body)).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
});

test('each manager is asked once, until one does what is asked', async () => {
  const asked: number[] = [];
  const endpoints = [0, 1, 2].map((n) => `ipc://${harness.dir}/${n}`);
  const reply = (n: number, id: number): Reply => {
    const error = { error: 'NotWriter', message: '', code: '130', status: 503 };
    return n === 2 ? { type: 'reply', id, ok: true } : { type: 'reply', id, ok: false, error };
  };
  for (const [n, endpoint] of endpoints.entries()) {
    const server: BusServer<FromApi, Reply> = await BusServer.open<FromApi, Reply>({
      listen: [endpoint],
      log: harness.log,
      onMessage: (peer, { id }) => {
        asked.push(n);
        server.send(peer, reply(n, id));
      },
    });
    harness.closing(server);
  }
  const ask = async (given: readonly string[]): Promise<readonly boolean[]> => {
    const isForAnother = ({ error }: Reply): boolean => error?.error === 'NotWriter';
    const client = new BusClient<FromApi>({ endpoints: given, log: harness.log, isForAnother });
    harness.closing(client);
    const first = [await client.request({ type: 'health' }, 5_000)];
    const more = await Promise.all([1, 2].map(() => client.request({ type: 'health' }, 5_000)));
    return [...first, ...more].map(({ ok }) => ok);
  };
  expect(await ask(endpoints)).toEqual([true, true, true]);
  expect(asked).toEqual([0, 1, 2, 2, 2]);
  // Whoever has been asked last says it when nobody does it.
  expect(await ask(endpoints.slice(0, 2))).toEqual([false, false, false]);
});

test('a client comes back to a restarted server as another peer, and requests under way are refused', async () => {
  const endpoint = `ipc://${harness.dir}/bus`;
  const peers: Peer[] = [];
  const start = (): Promise<BusServer<FromApi, Reply>> =>
    BusServer.open<FromApi, Reply>({
      listen: [endpoint],
      log: harness.log,
      onMessage: (peer) => void peers.push(peer),
    });
  const first = await start();
  const states: string[] = [];
  const client = new BusClient<FromApi>({
    endpoints: [endpoint],
    log: harness.log,
    onUp: () => void states.push('up'),
    onDown: () => void states.push('down'),
  });
  harness.closing(client);
  const pending = client.request({ type: 'health' }, 10_000);
  pending.catch(() => undefined);
  await vi.waitFor(() => expect(peers).toHaveLength(1));
  await first.close();
  await expect(pending).rejects.toThrow(BusUnavailableError);
  // The endpoint is free a moment after it has been closed.
  const second = await vi.waitFor(start);
  harness.closing(second);
  await vi.waitFor(() => expect(states).toEqual(['up', 'down', 'up']), 5_000);
  const again = client.request({ type: 'health' }, 100);
  await expect(again).rejects.toThrow('did not answer within 100 ms');
  expect(peers[1]!.id).not.toBe(peers[0]!.id);
});

test('without a manager a request is refused within the time given for it to come up', async () => {
  const client = new BusClient<FromApi>({
    endpoints: ['tcp://127.0.0.1:9', `ipc://${harness.dir}/none`],
    log: harness.log,
  });
  harness.closing(client);
  await expect(client.request({ type: 'health' }, 5_000, 300)).rejects.toThrow(
    /no manager is reachable \(.*nothing listens there\)/,
  );
});
