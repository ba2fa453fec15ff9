import { pino } from 'pino';
import { BusClient } from '@vnet/bus';
import type { FromApi } from '@vnet/model';
import { optionsOfProcess } from '@vnet/model/options';
import { optionTable, parseListen, program } from './options.ts';
import { createServer } from './server.ts';

/** How long requests under way may still take when the program is told to end. */
const LAST_REQUESTS_MS = 5_000;

// A manager that is away is answered with 503 within two seconds: it is asked more often than an agent asks.
const PATIENCE = { pingMs: 300, timeoutMs: 1_500 };

const options = optionsOfProcess(program, optionTable);
const log = pino(
  { base: { program: 'vnapi' }, timestamp: pino.stdTimeFunctions.isoTime },
  pino.destination({ fd: 2, sync: true }),
);

async function start(): Promise<() => Promise<void>> {
  const listen = parseListen(options.listen);
  const { keys, insecure } = options;
  const manager = new BusClient<FromApi>({
    endpoints: options.manager,
    keys,
    insecure,
    log,
    isForAnother: ({ error }) => error?.error === 'NotWriter',
    ...PATIENCE,
  });
  const server = createServer(manager, log);
  const address = await server.listen(listen).catch((error: unknown) => {
    manager.close();
    throw new Error(`cannot listen on ${options.listen}: ${(error as Error).message}; choose another --listen`);
  });
  log.info({ address, manager: options.manager }, 'ready');
  return async () => {
    const timer = setTimeout(() => manager.close(), LAST_REQUESTS_MS);
    await server.close();
    clearTimeout(timer);
    manager.close();
  };
}

try {
  const stop = await start();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping');
      void stop();
    });
  }
} catch (error) {
  log.fatal((error as Error).message);
  process.exitCode = 1;
}
