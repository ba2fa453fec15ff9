import { type ApiRequest, type Reply, type Row, type WireError, findEndpoint } from '@vnet/model';
import { Service } from '../src/api/service.ts';
import { Background } from '../src/background.ts';
import { Editor } from '../src/rules/editor.ts';
import { applyFacts } from '../src/rules/facts.ts';
import { backgroundRules } from '../src/rules/index.ts';
import type { Settings } from '../src/rules/rule.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import type { Revision } from '../src/store/history.ts';
import { Store } from '../src/store/store.ts';

export type Body = Record<string, unknown>;

/** The manager without its bus: requests in, replies and revisions out. */
export interface TestModel {
  readonly database: Database;
  readonly store: Store;
  readonly service: Service;
  readonly revisions: Revision[];
  /** `call('networks.create', { ipv4_network: '10.0.0.0' })`; path parameters go with the others. */
  call(endpoint: string, params?: Body, more?: Partial<ApiRequest>): Promise<Reply>;
  /** The body of a call that succeeds. */
  ok(endpoint: string, params?: Body, more?: Partial<ApiRequest>): Promise<Body>;
  /** The error of a call that does not. */
  refused(endpoint: string, params?: Body, more?: Partial<ApiRequest>): Promise<WireError>;
  /** What an agent says of its datapath. */
  facts(datapath: string, facts: Partial<Parameters<typeof applyFacts>[1]>): Promise<number>;
  close(): Promise<void>;
}

/** @param background whether the rules that wait for a time run, as in a manager */
export async function openModel(url: string, settings: Settings = {}, background = false): Promise<TestModel> {
  const database = await openDatabase(url);
  const revisions: Revision[] = [];
  const onError = (error: unknown): void => {
    throw error;
  };
  const onRevision = (revision: Revision): void => {
    revisions.push(revision);
    rules?.revision(revision);
  };
  const store = await Store.open({ database, owner: 'test', onRevision, onError });
  const rules = background ? new Background({ store, settings, rules: backgroundRules, onError }) : undefined;
  const defects: unknown[] = [];
  const service = new Service({
    store,
    settings,
    live: {},
    additions: {},
    untilApplied: () => Promise.resolve({ agents: 0, behind: [] }),
    onDefect: (error) => void defects.push(error),
  });
  let id = 0;

  const call: TestModel['call'] = async (name, params = {}, more = {}) => {
    const endpoint = findEndpoint(name);
    const named = new Set((endpoint?.pathParams ?? []).map((param) => param.name));
    const [path, rest] = [true, false].map((inPath) =>
      Object.fromEntries(Object.entries(params).filter(([key]) => named.has(key) === inPath)),
    );
    const operation = endpoint?.operation ?? 'show';
    const request = { type: 'api', id: ++id, endpoint: name, operation, path, params: rest, who: 'test' };
    const reply = await service.api({ ...request, request_id: `${id}`, ...more } as ApiRequest);
    if (defects.length > 0) throw defects.shift();
    return reply;
  };

  return {
    database,
    store,
    service,
    revisions,
    call,
    async ok(...args) {
      const { ok, body, error } = await call(...args);
      if (!ok) throw new Error(`${args[0]}: ${error?.error} ${error?.message}`);
      return body as Body;
    },
    async refused(...args) {
      const { body, error } = await call(...args);
      if (error === undefined) throw new Error(`${args[0]} was not refused: ${JSON.stringify(body)}`);
      return error;
    },
    async facts(uuid, facts) {
      const { revision } = await store.write({ who: 'test', request_id: '' }, async (tx) => {
        const datapath: Row<'datapath'> = await tx.byUuid('datapath', uuid);
        const edit = new Editor(tx, settings);
        await applyFacts(edit, {
          type: 'facts',
          datapath_id: datapath.id,
          full: false,
          interfaces: [],
          gone_interfaces: [],
          networks: [],
          gone_networks: [],
          ...facts,
        });
        await edit.settle();
      });
      return revision;
    },
    async close() {
      await rules?.close();
      await store.close();
      await database.close();
    },
  };
}
