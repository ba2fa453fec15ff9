import { checkEndpoint, EndpointError, KeyError } from '@vnet/bus';
import { optionsOfProcess, USAGE_EXIT_CODE } from '@vnet/model/options';
import { pino } from 'pino';
import { Agent } from './agent.ts';
import { OPTIONS, PROGRAM, openflowEndpoint } from './options.ts';

const options = optionsOfProcess(PROGRAM, OPTIONS);
const log = pino(
  { base: { program: 'vna', node_id: options.nodeId }, timestamp: pino.stdTimeFunctions.isoTime },
  pino.destination({ fd: 2, sync: true }),
);

try {
  const security = { insecure: options.insecure, ...(options.keys === undefined ? {} : { keys: options.keys }) };
  for (const endpoint of options.manager) checkEndpoint(endpoint, security);
  const end = (code: number): void => {
    agent.close().then(
      () => process.exit(code),
      (error: unknown) => {
        log.error({ error: String(error) }, 'stopping went wrong');
        process.exit(1);
      },
    );
  };
  const agent = new Agent({
    nodeId: options.nodeId,
    managers: options.manager,
    ovsdb: options.ovsdb,
    bridge: options.bridge,
    openflow: openflowEndpoint(options),
    stateDir: options.stateDir,
    keys: options.keys,
    insecure: options.insecure,
    log,
    onReady: () => log.info({ bridge: options.bridge }, 'ready'),
    onUnusable: (problem) => {
      log.fatal(problem);
      end(1);
    },
  });
  const stop = (signal: string): void => {
    log.info({ signal }, 'stopping; the flows stay');
    end(0);
  };
  process.once('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
} catch (error) {
  if (!(error instanceof EndpointError || error instanceof KeyError || error instanceof RangeError)) throw error;
  process.stderr.write(`vna: ${error.message}\n`);
  process.exit(USAGE_EXIT_CODE);
}
