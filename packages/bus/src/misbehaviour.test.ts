/** Peers that are stopped, dead, full, or send what is no message. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Dealer } from 'zeromq';
import { Harness } from '../test/harness.ts';
import { BusClient, type BusMessage } from './index.ts';

let harness: Harness;
beforeEach(() => {
  harness = new Harness();
});
afterEach(() => harness.end());

/** A raw socket that says what it likes. */
async function rawPeer(endpoint: string, ...messages: (string | Buffer)[][]): Promise<Dealer> {
  const socket = new Dealer({ linger: 0, reconnectInterval: -1 });
  harness.closing(socket);
  socket.connect(endpoint);
  for (const frames of messages) await socket.send(frames);
  return socket;
}

async function clientProcess(endpoint: string): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('../test/client-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=source', '--import', 'tsx', program, endpoint], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  harness.closing({ close: () => child.kill('SIGKILL') });
  await once(child.stdout, 'data');
  return child;
}

test('a stopped peer is noticed, and comes back as another one', async () => {
  const server = await harness.server({ pingMs: 100, timeoutMs: 400 });
  const child = await clientProcess(server.endpoint);
  await vi.waitFor(() => expect(server.peers.size).toBe(1));
  const [before] = server.peers;
  const stopped = Date.now();
  child.kill('SIGSTOP');
  await vi.waitFor(() => expect(server.gone).toEqual([expect.stringMatching(/^silent for/)]), 3_000);
  expect(Date.now() - stopped).toBeLessThan(1_500);
  child.kill('SIGCONT');
  await vi.waitFor(() => expect(server.peers.size).toBe(1), 5_000);
  expect([...server.peers][0]!.id).not.toBe(before!.id);
});

test('a killed peer is noticed at the next ping', async () => {
  const server = await harness.server({ pingMs: 100, timeoutMs: 60_000 });
  const child = await clientProcess(server.endpoint);
  await vi.waitFor(() => expect(server.peers.size).toBe(1));
  child.kill('SIGKILL');
  await vi.waitFor(() => expect(server.gone).toEqual([expect.stringMatching(/^it is unreachable/)]), 3_000);
});

test('a peer that does not read is given up when its queue is full, others are served', async () => {
  const server = await harness.server({ pingMs: 100, timeoutMs: 60_000 });
  const child = await clientProcess(server.endpoint);
  await vi.waitFor(() => expect(server.peers.size).toBe(1));
  const [peer] = server.peers;
  child.kill('SIGSTOP');
  const bulk = Buffer.alloc(1_000);
  for (let n = 0; n < 40_000 && server.gone.length === 0; n++) {
    server.bus.send(peer!, { type: 'bulk', frames: [bulk] });
    if (n % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await vi.waitFor(() => expect(server.gone).toEqual(['it does not take its messages']), 3_000);
  const up = vi.fn();
  harness.closing(new BusClient({ endpoints: [server.endpoint], log: harness.log, onUp: up }));
  await vi.waitFor(() => expect(up).toHaveBeenCalledOnce());
});

test.each([
  ['no JSON', ['hello'], 'expected a JSON frame, got "hello"'],
  ['no UTF-8', [Buffer.from([0xff, 0xfe])], 'expected a JSON frame'],
  ['no object', ['[1]'], 'expected a JSON object, got "[1]"'],
  ['no type', ['{"a":1}'], 'expected a JSON object with a string "type"'],
  ['too long', [`{"type":"${'x'.repeat(1_500)}"}`], 'message of 1511 bytes is over the limit of 1000 bytes'],
  ['too long in all', ['{"type":"a"}', Buffer.alloc(600), Buffer.alloc(600)], 'is over the limit of 1000 bytes'],
])('%s: the connection ends with a logged error, the server goes on', async (_what, frames, error) => {
  const server = await harness.server({ maxMessageBytes: 1_000 });
  const socket = await rawPeer(server.endpoint, ['{"type":"open"}'], ['{"type":"hello"}'], frames, ['{"type":"late"}']);
  const answers: string[] = [];
  for (let n = 0; n < 2; n++) answers.push((await socket.receive())[0]!.toString());
  expect(answers[1]).toContain('"type":"closed"');
  expect(server.gone).toEqual([expect.stringContaining(error)]);
  expect(harness.lines).toContainEqual(
    expect.objectContaining({ level: 'error', message: 'connection ended: bad message' }),
  );
  await socket.receive();
  expect(server.messages.map(({ type }) => type)).toEqual(['hello']);
});

test('a frame far over the limit is cut off by the transport, with a line in the log', async () => {
  const server = await harness.server({ maxMessageBytes: 1_000, pingMs: 50 });
  await rawPeer(server.endpoint, ['{"type":"open"}'], ['{"type":"hello"}'], [Buffer.alloc(1_000_000, 32)]);
  await vi.waitFor(() => expect(server.gone).toHaveLength(1));
  expect(harness.lines).toContainEqual(
    expect.objectContaining({ level: 'warn', fields: expect.objectContaining({ limit: 2_000 }) as object }),
  );
});

test('what is too large to be sent ends the connection instead of getting lost', async () => {
  const server = await harness.server({ maxMessageBytes: 1_000 });
  const onDown = vi.fn();
  const client = new BusClient<BusMessage>({
    endpoints: [server.endpoint],
    log: harness.log,
    onUp: () => client.send({ type: 'hello' }),
    onDown,
  });
  harness.closing(client);
  await vi.waitFor(() => expect(server.peers.size).toBe(1));
  server.bus.send([...server.peers][0]!, { type: 'bulk', frames: [Buffer.alloc(2_000)] });
  await vi.waitFor(() => expect(onDown).toHaveBeenCalledWith(expect.stringContaining('could not be sent')));
  expect(server.gone).toHaveLength(1);
});

test('what is too large to be sent may be replaced', async () => {
  const server = await harness.server({ maxMessageBytes: 1_000 });
  const onMessage = vi.fn();
  const client = new BusClient<BusMessage, BusMessage>({
    endpoints: [server.endpoint],
    log: harness.log,
    onUp: () => client.send({ type: 'hello' }),
    onMessage,
  });
  harness.closing(client);
  await vi.waitFor(() => expect(server.peers.size).toBe(1));
  const bulk = { type: 'bulk', frames: [Buffer.alloc(2_000)] };
  server.bus.send([...server.peers][0]!, bulk, ({ message }) => ({ type: message }));
  await vi.waitFor(() => expect(onMessage).toHaveBeenCalledTimes(1));
  expect(onMessage).toHaveBeenCalledWith({ type: expect.stringContaining('over the limit of 1000 bytes') as string });
  expect(server.gone).toEqual([]);
});

test('junk from a connection that never opened is logged once', async () => {
  const server = await harness.server();
  const socket = await rawPeer(server.endpoint, ...Array.from({ length: 50 }, () => ['junk']));
  for (let n = 0; n < 50; n++) await socket.receive();
  expect(harness.lines.filter(({ message }) => message === 'connection refused: bad message')).toHaveLength(1);
  expect(server.messages).toEqual([]);
});

test('an error in the callback ends that connection only', async () => {
  const server = await harness.server({
    onMessage: () => {
      throw new Error('defect');
    },
  });
  const onDown = vi.fn();
  const client = new BusClient<BusMessage>({
    endpoints: [server.endpoint],
    log: harness.log,
    onUp: () => client.send({ type: 'hello' }),
    onDown,
  });
  harness.closing(client);
  await vi.waitFor(() => expect(onDown).toHaveBeenCalledWith(expect.stringContaining('defect')));
});

test('a client moves on from an endpoint that accepts connections and is silent', async () => {
  const silent = await harness.server({ listen: [`ipc://${harness.dir}/silent`] });
  const child = spawn(
    process.execPath,
    ['-e', `require('node:net').createServer().listen('${harness.dir}/stuck', () => console.log('up'))`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  harness.closing({ close: () => child.kill('SIGKILL') });
  await once(child.stdout, 'data');
  const onUp = vi.fn();
  harness.closing(
    new BusClient({
      endpoints: [`ipc://${harness.dir}/stuck`, silent.endpoint],
      log: harness.log,
      pingMs: 100,
      timeoutMs: 600,
      onUp,
    }),
  );
  await vi.waitFor(() => expect(onUp).toHaveBeenCalledWith(silent.endpoint), 3_000);
});
