import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BusClient, keygen } from '@vnet/bus';
import type { AgentStatus, AgentUpdate, FromAgent, FromApi, ToAgent } from '@vnet/model';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Manager } from './manager.ts';
import { openDatabase } from './store/database.ts';

const errors: string[] = [];
const error = (_fields: object, message: string): void => void errors.push(message);
const quiet = { info: () => undefined, warn: () => undefined, error };

describe('the manager', () => {
  let dir: string;
  let manager: Manager;
  const clients: { close(): void }[] = [];

  beforeEach(async () => {
    errors.length = 0;
    dir = mkdtempSync(join(tmpdir(), 'vnet-vnmgr-'));
    await start();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await manager.close();
    rmSync(dir, { recursive: true });
  });

  async function start(): Promise<void> {
    const [database, listen] = [`sqlite:${dir}/vnet.db`, [`ipc://${dir}/bus`]];
    manager = await Manager.start({ database, listen, owner: 'test', log: quiet });
  }

  function connect<Out extends FromAgent | FromApi>(onMessage: (message: ToAgent) => void = () => undefined) {
    const client = new BusClient<Out, ToAgent>({ endpoints: [`ipc://${dir}/bus`], log: quiet, onMessage });
    clients.push(client);
    return client;
  }

  function api(client: BusClient<FromApi, ToAgent>, endpoint: string, params: object, more: object = {}) {
    const request = {
      type: 'api',
      endpoint,
      operation: 'create',
      path: {},
      params,
      who: 'me',
      request_id: '1',
    } as const;
    return client.request({ ...request, ...more } as Omit<FromApi, 'id'> as never, 5_000);
  }

  it('answers requests, tells agents, waits for them, and resumes after a restart', async () => {
    const updates: AgentUpdate[] = [];
    const agent = connect<FromAgent>((message) => {
      if (message.type === 'update') updates.push(message);
    });
    const front = connect<FromApi>();
    const until = (check: () => boolean) => vi.waitUntil(check, { timeout: 10_000, interval: 5 });
    const hello = (database: string | null, revision: number | null) => {
      const identity = { type: 'hello', node_id: 'hv1', dpid: '0x000000000000aaaa', run: '1' } as const;
      agent.send({ ...identity, database, revision, scopes: ['node/hv1', 'network/1'], subscription: 1 });
    };
    await until(() => agent.up);
    hello(null, null);
    await until(() => updates.length === 1);
    const { database } = updates[0]!;

    const datapath = { display_name: 'one', node_id: 'hv1', dpid: 'aaaa' };
    const written = api(front, 'datapaths.create', datapath, { wait_ms: 10_000 });
    await until(() => updates.length === 2);
    expect(updates[1]).toMatchObject({ seq: 2, revision: 1, put: [{ entity: 'datapath', row: { node_id: 'hv1' } }] });
    agent.send({ type: 'applied', revision: 1 });
    expect(await written).toMatchObject({ ok: true, revision: 1, applied: { revision: 1, agents: 1, behind: [] } });

    await api(front, 'networks.create', { ipv4_network: '10.0.0.0' });
    await until(() => updates.length === 3);
    const facts = { type: 'facts', datapath_id: 1, full: true, interfaces: [], gone_interfaces: [] } as const;
    agent.send({ ...facts, networks: [1], gone_networks: [] });
    await until(() => updates.length === 4);
    expect(updates[3]).toMatchObject({ revision: 3, put: [{ entity: 'active_network', row: { network_id: 1 } }] });

    await manager.close();
    await start();
    await until(() => front.up && agent.up);
    await api(front, 'networks.create', { ipv4_network: '10.0.0.0' });
    hello(database, 2);
    await until(() => updates.length === 5);
    expect(updates[4]).toMatchObject({
      reset: false,
      revision: 4,
      subscription: 1,
      put: [{ entity: 'active_network', row: { network_id: 1 } }],
      del: [],
    });
  });

  it('sends agents away while another manager writes, and takes them when it is gone', async () => {
    const listen = [`ipc://${dir}/standby`];
    const standby = await Manager.start({ database: `sqlite:${dir}/vnet.db`, listen, owner: 'standby', log: quiet });
    try {
      const updates: AgentUpdate[] = [];
      const agent: BusClient<FromAgent, ToAgent> = new BusClient({
        endpoints: listen,
        log: quiet,
        onUp: () => {
          const identity = { type: 'hello', node_id: 'hv1', dpid: '0x000000000000aaaa', run: '1' } as const;
          agent.send({ ...identity, database: null, revision: null, scopes: ['node/hv1'], subscription: 1 });
        },
        onDown: () => {
          ends++;
        },
        onMessage: (message) => {
          if (message.type === 'update') updates.push(message);
        },
      });
      clients.push(agent);
      let ends = 0;
      await vi.waitUntil(() => ends >= 2, { timeout: 10_000 });
      expect(updates).toEqual([]);
      await manager.close();
      await vi.waitUntil(() => updates.length > 0, { timeout: 10_000 });
    } finally {
      await standby.close();
      await start();
    }
  });

  it('lists hosts with what their agents say of themselves', async () => {
    const status: AgentStatus = { bridge: 'br0', flows: 42, interfaces: 2, networks: 1, warnings: [] };
    const agent = connect<FromAgent>((message) => {
      if (message.type === 'question') agent.send({ type: 'answer', id: message.id, body: status });
    });
    const front = connect<FromApi>();
    await vi.waitUntil(() => agent.up && front.up, { timeout: 10_000, interval: 5 });
    for (const [node_id, dpid] of [
      ['hv1', '1'],
      ['hv2', '2'],
    ]) {
      await api(front, 'datapaths.create', { uuid: `dp-${node_id}`, display_name: '', node_id, dpid });
    }
    const nobody = { database: null, revision: null, scopes: [], subscription: 1 };
    agent.send({ type: 'hello', node_id: 'hv1', dpid: '0x0000000000000001', run: '1', ...nobody });
    const { body } = await api(front, 'agents', {}, { operation: 'query' });
    expect(body).toMatchObject({
      total_count: 2,
      items: [
        { node_id: 'hv1', datapath_uuid: 'dp-hv1', connected: true, revision: 0, sent_revision: 2, flows: 42 },
        { node_id: 'hv2', datapath_uuid: 'dp-hv2', connected: false, connected_at: null, revision: null },
      ],
    });
  });

  it('shows a datapath with what its agent says of its links now, and with nothing that is old', async () => {
    const bond = {
      ...{ kind: 'trunk', name: 'bond1', mode: 'all links', lacp: true, fallback: 'active-backup' },
      links: [{ name: 'eth1', state: 'up', in_use: true }],
    };
    let body: unknown = { bonds: [bond] };
    const agent = connect<FromAgent>((message) => {
      if (message.type === 'question') agent.send({ type: 'answer', id: message.id, body });
    });
    const front = connect<FromApi>();
    await vi.waitUntil(() => agent.up && front.up, { timeout: 10_000, interval: 5 });
    await api(front, 'datapaths.create', { uuid: 'dp-1', display_name: '', node_id: 'hv1', dpid: '1' });
    const shown = async (): Promise<unknown> => {
      const reply = await api(front, 'datapaths.show', {}, { operation: 'show', path: { uuid: 'dp-1' } });
      const { uuid, agent: said } = reply.body as { uuid: string; agent: unknown };
      expect(uuid).toBe('dp-1');
      return said;
    };
    const since = expect.stringMatching(/^20.* UTC$/) as string;
    expect(await shown()).toEqual({ connected: false, since: null, bonds: null });
    const nobody = { database: null, revision: null, scopes: [], subscription: 1 };
    agent.send({ type: 'hello', node_id: 'hv1', dpid: '0x0000000000000001', run: '1', ...nobody });
    expect(await shown()).toEqual({ connected: true, since, bonds: [bond] });
    const fine = { ...bond, links: [{ name: 'eth1', state: 'fine', in_use: true }] };
    for (const wrong of [null, 'x', { bonds: [fine] }]) {
      body = wrong;
      expect(await shown()).toEqual({ connected: true, since, bonds: null });
    }
    agent.close();
    await vi.waitUntil(async () => !((await shown()) as { connected: boolean }).connected, 10_000);
    expect(await shown()).toEqual({ connected: false, since, bonds: null });
  }, 20_000);

  it('ends the connection of one who sends nonsense, and serves the others', async () => {
    const reasons: string[] = [];
    const front = connect<FromApi>();
    const log = {
      ...quiet,
      warn: (fields: object) => void reasons.push(String((fields as { reason?: unknown }).reason)),
    };
    const strange = new BusClient<FromAgent, ToAgent>({ endpoints: [`ipc://${dir}/bus`], log });
    clients.push(strange);
    await vi.waitUntil(() => strange.up);
    strange.send({ type: 'subscribe', add: [1] } as never);
    await vi.waitUntil(() => reasons.length > 0);
    expect(reasons[0]).toContain('subscription is missing');
    expect(await front.request({ type: 'health' }, 5_000)).toMatchObject({ ok: true });
  });

  it('ends a connection for each message of a wrong shape, and serves the others', async () => {
    const front = connect<FromApi>();
    const wrong: object[] = [
      { type: 'nonsense' },
      { type: 'api' },
      { type: 'api', id: 1, endpoint: 5, operation: {}, path: null, params: [], who: {}, request_id: 1 },
      { type: 'health', id: 'x' },
      { type: 'hello', scopes: {} },
      { type: 'facts', datapath_id: 1, full: 'yes' },
      { type: 'applied', revision: '7' },
      JSON.parse('{"type":"hello","__proto__":{"node_id":"hv1"}}') as object,
    ];
    for (const message of wrong) {
      const reasons: object[] = [];
      const log = { ...quiet, warn: (fields: object) => void reasons.push(fields) };
      const client = new BusClient<FromApi>({ endpoints: [`ipc://${dir}/bus`], log });
      clients.push(client);
      await vi.waitUntil(() => client.up);
      client.send(message as never);
      await vi.waitUntil(() => reasons.length > 0);
      expect(reasons[0]).toMatchObject({ reason: expect.stringContaining('closed by the manager') as string });
      client.close();
    }
    expect(await front.request({ type: 'health' }, 5_000)).toMatchObject({ ok: true });
    expect(manager.revision).toBe(0);
  });

  it('refuses a list that no message can carry, and the connection goes on', async () => {
    const { knex } = await openDatabase(`sqlite:${dir}/vnet.db`);
    const large = { display_name: 'x'.repeat(4_000), domain_name: '', ipv4_network: 0, ipv4_prefix: 1, mtu: 1500 };
    const networks = Array.from({ length: 10_000 }, (_, i) => ({
      uuid: `nw-${i}`,
      ...large,
      created_at: 0,
      updated_at: 0,
    }));
    await knex.batchInsert('networks', networks, 100);
    await knex.destroy();
    const front = connect<FromApi>();
    const list = (limit: number) => api(front, 'networks.list', { limit }, { operation: 'list' });
    const answers = await Promise.all([list(10_000), list(10)]);
    expect(answers).toMatchObject([
      { ok: false, error: { status: 400, message: expect.stringContaining('ask for fewer items') as string } },
      { ok: true, body: { total_count: 10_000 } },
    ]);
  });

  it('lets a key that is bound to a node speak for that node only', async () => {
    keygen(`${dir}/keys`, ['hv1']);
    await manager.close();
    const [database, listen] = [`sqlite:${dir}/vnet.db`, ['tcp://127.0.0.1:*']];
    manager = await Manager.start({ database, listen, keys: `${dir}/keys`, owner: 'test', log: quiet });
    const reasons: string[] = [];
    const updates: ToAgent[] = [];
    const log = { ...quiet, warn: (fields: object) => void reasons.push(JSON.stringify(fields)) };
    const [endpoints, keys] = [manager.endpoints, `${dir}/keys/handout/hv1`];
    const onMessage = (message: ToAgent) => void updates.push(message);
    const agent = new BusClient<FromAgent | FromApi, ToAgent>({ endpoints, keys, log, onMessage });
    clients.push(agent);
    const hello = { type: 'hello', dpid: '0x1', run: '1', database: null, revision: null, scopes: [] } as const;
    const attempts: [Record<string, unknown>, string][] = [
      [{ ...hello, node_id: 'hv2', subscription: 1 }, 'may not speak for node hv2'],
      [{ type: 'health', id: 1 }, 'may not make requests'],
    ];
    for (const [message, reason] of attempts) {
      await vi.waitUntil(() => agent.up);
      agent.send(message as never);
      await vi.waitUntil(() => reasons.some((each) => each.includes(reason)));
    }
    await vi.waitUntil(() => agent.up);
    agent.send({ ...hello, node_id: 'hv1', subscription: 1 });
    await vi.waitUntil(() => updates.length > 0);
    expect(updates).toMatchObject([{ type: 'update', subscription: 1 }]);
  });

  it('ignores what an agent says of the datapath of another node', async () => {
    const front = connect<FromApi>();
    const agent = connect<FromAgent>();
    await api(front, 'datapaths.create', { display_name: 'one', node_id: 'hv1', dpid: 'aaaa' });
    await api(front, 'networks.create', { ipv4_network: '10.0.0.0' });
    await vi.waitUntil(() => agent.up);
    const identity = { type: 'hello', node_id: 'hv2', dpid: '0xaaaa', run: '1', database: null } as const;
    agent.send({ ...identity, revision: null, scopes: [], subscription: 1 });
    const facts = { type: 'facts', datapath_id: 1, full: true, interfaces: [], gone_interfaces: [] } as const;
    agent.send({ ...facts, networks: [1], gone_networks: [] });
    await vi.waitUntil(() => errors.some((message) => message.includes('datapath of another node')));
    expect(manager.revision).toBe(2);
  });

  it('sends an agent away that has not said hello', async () => {
    const refusals: ToAgent[] = [];
    const agent = connect<FromAgent>((message) => refusals.push(message));
    await vi.waitUntil(() => agent.up);
    agent.send({ type: 'subscribe', subscription: 1, add: [], drop: [] });
    await vi.waitUntil(() => refusals.length > 0);
    expect(refusals).toMatchObject([{ type: 'refused' }]);
  });
});
