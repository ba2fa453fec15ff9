import type { AgentUpdate, FromAgent, RowPut } from '@vnet/model';
import { describe, expect, it } from 'vitest';
import { Session, type Held } from './session.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

class Manager {
  readonly sent: FromAgent[] = [];
  readonly rows: { reset: boolean; put: readonly RowPut[] }[] = [];
  completed = 0;
  readonly session: Session;
  #seq = 0;

  constructor(held?: Held) {
    this.session = new Session({
      nodeId: 'node1',
      run: 'run',
      log: silent,
      held,
      send: (message) => this.sent.push(message) > 0,
      onRows: ({ reset, put }) => this.rows.push({ reset, put }),
      onComplete: () => this.completed++,
      onQuestion: ({ id, name }) => this.session.answer(id, `${name}?`),
    });
  }

  last(): FromAgent {
    return this.sent.at(-1)!;
  }

  subscription(): number {
    const last = this.last();
    return 'subscription' in last ? last.subscription : -1;
  }

  update(values: Partial<AgentUpdate>): void {
    const update = { type: 'update', database: 'db', revision: 1, reset: false, put: [], del: [], ...values } as const;
    this.session.receive({ ...update, seq: values.seq ?? ++this.#seq });
  }

  newConnection(): void {
    this.#seq = 0;
    this.session.disconnected();
    this.session.connected();
  }
}

const row = (id: number): RowPut => ({ entity: 'network', row: { id } });

function greeted(): Manager {
  const manager = new Manager();
  manager.session.want(new Set(['node/node1']));
  manager.session.identify('0x1');
  manager.session.connected();
  manager.update({ reset: true, revision: 5, put: [row(1)], subscription: manager.subscription() });
  return manager;
}

describe('a session', () => {
  it('hands on what the manager asks, and answers', () => {
    const manager = new Manager();
    manager.session.receive({ type: 'question', id: 7, name: 'status', params: {} });
    expect(manager.last()).toEqual({ type: 'answer', id: 7, body: 'status?' });
  });

  it('says hello once it knows who it is, and is complete when it is answered', () => {
    const manager = new Manager();
    manager.session.want(new Set(['node/node1']));
    manager.session.connected();
    expect(manager.sent).toEqual([]);
    manager.session.identify('0x1');
    expect(manager.last()).toMatchObject({ type: 'hello', dpid: '0x1', revision: null, scopes: ['node/node1'] });
    expect(manager.session.complete).toBe(false);
    manager.update({ reset: true, revision: 5, subscription: manager.subscription() });
    expect(manager.session.complete).toBe(true);
    expect(manager.session.held).toEqual({ database: 'db', revision: 5, scopes: ['node/node1'] });
  });

  it('is not complete while a scope that it asked for is on its way', () => {
    const manager = greeted();
    manager.session.want(new Set(['node/node1', 'network/1']));
    expect(manager.last()).toMatchObject({ type: 'subscribe', add: ['network/1'], drop: [] });
    manager.update({ revision: 6, put: [row(2)] });
    expect(manager.session.complete).toBe(false);
    manager.update({ revision: 6, subscription: manager.subscription() });
    expect(manager.session.complete).toBe(true);
  });

  it('takes a snapshot in several parts as one', () => {
    const manager = new Manager();
    manager.session.identify('0x1');
    manager.session.connected();
    manager.update({ reset: true, put: [row(1)] });
    expect(manager.rows).toEqual([]);
    manager.update({ put: [row(2)], subscription: manager.subscription() });
    expect(manager.rows).toEqual([{ reset: true, put: [row(1), row(2)] }]);
  });

  it('resumes from its revision after a reconnect, and from nothing when it had half a view', () => {
    const manager = greeted();
    manager.newConnection();
    expect(manager.last()).toMatchObject({ type: 'hello', revision: 5, database: 'db', scopes: ['node/node1'] });
    manager.update({ revision: 5, subscription: manager.subscription() });
    manager.session.want(new Set(['node/node1', 'network/1']));
    manager.update({ revision: 6, put: [row(2)] });
    manager.newConnection();
    expect(manager.sent.findLast(({ type }) => type === 'hello')).toMatchObject({ revision: null });
  });

  it('lets go of nothing that it held before it knows what it wants', () => {
    const manager = new Manager({ database: 'db', revision: 9, scopes: ['node/node1', 'network/1'] });
    manager.session.connected();
    manager.session.identify('0x1');
    expect(manager.sent.map(({ type }) => type)).toEqual(['hello']);
    manager.update({ revision: 9, subscription: manager.subscription() });
    expect(manager.session.complete).toBe(false);
    manager.session.want(new Set(['network/1', 'node/node1']));
    expect(manager.sent.map(({ type }) => type)).toEqual(['hello']);
    expect(manager.session.complete).toBe(true);
  });

  it('begins anew when an update is missing', () => {
    const manager = greeted();
    expect(() => manager.update({ seq: 9, put: [row(3)] })).toThrow('an update was lost: expected 2, got 9');
    manager.newConnection();
    expect(manager.last()).toMatchObject({ type: 'hello', revision: null });
    expect(manager.rows.flatMap(({ put }) => put)).toEqual([row(1)]);
  });
});
