/**
 * One MariaDB for all tests of a run, which take a database each. It is started when the first of them wants it: a run that
 * needs none pays nothing. Starting one takes seconds of a processor.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { type Databases, type MariaDb, databasesAt, socketIn, startMariaDb } from './mariadb.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Directory of the server. */
    mariadb: string;
  }
}

const POLL_MS = 50;
const wanted = (dir: string): string => join(dir, 'wanted');
/** Why it could not be started. */
const failed = (dir: string): string => join(dir, 'failed');

/** In the process of vitest: starts the server when it is wanted, and ends it with the run. */
export default function setup(project: TestProject): () => Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'vnet-mariadb-'));
  project.provide('mariadb', dir);
  let server: Promise<MariaDb | undefined> | undefined;
  const watcher = watch(dir, () => {
    if (server || !existsSync(wanted(dir))) return;
    server = startMariaDb(dir).catch((error: unknown) => {
      writeFileSync(failed(dir), String(error));
      return undefined;
    });
  });
  return async () => {
    watcher.close();
    await (await server)?.close();
    rmSync(dir, { recursive: true, force: true });
  };
}

/** In the process of a test: waits for the server. @throws Error when it could not be started */
export async function sharedMariaDb(): Promise<Databases> {
  const dir = inject('mariadb');
  writeFileSync(wanted(dir), '');
  const socketPath = socketIn(dir);
  for (;;) {
    if (existsSync(failed(dir))) throw new Error(readFileSync(failed(dir), 'utf8'));
    const connection = await createConnection({ socketPath, user: 'root' }).catch(() => undefined);
    await connection?.end();
    if (connection) return databasesAt(socketPath);
    await sleep(POLL_MS);
  }
}
