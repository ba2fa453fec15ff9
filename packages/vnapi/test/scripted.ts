/** vnapi before a real bus, with a scripted manager at its other end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, expect } from 'vitest';
import { BusClient, BusServer } from '@vnet/bus';
import type { ApiRequest, FromApi, Reply } from '@vnet/model';
import { createServer } from '../src/server.ts';

export type Answer = Omit<Reply, 'type' | 'id'>;

export interface Scripted {
  readonly app: FastifyInstance;
  readonly manager: BusServer<FromApi, Reply>;
  /** What the manager was asked. */
  readonly requests: readonly FromApi[];
  /** What the manager says next; undefined: nothing. */
  answer: Answer | undefined;
  /** The only request that there was. */
  asked(): ApiRequest;
}

async function open(): Promise<Scripted & { close(): Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), 'vnet-api-'));
  const log = pino({ level: 'silent' });
  const requests: FromApi[] = [];
  const manager: BusServer<FromApi, Reply> = await BusServer.open<FromApi, Reply>({
    listen: [`ipc://${dir}/bus`],
    log,
    onMessage: (peer, request) => {
      requests.push(request);
      const { answer } = scripted;
      if (answer !== undefined) manager.send(peer, { type: 'reply', id: request.id, ...answer });
    },
  });
  const client = new BusClient<FromApi>({ endpoints: manager.endpoints, log });
  const app = createServer(client, log);
  const scripted: Scripted = {
    app,
    manager,
    requests,
    answer: { ok: true, body: { uuid: 'nw-1' }, revision: 7 },
    asked() {
      expect(requests).toHaveLength(1);
      return requests[0] as ApiRequest;
    },
  };
  return Object.assign(scripted, {
    async close() {
      await app.close();
      client.close();
      await manager.close();
      rmSync(dir, { recursive: true });
    },
  });
}

/** A fresh one for each test of the file. */
export function scriptedForEach(): { readonly current: Scripted } {
  const holder = {} as { current: Scripted & { close(): Promise<void> } };
  beforeEach(async () => {
    holder.current = await open();
  });
  afterEach(() => holder.current.close());
  return holder;
}
