import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PrivateServer } from '../test/private-server.ts';
import { addBridge, DB } from '../test/vswitch.ts';
import { op, OvsdbClient, OvsdbConnectionError, OvsdbError } from './index.ts';

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

describe('transact', () => {
  it('gives the result of each operation', async () => {
    const [inserted, mutated, updated, selected, deleted] = await client.transact(DB, [
      ...addBridge('br0', { a: '1' }),
      op.update('Bridge', [['name', '==', 'br0']], { datapath_id: 'cafe', protocols: ['OpenFlow13', 'OpenFlow10'] }),
      op.select(
        'Bridge',
        [['external_ids', 'includes', new Map([['a', '1']])]],
        ['_uuid', 'name', 'protocols', 'datapath_id', 'fail_mode', 'external_ids'],
      ),
      op.delete('Bridge', [['name', '==', 'none']]),
    ]);
    expect([mutated, updated, deleted]).toEqual([{ count: 1 }, { count: 1 }, { count: 0 }]);
    expect(selected?.rows).toEqual([
      {
        _uuid: inserted?.uuid,
        name: 'br0',
        protocols: ['OpenFlow10', 'OpenFlow13'],
        datapath_id: 'cafe',
        fail_mode: undefined,
        external_ids: new Map([['a', '1']]),
      },
    ]);
  });

  it('names the operation that failed and does nothing', async () => {
    const refused = await client
      .transact(DB, [...addBridge('br0'), op.update('Bridge', [], { fail_mode: 'loose' })])
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OvsdbError);
    expect(refused).toMatchObject({ code: 'constraint violation', operation: { op: 'update', table: 'Bridge' } });
    expect((refused as Error).message).toContain('operation 2 (update Bridge) failed');
    expect(await client.transact(DB, [op.select('Bridge', [])])).toEqual([{ rows: [] }]);
  });
});

describe('requests', () => {
  it('lists databases and reads a schema', async () => {
    expect(await client.listDbs()).toEqual(expect.arrayContaining([DB, '_Server']));
    const schema = await client.getSchema(DB);
    const kinds = ['name', 'datapath_id', 'ports', 'external_ids', 'flow_tables', 'mcast_snooping_enable', '_uuid'].map(
      (column) => schema.tables.get('Bridge')?.get(column)?.kind,
    );
    expect(kinds).toEqual(['string', 'string?', 'uuid[]', 'string:string', 'integer:uuid', 'boolean', 'uuid']);
  });

  it('names what an unknown database is refused for', async () => {
    await expect(client.getSchema('Nothing')).rejects.toMatchObject({ code: 'unknown database' });
  });

  it('waits for rows as told', async () => {
    await client.transact(DB, addBridge('br0'));
    const name = { name: 'br0' };
    const found = client.transact(DB, [op.wait('Bridge', [['name', '==', 'br0']], '==', [name])]);
    await expect(found).resolves.toEqual([{}]);
    const gone = client.transact(DB, [op.wait('Bridge', [['name', '==', 'br0']], '!=', [name])]);
    await expect(gone).rejects.toMatchObject({ code: 'timed out', operation: { op: 'wait' } });
  });

  it('fails at once while there is no server, and after close', async () => {
    await server.kill();
    await expect(client.transact(DB, [op.select('Bridge', [])])).rejects.toBeInstanceOf(OvsdbConnectionError);
    const up = client.untilUp();
    client.close();
    await expect(up).rejects.toThrow('closed');
    await expect(client.listDbs()).rejects.toThrow('closed');
    await expect(client.untilUp()).rejects.toThrow('closed');
  });

  it('refuses an endpoint that is none', () => {
    for (const endpoint of ['', 'unix:', 'tcp:host', 'tcp:h:70000', 'ssl:10.0.0.1:6640', '/run/db.sock']) {
      expect(() => new OvsdbClient(endpoint)).toThrow(RangeError);
    }
  });
});
