/**
 * One MariaDB for all tests of a run, which take a database each. It is started when the first of them wants it: a run that
 * needs none pays nothing. Starting one takes seconds of a processor.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
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
/** A file for each database that tests are done with; its name is the URL, encoded. */
const free = (dir: string): string => join(dir, 'free');

/** In the process of vitest: starts the server when it is wanted, and ends it with the run. */
export default function setup(project: TestProject): () => Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'vnet-mariadb-'));
  mkdirSync(free(dir));
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

/**
 * In the process of a test: a database of its own, with the tables of whoever had it before, but none of their rows. Waits for
 * the server.
 * @throws Error when it could not be started
 */
export async function borrowDatabase(): Promise<BorrowedDatabase> {
  const dir = inject('mariadb');
  const server = await untilUp(dir);
  const url = takeFree(dir) ?? (await server.createDatabase());
  const empty = async (): Promise<void> => server.emptyDatabase(url);
  return { url, empty, giveBack: () => writeFileSync(join(free(dir), encodeURIComponent(url)), '') };
}

export interface BorrowedDatabase {
  readonly url: string;
  /** Makes it as good as new. */
  empty(): Promise<void>;
  /** For the next one; nobody may be connected to it any more. */
  giveBack(): void;
}

/** Takes one that nobody uses: only one process can move its file away. */
function takeFree(dir: string): string | undefined {
  const taken = readdirSync(free(dir)).find((name) => {
    try {
      renameSync(join(free(dir), name), join(dir, name));
      return true;
    } catch {
      return false;
    }
  });
  return taken === undefined ? undefined : decodeURIComponent(taken);
}

async function untilUp(dir: string): Promise<Databases> {
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
