import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OvsdbConnectionError, OvsdbError } from './errors.ts';
import { JsonRpcConnection, JsonRpcError } from './json-rpc.ts';

const MAX_REPLY_BYTES = 64 * 1024 * 1024;

/**
 * Gives a command to a running daemon, as ovs-appctl(8) does: `unixctl(socket, 'tnl/neigh/set', ['br0', ip, mac])`.
 * `path` is the daemon's control socket, see {@link controlSocket}.
 * @throws OvsdbError when the daemon refuses; OvsdbConnectionError when it is not there or silent for `timeoutMs`.
 */
export async function unixctl(
  path: string,
  command: string,
  args: readonly string[] = [],
  timeoutMs = 5000,
): Promise<string> {
  const connection = new JsonRpcConnection(
    `unix:${path}`,
    { maxMessageBytes: MAX_REPLY_BYTES, probeIntervalMs: 2 * timeoutMs },
    { notification: () => undefined, closed: () => undefined },
  );
  const timeout = new OvsdbConnectionError(`${path}: no answer to ${command} within ${timeoutMs} ms`);
  const timer = setTimeout(() => connection.end(timeout), timeoutMs);
  try {
    return String(await connection.request(command, args));
  } catch (error) {
    throw error instanceof JsonRpcError ? new OvsdbError(command, String(error.error).trim(), '') : error;
  } finally {
    clearTimeout(timer);
    connection.end(new OvsdbConnectionError(`${path}: done`));
  }
}

/**
 * The control socket of the daemon that runs in `runDir`, found by its pid file; one that was started with `--unixctl` may
 * have `<daemon>.ctl` instead.
 * @throws OvsdbConnectionError when it does not run there.
 */
export async function controlSocket(runDir: string, daemon = 'ovs-vswitchd'): Promise<string> {
  const pidFile = join(runDir, `${daemon}.pid`);
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 0) throw new OvsdbConnectionError(`${pidFile}: ${daemon} does not run there`);
  const [usual, chosen] = [join(runDir, `${daemon}.${pid}.ctl`), join(runDir, `${daemon}.ctl`)];
  const isThere = (path: string): Promise<boolean> =>
    access(path).then(
      () => true,
      () => false,
    );
  return !(await isThere(usual)) && (await isThere(chosen)) ? chosen : usual;
}
