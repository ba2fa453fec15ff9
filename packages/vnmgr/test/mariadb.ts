import { execFile, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type RowDataPacket, createConnection } from 'mysql2/promise';

/** The databases of a MariaDB server, as many as wanted. */
export interface Databases {
  /** Makes an empty database; gives its URL for `--database`. */
  createDatabase(): Promise<string>;
  /** Makes the database that `createDatabase` gave as good as new, faster than making another. */
  emptyDatabase(url: string): Promise<void>;
}

/** A MariaDB server of one's own: no network, its files in a directory of its own. */
export interface MariaDb extends Databases {
  /** Stops answering, as a server does that is away: connections end, new ones are refused. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

const START_TIMEOUT_MS = 20_000;

/**
 * Runs the server and removes its directory at the end. The kernel ends the shell when the test's process dies in whatever
 * way (`--pdeathsig`), and the shell takes the server along.
 */
const WATCHED = `
dir=$1; shift
trap 'kill -KILL $pid 2>/dev/null' TERM
"$@" & pid=$!
wait $pid; wait
[ -e "$dir/keep" ] || rm -rf "$dir"
`;

async function install(dir: string): Promise<void> {
  const args = ['--no-defaults', `--datadir=${dir}/data`, '--user=root', '--auth-root-authentication-method=normal'];
  await promisify(execFile)('mariadb-install-db', [...args, '--skip-test-db']).catch((error: unknown) => {
    throw new Error(`mariadb-install-db failed (install mariadb-server): ${String(error)}`);
  });
}

/** Where the server that keeps its files in `dir` listens. */
export function socketIn(dir: string): string {
  return join(dir, 'sock');
}

export async function startMariaDb(dir = mkdtempSync(join(tmpdir(), 'vnet-mariadb-'))): Promise<MariaDb> {
  const socketPath = socketIn(dir);
  await install(dir);
  let server: ReturnType<typeof spawn> | undefined;

  const start = async (): Promise<void> => {
    const options = ['--no-defaults', `--datadir=${dir}/data`, `--socket=${socketPath}`, '--user=root'];
    // What a power cut would cost does not matter here.
    const fast = [
      '--innodb-flush-method=nosync',
      '--innodb-file-per-table=0',
      '--innodb-doublewrite=0',
      '--sync-frm=0',
      '--innodb-lock-wait-timeout=1',
    ];
    const command = ['mariadbd', ...options, '--skip-networking', ...fast];
    spawnSync('touch', [join(dir, 'keep')]);
    server = spawn('setpriv', ['--pdeathsig', 'TERM', 'sh', '-c', WATCHED, 'sh', dir, ...command], { stdio: 'ignore' });
    for (const deadline = Date.now() + START_TIMEOUT_MS; ;) {
      try {
        await (await createConnection({ socketPath, user: 'root' })).end();
        spawnSync('rm', [join(dir, 'keep')]);
        return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await sleep(50);
      }
    }
  };

  const end = async (): Promise<void> => {
    const ended = new Promise((resolve) => server?.once('exit', resolve));
    server?.kill('SIGTERM');
    await ended;
  };

  await start();
  return {
    start,
    ...databasesAt(socketPath),
    async stop() {
      spawnSync('touch', [join(dir, 'keep')]);
      await end();
    },
    close: end,
  };
}

/** The databases of the server that listens there, which other tests may use as well. */
export function databasesAt(socketPath: string): Databases {
  return {
    async createDatabase() {
      const name = `vnet_${randomBytes(8).toString('hex')}`;
      const connection = await createConnection({ socketPath, user: 'root' });
      await connection.query(`CREATE DATABASE ${name}`);
      await connection.end();
      return `mysql://root@localhost/${name}?socket=${encodeURIComponent(socketPath)}`;
    },
    async emptyDatabase(url) {
      const database = new URL(url).pathname.slice(1);
      const connection = await createConnection({ socketPath, user: 'root', database, multipleStatements: true });
      // Most tables have never had a row: those that have had one give out another id than 1 next.
      const [tables] = await connection.query<RowDataPacket[]>(
        `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()
           AND table_name NOT LIKE 'knex%' AND (auto_increment IS NULL OR auto_increment > 1)`,
      );
      const statements = (tables as { name: string }[]).map(({ name }) => {
        if (name === 'revisions') return 'DELETE FROM revisions WHERE id > 0';
        return `DELETE FROM ${name}${name === 'leases' ? '' : `; ALTER TABLE ${name} AUTO_INCREMENT = 1`}`;
      });
      if (statements.length > 0) await connection.query(statements.join(';'));
      await connection.end();
    },
  };
}
