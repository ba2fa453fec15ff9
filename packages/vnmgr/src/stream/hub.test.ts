import type { AgentHello, AgentUpdate, EntityName, Row, ToAgent, WireRow } from '@vnet/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Rows, batches, play, runs } from '../../test/random_changes.ts';
import { Replica, wireRow } from '../scopes/replica.ts';
import { Hub } from './hub.ts';
import { MAX_ROWS } from './session.ts';

/** What an agent makes of the updates. */
class Agent {
  readonly rows = new Map<string, WireRow>();
  readonly updates: AgentUpdate[] = [];
  readonly scopes = new Set<string>();
  revision: number | null = null;
  resets = 0;
  seq = 0;

  take(message: ToAgent): void {
    if (message.type !== 'update') throw new Error(`unexpected ${message.type}`);
    this.updates.push(message);
    expect(message.seq).toBe(++this.seq);
    if (message.reset) {
      this.rows.clear();
      this.resets++;
    }
    for (const { entity, id } of message.del) this.rows.delete(`${entity}/${id}`);
    for (const { entity, row } of message.put) this.rows.set(`${entity}/${row.id}`, row);
    this.revision = message.revision;
  }

  hello(subscription = 1): AgentHello {
    const { revision } = this;
    this.seq = 0;
    const identity = { type: 'hello', node_id: 'hv1', dpid: '0x1', run: 'r', database: 'db' } as const;
    return { ...identity, revision, scopes: [...this.scopes], subscription };
  }
}

function visible(replica: Replica, scopes: Iterable<string>): Map<string, WireRow> {
  return new Map([...replica.snapshot(scopes)].map((node) => [`${node.entity}/${node.id}`, wireRow(node)]));
}

function put(entity: EntityName, row: object) {
  return { entity, id: (row as Row).id, before: null, after: { created_at: 0, updated_at: 0, ...row } as Row } as const;
}

const SCOPES = ['dpid/a', 'node/a', 'datapath/1', 'network/1', 'network/2', 'interface/if-1', 'port/a', 'port/b'];

function setUp(kept?: number) {
  const replica = new Replica(0, kept);
  const hub = new Hub<Agent>({ replica, database: 'db', send: (agent, message) => agent.take(message) });
  let revision = 0;
  const change = (...changes: Parameters<Replica['apply']>[0]['changes']): void =>
    hub.revision({ revision: ++revision, changes });
  return { replica, hub, change };
}

describe('agents', () => {
  it('fuzz: hold exactly the rows of their scopes, through changes, subscriptions and reconnects', () => {
    const action = fc.oneof(
      { weight: 4, arbitrary: fc.constant(undefined) },
      { weight: 2, arbitrary: fc.record({ add: fc.subarray(SCOPES), drop: fc.subarray(SCOPES) }) },
      { weight: 1, arbitrary: fc.constant('gone' as const) },
      { weight: 2, arbitrary: fc.constant('hello' as const) },
    );
    fc.assert(
      fc.property(batches, fc.array(action, { minLength: 20, maxLength: 20 }), (sequence, actions) => {
        const { replica, hub, change } = setUp(5);
        const agent = new Agent();
        const rows: Rows = new Map();
        let connected = false;
        sequence.forEach((batch, i) => {
          const act = actions[i];
          if (act === 'gone') {
            hub.gone(agent);
            connected = false;
          } else if (act === 'hello') {
            hub.hello(agent, agent.hello());
            connected = true;
          } else if (act !== undefined && connected) {
            for (const scope of act.drop) agent.scopes.delete(scope);
            const drop = act.drop.filter((scope) => !act.add.includes(scope));
            for (const scope of act.add) agent.scopes.add(scope);
            hub.subscribe(agent, { type: 'subscribe', subscription: i, add: act.add, drop });
          }
          change(...play(rows, batch));
          if (connected) expect(agent.rows).toEqual(visible(replica, agent.scopes));
        });
      }),
      { numRuns: runs, seed: 4 },
    );
  });

  it('are told the row that a port brings, with its subscription', () => {
    const { hub, change } = setUp();
    const agent = new Agent();
    change(put('interface', { id: 7, uuid: 'if-7', iface_id: null }));
    change(put('interface_port', { id: 8, interface_id: 7, datapath_id: null, port_name: 'vm1' }));
    hub.hello(agent, agent.hello(1));
    hub.subscribe(agent, { type: 'subscribe', subscription: 2, add: ['port/vm1'], drop: [] });
    expect(agent.updates).toMatchObject([
      { seq: 1, subscription: 1, reset: true, revision: 2, database: 'db', put: [] },
      { seq: 2, subscription: 2, reset: false, put: [{ entity: 'interface_port' }, { entity: 'interface' }] },
    ]);
  });

  it('resume from the revision they have, without a reset', () => {
    const { hub, change } = setUp();
    const agent = new Agent();
    agent.scopes.add('network/1').add('network/2');
    change(put('network', { id: 1, uuid: 'nw-1' }));
    hub.hello(agent, agent.hello());
    hub.gone(agent);
    change(put('network', { id: 2, uuid: 'nw-2' }));
    change(put('network', { id: 3, uuid: 'nw-3' }));
    hub.hello(agent, agent.hello(5));
    expect(agent.resets).toBe(1);
    expect(agent.updates.at(-1)).toMatchObject({
      reset: false,
      subscription: 5,
      revision: 3,
      put: [{ entity: 'network', row: { id: 2 } }],
      del: [],
    });
  });

  it.each([
    ['the revision is older than the log', { revision: 0 }],
    ['the revision is of another database', { database: 'other' }],
    ['the revision has not been', { revision: 99 }],
    ['they know nothing', { revision: null }],
  ])('get everything anew when %s', (_why, differently) => {
    const { hub, change } = setUp(2);
    const agent = new Agent();
    agent.scopes.add('network/1');
    for (let i = 1; i < 5; i++) change(put('network', { id: i, uuid: `nw-${i}` }));
    hub.hello(agent, { ...agent.hello(), revision: 4, ...differently });
    expect(agent.updates).toMatchObject([{ reset: true, put: [{ row: { id: 1 } }] }]);
  });

  it('get large snapshots in several updates, the subscription with the last', () => {
    const { hub, change } = setUp();
    const agent = new Agent();
    agent.scopes.add('datapath/1');
    const count = MAX_ROWS + 10;
    change(
      ...Array.from({ length: count }, (_, id) => put('active_interface', { id, datapath_id: 1, interface_id: id })),
    );
    hub.hello(agent, agent.hello(3));
    expect(agent.updates.map((update) => [update.reset, update.put.length, update.subscription])).toEqual([
      [true, MAX_ROWS, undefined],
      [false, 10, 3],
    ]);
  });

  it('are told how far the others are when nothing concerns them', () => {
    const { hub, change } = setUp();
    const agent = new Agent();
    hub.hello(agent, agent.hello());
    change(put('network', { id: 1, uuid: 'nw-1' }));
    expect(agent.revision).toBe(0);
    hub.catchUp();
    hub.catchUp();
    expect(agent.updates.slice(1)).toMatchObject([{ revision: 1, put: [], del: [] }]);
  });
});

describe('waiting for a revision', () => {
  function concerned() {
    const all = setUp();
    const agents = ['network/1', 'network/1', 'network/2'].map((scope) => {
      const agent = new Agent();
      agent.scopes.add(scope);
      all.hub.hello(agent, agent.hello());
      return agent;
    });
    all.change(put('network', { id: 1, uuid: 'nw-1' }));
    return { ...all, agents };
  }

  it('ends when the agents that it concerns have applied it', async () => {
    const { hub, agents } = concerned();
    const outcome = hub.untilApplied(1, 60_000);
    hub.applied(agents[0]!, 1);
    hub.applied(agents[1]!, 1);
    expect(await outcome).toEqual({ agents: 2, behind: [] });
    expect(await hub.untilApplied(1, 60_000)).toEqual({ agents: 2, behind: [] });
  });

  it('does not wait for agents that are gone', async () => {
    const { hub, agents } = concerned();
    const outcome = hub.untilApplied(1, 60_000);
    hub.applied(agents[0]!, 1);
    hub.gone(agents[1]!);
    expect(await outcome).toMatchObject({ behind: [] });
  });

  it('names those that are behind when the time is up', async () => {
    const { hub, agents } = concerned();
    hub.applied(agents[0]!, 1);
    expect(await hub.untilApplied(1, 1)).toEqual({ agents: 2, behind: ['hv1'] });
  });
});
