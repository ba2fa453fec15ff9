/** vnapi before a real manager on a database of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { BusClient } from '@vnet/bus';
import type { FromApi } from '@vnet/model';
import { Manager } from '@vnet/vnmgr';
import { createServer } from '../src/index.ts';

export interface Site {
  readonly app: FastifyInstance;
  close(): Promise<void>;
}

export async function openSite(): Promise<Site> {
  const dir = mkdtempSync(join(tmpdir(), 'vnet-site-'));
  const log = pino({ level: 'silent' });
  const manager = await Manager.start({
    database: 'sqlite::memory:',
    listen: [`ipc://${dir}/bus`],
    owner: 'test',
    log,
  });
  const client = new BusClient<FromApi>({ endpoints: manager.endpoints, log });
  const app = createServer(client, log);
  return {
    app,
    async close() {
      await app.close();
      client.close();
      await manager.close();
      rmSync(dir, { recursive: true });
    },
  };
}
