import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ScriptedServer } from '../test/scripted-server.ts';
import { DB, TABLES } from '../test/vswitch.ts';
import { type Logger, op, OvsdbClient, type OvsdbClientOptions } from './index.ts';
import { JsonStream } from './json-stream.ts';

const SCHEMA = JSON.parse(readFileSync('/usr/share/openvswitch/vswitch.ovsschema', 'utf8')) as object;
const UUID = '36bef046-7da7-43a5-905a-c17899216fcb';

interface Request {
  readonly id: number | string | null;
  readonly method: string;
  readonly params: unknown[];
}

type Answers = Readonly<Record<string, (request: Request, socket: Socket) => unknown>>;

const GOOD: Answers = {
  list_dbs: () => [DB],
  get_schema: () => SCHEMA,
  monitor_cond: () => ({}),
  echo: ({ params }) => params,
};

const opened: { close(): void }[] = [];
afterEach(() => opened.splice(0).forEach((each) => each.close()));

/** A server whose first connection answers as told; further ones answer well. */
async function serverWith(first: Answers, received: Request[] = []): Promise<ScriptedServer> {
  const server = await ScriptedServer.start((socket, connection) => {
    const answers = connection === 0 ? { ...GOOD, ...first } : GOOD;
    const stream = new JsonStream(1 << 20);
    socket.on('data', (bytes) => {
      for (const message of stream.push(bytes)) {
        const request = message as Request;
        received.push(request);
        const result = answers[request.method]?.(request, socket);
        if (result !== undefined) socket.write(JSON.stringify({ id: request.id, result, error: null }));
      }
    });
  });
  opened.push(server);
  return server;
}

function clientOf(server: ScriptedServer, options: OvsdbClientOptions = {}) {
  const log = { info: vi.fn<Logger['info']>(), warn: vi.fn<Logger['warn']>(), error: vi.fn<Logger['error']>() };
  const client = new OvsdbClient(server.endpoint, { log, ...options });
  opened.push(client);
  return { client, log };
}

const update = (row: unknown): string =>
  JSON.stringify({ id: null, method: 'update2', params: ['monitor-0', { Bridge: { [UUID]: row } }] });

const writes = (text: string) => (_request: Request, socket: Socket) => void socket.write(text);

describe('a malformed server', () => {
  it.each<[string, Answers, string]>([
    ['text that is not JSON', { list_dbs: writes('HTTP/1.1 400 Bad Request\r\n') }, 'expected "{"'],
    ['JSON that is none', { list_dbs: writes('{"id":1,}') }, 'not JSON'],
    ['a reply to nothing', { list_dbs: writes('{"id":77,"result":[],"error":null}') }, 'never made'],
    ['a method that is no name', { list_dbs: writes('{"id":null,"method":3,"params":[]}') }, 'method name'],
    ['params that are no array', { list_dbs: writes('{"id":null,"method":"update","params":{}}') }, 'params'],
    ['a message without end', { list_dbs: writes('{"x":"' + 'y'.repeat(1 << 20)) }, 'longer than'],
    ['a schema that is none', { get_schema: () => ({ name: DB, version: '1' }) }, 'tables of schema'],
    ['a snapshot that is none', { monitor_cond: () => [] }, 'table updates'],
    [
      'a row of another type',
      { monitor_cond: () => ({ Bridge: { [UUID]: { initial: { name: 7 } } } }) },
      'type string',
    ],
    ['a table not asked for', { monitor_cond: () => ({ Port: {} }) }, 'not monitored'],
    [
      'a change of an unknown row',
      {
        monitor_cond: (_, socket) => {
          setImmediate(() => socket.write(update({ modify: {} })));
          return {};
        },
      },
      'not known',
    ],
    [
      'a cancelled monitor',
      {
        monitor_cond: (_, socket) => {
          setImmediate(() => socket.write('{"id":null,"method":"monitor_canceled","params":["monitor-0"]}'));
          return {};
        },
      },
      'cancelled',
    ],
  ])('sending %s is left with a logged error, and tried again', async (_what, answers, reason) => {
    const server = await serverWith(answers);
    const { client, log } = clientOf(server, { maxMessageBytes: 1 << 19 });
    client.monitor(DB, TABLES);
    await vi.waitFor(() => expect(log.error).toHaveBeenCalledOnce());
    expect(log.error.mock.calls[0]![0]).toMatchObject({ reason: expect.stringContaining(reason) as string });
    await client.untilUp();
    expect(server.connections).toBe(2);
  });

  it.each<[string, unknown, string]>([
    ['no array', {}, 'transact answered'],
    ['too few results', [{}], '1 results for 2 operations'],
    ['a result that is no object', [{}, 5], 'result is not an object'],
  ])('answering a transaction with %s fails it and is left', async (_what, answer, reason) => {
    const server = await serverWith({ transact: () => answer });
    const { client, log } = clientOf(server);
    await client.untilUp();
    await expect(client.transact(DB, [op.delete('Bridge', []), op.delete('Port', [])])).rejects.toThrow(reason);
    expect(log.error).toHaveBeenCalledOnce();
    await client.untilUp();
    expect(server.connections).toBe(2);
  });
});

describe('a connection', () => {
  it('takes updates that come together with the snapshot', async () => {
    const server = await serverWith({
      monitor_cond: ({ id }, socket) => {
        const snapshot = JSON.stringify({
          id,
          result: { Bridge: { [UUID]: { initial: { name: 'br0' } } } },
          error: null,
        });
        socket.write(
          snapshot +
            update({ modify: { protocols: ['set', ['OpenFlow13']] } }) +
            update({ modify: { protocols: ['set', ['OpenFlow10']] } }),
        );
      },
    });
    const { client } = clientOf(server);
    const kinds: string[] = [];
    const monitor = client.monitor(DB, TABLES, {
      changes: (changes) => kinds.push(...changes.map(({ kind }) => kind)),
    });
    await client.untilUp();
    expect(kinds).toEqual(['insert', 'modify', 'modify']);
    expect(monitor.rows('Bridge').get(UUID)).toMatchObject({ name: 'br0', protocols: ['OpenFlow10', 'OpenFlow13'] });
  });

  it('answers echo and refuses other requests', async () => {
    const replies: Request[] = [];
    const server = await serverWith(
      {
        list_dbs: (_, socket) => {
          socket.write('{"id":"e","method":"echo","params":["x"]}{"id":"s","method":"steal","params":[]}');
          return [DB];
        },
      },
      replies,
    );
    const { client } = clientOf(server);
    await client.untilUp();
    await vi.waitFor(() => expect(replies.find(({ id }) => id === 's')).toBeDefined());
    expect(replies.find(({ id }) => id === 'e')).toEqual({ id: 'e', result: ['x'], error: null });
    expect(replies.find(({ id }) => id === 's')).toEqual({ id: 's', result: null, error: 'unknown method steal' });
  });

  it('is kept while echo is answered and ended when it is not', async () => {
    let answered = 0;
    const server = await serverWith({ echo: ({ params }) => (answered++ < 3 ? params : undefined) });
    const { client, log } = clientOf(server, { probeIntervalMs: 20 });
    await client.untilUp();
    await vi.waitFor(() => expect(server.connections).toBe(2));
    expect(answered).toBeGreaterThanOrEqual(4);
    expect(log.warn.mock.calls[0]![0]).toMatchObject({
      reason: expect.stringContaining('no answer to echo') as string,
    });
  });

  it('fails what waits for an answer when it ends', async () => {
    const server = await serverWith({ transact: (_, socket) => void socket.destroy() });
    const { client } = clientOf(server);
    await client.untilUp();
    await expect(client.transact(DB, [op.delete('Bridge', [])])).rejects.toThrow('closed by the other side');
  });
});

describe('a server that is of no use', () => {
  it('is tried again and again but logged once', async () => {
    const server = await ScriptedServer.start((socket) => socket.write('220 mail ESMTP'));
    opened.push(server);
    const { log } = clientOf(server, { backoff: { minMs: 1, maxMs: 2 } });
    await vi.waitFor(() => expect(server.connections).toBeGreaterThan(5));
    expect(log.error).toHaveBeenCalledOnce();
    expect(log.warn).not.toHaveBeenCalled();
  });
});
