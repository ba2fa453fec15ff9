import type { AgentHello, AgentUpdate, RowDelete, RowPut } from '@vnet/model';
import type { Node } from '../scopes/membership.ts';
import { type Delta, wireRow } from '../scopes/replica.ts';

/** Rows in one message at most: an agent that says hello to 100,000 rows must not stop the others. */
export const MAX_ROWS = 5_000;

function put(node: Node): RowPut {
  return { entity: node.entity, row: wireRow(node) };
}

function del({ entity, id }: Node): RowDelete {
  return { entity, id };
}

export interface UpdateOptions {
  readonly reset?: boolean;
  readonly subscription?: number;
}

/** One connection of one agent, from its hello on. */
export class Session {
  readonly nodeId: string;
  readonly dpid: string;
  /** New for each start of the agent. */
  readonly run: string;
  readonly scopes: Set<string>;
  /** When it said hello, epoch milliseconds. */
  readonly since = Date.now();
  /** The last revision whose rows were sent. */
  sent = 0;
  /** The last revision that stands in the agent's switch. */
  applied = 0;
  readonly #database: string;
  #seq = 0;

  constructor(hello: AgentHello, database: string) {
    this.#database = database;
    this.nodeId = hello.node_id;
    this.dpid = hello.dpid;
    this.run = hello.run;
    this.scopes = new Set(hello.scopes);
  }

  /** The messages that bring a delta: the reset with the first, the subscription that they answer with the last. */
  updates(revision: number, delta: Delta, { reset = false, subscription }: UpdateOptions = {}): AgentUpdate[] {
    this.sent = revision;
    const parts = split(delta);
    return parts.map((part, i) => ({
      type: 'update',
      seq: ++this.#seq,
      database: this.#database,
      revision,
      reset: reset && i === 0,
      ...(subscription !== undefined && i === parts.length - 1 ? { subscription } : {}),
      put: part.put.map(put),
      del: part.del.map(del),
    }));
  }
}

/** Deletions first: what takes a deleted row's place (a name, an address) comes after it. */
function split({ put: puts, del: dels }: Delta): Delta[] {
  const parts: Delta[] = [];
  const total = dels.length + puts.length;
  for (let start = 0; start < total; start += MAX_ROWS) {
    const end = start + MAX_ROWS;
    parts.push({
      del: dels.slice(start, end),
      put: puts.slice(Math.max(0, start - dels.length), Math.max(0, end - dels.length)),
    });
  }
  return parts.length > 0 ? parts : [{ put: [], del: [] }];
}
