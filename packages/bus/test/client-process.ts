/** A client in a process of its own, for tests that stop it: `client-process.ts ENDPOINT`. Prints `up` on each connection. */
import { BusClient } from '../src/index.ts';

const quiet = (): void => undefined;
const endpoint = process.argv[2]!;
const client: BusClient<{ type: string }> = new BusClient<{ type: string }>({
  endpoints: [endpoint],
  log: { info: quiet, warn: quiet, error: quiet },
  pingMs: 100,
  timeoutMs: 400,
  onUp: () => {
    client.send({ type: 'hello' });
    process.stdout.write('up\n');
  },
});
