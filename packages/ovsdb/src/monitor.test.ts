import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { startProxy } from '../test/old-server-proxy.ts';
import { PrivateServer } from '../test/private-server.ts';
import { addBridge, DB, TABLES } from '../test/vswitch.ts';
import { type Change, type Monitor, op, OvsdbClient, type RowOf, type Uuid } from './index.ts';

type BridgeRow = RowOf<(typeof TABLES)['Bridge']>;

let server: PrivateServer;
let client: OvsdbClient;

beforeEach(async () => {
  server = new PrivateServer();
  await server.start();
  client = new OvsdbClient(server.endpoint);
  await client.untilUp();
  await client.transact(DB, [op.insert(DB, {})]);
});

afterEach(async () => {
  client.close();
  await server.remove();
});

/** Follows the bridges as a program would: from the changes alone. */
function follow(from: OvsdbClient) {
  const mirror = new Map<string, BridgeRow>();
  const log: string[] = [];
  const monitor: Monitor<typeof TABLES> = from.monitor(DB, TABLES, {
    changes: (changes) => {
      log.push(changes.map(line).sort().join(' '));
      for (const change of changes) {
        expect(mirror.get(change.uuid)).toEqual('old' in change ? change.old : undefined);
        if (change.kind === 'delete') mirror.delete(change.uuid);
        else mirror.set(change.uuid, change.new);
      }
    },
    up: () => log.push('up'),
    down: () => log.push('down'),
  });
  return { mirror, log, monitor };
}

const line = (change: Change<typeof TABLES>): string =>
  `${change.kind}:${'new' in change ? change.new.name : change.old.name}`;

describe.each(['monitor_cond', 'monitor'])('%s', (method) => {
  let followed: OvsdbClient;
  let stop: () => void;

  beforeEach(async () => {
    const proxy = method === 'monitor' ? await startProxy(server.socket, `${server.socket}.old`) : undefined;
    followed = new OvsdbClient(proxy?.endpoint ?? server.endpoint);
    stop = () => {
      followed.close();
      proxy?.close();
    };
  });

  afterEach(() => stop());

  it('delivers what is there, then each transaction as one batch', async () => {
    await client.transact(DB, addBridge('br0', { a: '1' }));
    const { log, monitor } = follow(followed);
    await followed.untilUp();
    expect(log).toEqual(['insert:br0', 'up']);
    const [row] = monitor.rows('Bridge').values();
    expect(row).toMatchObject({
      datapath_id: undefined,
      protocols: [],
      ports: [],
      external_ids: new Map([['a', '1']]),
    });

    const [inserted] = await client.transact(DB, [
      ...addBridge('br1'),
      op.mutate('Bridge', [['name', '==', 'br0']], [['external_ids', 'insert', new Map([['b', '2']])]]),
    ]);
    await vi.waitFor(() => expect(log.at(-1)).toBe('insert:br1 modify:br0'));
    expect(monitor.rows('Bridge').get(inserted!.uuid!.uuid)?.name).toBe('br1');

    await client.transact(DB, [op.mutate(DB, [], [['bridges', 'delete', [inserted!.uuid!]]])]);
    await vi.waitFor(() => expect(log).toEqual(['insert:br0', 'up', 'insert:br1 modify:br0', 'delete:br1']));
  });

  it('keeps the mirror equal to the server through random transactions (fuzz)', async () => {
    const { mirror, monitor } = follow(followed);
    await followed.untilUp();
    const step = fc.record({
      name: fc.constantFrom('br0', 'br1', 'br2'),
      action: fc.constantFrom('add', 'remove', 'set', 'toggle'),
      protocols: fc.subarray(['OpenFlow10', 'OpenFlow13', 'OpenFlow15']),
      ids: fc.dictionary(
        fc.constantFrom('a', 'b', 'c'),
        fc.string({ unit: 'binary', maxLength: 3 }).filter((s) => !s.includes('\0')),
      ),
      datapath: fc.option(fc.constantFrom('1', '2'), { nil: undefined }),
    });
    const runs = process.env['VNET_FUZZ'] === 'full' ? 500 : 20;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
        for (const { name, action, protocols, ids, datapath } of steps) {
          const row = [...monitor.rows('Bridge').values()].find((each) => each.name === name);
          const where = [['name', '==', name]] as const;
          const operations = {
            add: () => (row ? [] : addBridge(name, ids)),
            remove: () => (row ? [op.mutate(DB, [], [['bridges', 'delete', [row._uuid]]])] : []),
            set: () => [
              op.update('Bridge', where, {
                protocols,
                external_ids: new Map(Object.entries(ids)),
                datapath_id: datapath,
              }),
            ],
            toggle: () => [
              op.mutate('Bridge', where, [
                ['external_ids', 'insert', new Map(Object.entries(ids))],
                ['protocols', 'delete', protocols],
              ]),
            ],
          }[action]();
          await client.transact(DB, operations);
          await vi.waitFor(async () => expect([...mirror.values()].sort(byUuid)).toEqual(await bridges()), {
            interval: 2,
          });
        }
      }),
      { numRuns: runs, ...(runs === 20 && { seed: 7047 }) },
    );
  });
});

const byUuid = (a: { readonly _uuid: Uuid }, b: { readonly _uuid: Uuid }): number =>
  a._uuid.uuid < b._uuid.uuid ? -1 : 1;

async function bridges(): Promise<BridgeRow[]> {
  const [result] = await client.transact(DB, [op.select('Bridge', [], ['_uuid', ...Object.keys(TABLES.Bridge)])]);
  return (result!.rows as unknown as BridgeRow[]).toSorted(byUuid);
}

describe('a restart of the server', () => {
  it('shows as the difference between before and after', async () => {
    const { mirror, log, monitor } = follow(client);
    await client.transact(DB, addBridge('same', { a: '1' }));
    await client.transact(DB, addBridge('changed'));
    await client.transact(DB, addBridge('removed'));
    await vi.waitFor(() => expect(monitor.rows('Bridge').size).toBe(3));
    await client.untilUp();
    log.length = 0;

    await server.kill();
    await vi.waitFor(() => expect(log).toEqual(['down']));
    expect(client.up).toBe(false);
    expect(monitor.current).toBe(false);
    expect(monitor.rows('Bridge').size).toBe(3);
    const removed = [...mirror.values()].find((row) => row.name === 'removed')!;
    server.transactOffline([
      op.mutate(DB, [], [['bridges', 'delete', [removed._uuid]]]),
      op.update('Bridge', [['name', '==', 'changed']], { protocols: ['OpenFlow13'] }),
      ...addBridge('added'),
    ]);
    await server.start();
    await client.untilUp();
    expect(log).toEqual(['down', 'delete:removed insert:added modify:changed', 'up']);
    expect(monitor.current).toBe(true);

    log.length = 0;
    await server.kill();
    await server.start();
    await vi.waitFor(() => expect(log).toEqual(['down', 'up']));
    expect([...mirror.values()].sort(byUuid)).toEqual(await bridges());
  });
});

describe('declared columns', () => {
  it('give the types of rows', () => {
    expectTypeOf<BridgeRow['name']>().toEqualTypeOf<string>();
    expectTypeOf<BridgeRow['datapath_id']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<BridgeRow['ports']>().toEqualTypeOf<readonly Uuid[]>();
    expectTypeOf<BridgeRow['external_ids']>().toEqualTypeOf<ReadonlyMap<string, string>>();
  });

  it.each([
    [{ Bridge: { name: 'integer' } }, 'Bridge.name should be integer, it is string there'],
    [{ Bridge: { colour: 'string' } }, 'Bridge.colour should be string, it has no such column'],
    [{ Router: { name: 'string' } }, 'Router.name should be string, it has no such column'],
  ] as const)('that the server has not are logged by name: %j', async (tables, message) => {
    const error = vi.fn();
    const wrong = new OvsdbClient(server.endpoint, { log: { info: vi.fn(), warn: vi.fn(), error } });
    wrong.monitor(DB, tables);
    await vi.waitFor(() => expect(error).toHaveBeenCalled());
    wrong.close();
    expect((error.mock.calls[0]![0] as { reason: string }).reason).toContain(message);
    expect(wrong.up).toBe(false);
  });

  it('may be added while the client is up', async () => {
    await client.transact(DB, addBridge('br0'));
    const first = client.monitor(DB, { Bridge: { name: 'string' } });
    const second = client.monitor(DB, { Bridge: { external_ids: 'string:string' } });
    await client.untilUp();
    expect([...first.rows('Bridge').values()].map(({ name }) => name)).toEqual(['br0']);
    expect([...second.rows('Bridge').values()].map((row) => row.external_ids)).toEqual([new Map()]);
  });

  it('may close the client from a handler', async () => {
    await client.transact(DB, addBridge('br0'));
    const log: string[] = [];
    client.monitor(DB, TABLES, {
      changes: () => client.close(),
      up: () => log.push('up'),
      down: () => log.push('down'),
    });
    await expect(client.untilUp()).rejects.toThrow('closed');
    expect(log).toEqual(['down']);
  });
});
