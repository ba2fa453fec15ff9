import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RowDataPacket, createConnection } from 'mysql2/promise';

/** A MariaDB server of this test alone: no network, its files in a directory of its own. */
export interface MariaDb {
  /** Makes an empty database; gives its URL for `--database`. */
  createDatabase(): Promise<string>;
  /** Makes the database that `createDatabase` gave as good as new, faster than making another. */
  emptyDatabase(url: string): Promise<void>;
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

function install(dir: string): void {
  const args = ['--no-defaults', `--datadir=${dir}/data`, '--user=root', '--auth-root-authentication-method=normal'];
  const { status, stderr } = spawnSync('mariadb-install-db', [...args, '--skip-test-db'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mariadb-install-db failed (install mariadb-server): ${stderr}`);
}

export async function startMariaDb(): Promise<MariaDb> {
  const dir = mkdtempSync(join(tmpdir(), 'vnet-mariadb-'));
  const socketPath = join(dir, 'sock');
  install(dir);
  let databases = 0;
  let server: ReturnType<typeof spawn> | undefined;

  const connect = () => createConnection({ socketPath, user: 'root' });

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
        await (await connect()).end();
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
    async createDatabase() {
      const name = `vnet_${++databases}`;
      const connection = await connect();
      await connection.query(`CREATE DATABASE ${name}`);
      await connection.end();
      return `mysql://root@localhost/${name}?socket=${encodeURIComponent(socketPath)}`;
    },
    async emptyDatabase(url) {
      const connection = await createConnection({ socketPath, user: 'root', database: new URL(url).pathname.slice(1) });
      const [tables] = await connection.query<RowDataPacket[]>(
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name NOT LIKE 'knex%'",
      );
      for (const { name } of tables as { name: string }[]) {
        await connection.query(`DELETE FROM ${name}${name === 'revisions' ? ' WHERE id > 0' : ''}`);
        if (name !== 'revisions' && name !== 'leases') await connection.query(`ALTER TABLE ${name} AUTO_INCREMENT = 1`);
      }
      await connection.end();
    },
    async stop() {
      spawnSync('touch', [join(dir, 'keep')]);
      await end();
    },
    close: end,
  };
}
