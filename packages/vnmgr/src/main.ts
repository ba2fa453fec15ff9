/** `vnmgr`: keeps the model in the database and serves it. `vnmgr keygen DIR` makes the keys of the bus. */
import { hostname } from 'node:os';
import { checkEndpoint, keygen } from '@vnet/bus';
import { USAGE_EXIT_CODE, flag, list, optional, optionsOfProcess, text } from '@vnet/model/options';
import { pino } from 'pino';
import { Manager } from './manager.ts';
import { withoutPassword } from './store/database.ts';

const options = {
  database: text('URL', 'sqlite:./vnet.db', 'sqlite:/path/vnet.db or mysql://user:password@host:port/database'),
  listen: list('ENDPOINT', ['tcp://127.0.0.1:9102'], 'where vnapi and agents connect: tcp://HOST:PORT or ipc:///PATH'),
  datapathMacGroup: optional('UUID', "MAC range group of datapaths' own MACs (default: a built-in range)"),
  keys: optional('DIR', 'directory of keys, made by: vnmgr keygen DIR'),
  insecure: flag('listen on the network without keys'),
};

const program = {
  program: 'vnmgr',
  summary: 'Keeps the network model in the database and serves it to agents.',
  forms: ['vnmgr keygen DIR [NODE…]'],
};

function makeKeys(args: readonly string[]): void {
  const [dir, ...nodes] = args;
  if (dir === undefined || dir.startsWith('-')) {
    process.stderr.write('vnmgr: usage: vnmgr keygen DIR [NODE-ID…]\n');
    process.exit(USAGE_EXIT_CODE);
  }
  for (const path of keygen(dir, nodes)) process.stdout.write(`${path}\n`);
}

async function serve(): Promise<void> {
  const { database, listen, ...rest } = optionsOfProcess(program, options);
  const log = pino(
    { base: { program: 'vnmgr' }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
  try {
    // Before the database is made or changed.
    for (const endpoint of listen)
      checkEndpoint(endpoint, { insecure: rest.insecure, ...(rest.keys === undefined ? {} : { keys: rest.keys }) });
    const owner = `${hostname()} ${listen.join(' ')}`;
    const manager = await Manager.start({ ...rest, database, listen, owner, log });
    const stop = (signal: string): void => {
      log.info({ signal }, 'stopping');
      manager.close().then(
        () => process.exit(0),
        (err: unknown) => {
          log.error({ err }, 'could not stop cleanly');
          process.exit(1);
        },
      );
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
    const { endpoints, revision } = manager;
    log.info({ database: withoutPassword(database), listen: endpoints, revision }, 'ready');
  } catch (error) {
    log.fatal({ err: error }, (error as Error).message);
    process.exit(1);
  }
}

if (process.argv[2] === 'keygen') makeKeys(process.argv.slice(3));
else await serve();
