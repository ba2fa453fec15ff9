import { connect, isIPv4 } from 'node:net';

/** An endpoint that cannot be used as it is given; the message names it and the remedy. */
export class EndpointError extends Error {
  override name = 'EndpointError';
}

export interface EndpointSecurity {
  /** Directory of keys (see keys.ts), when there is one. */
  readonly keys?: string | undefined;
  /** The operator accepts that anyone who reaches the endpoint may use it. */
  readonly insecure?: boolean | undefined;
}

type Endpoint =
  | { readonly transport: 'ipc'; readonly path: string }
  | { readonly transport: 'tcp'; readonly host: string; readonly port: number | '*' };

/** Longest path of a unix socket (sun_path without its terminating zero). */
const MAX_IPC_PATH = 107;

/**
 * Refuses what is no endpoint, and what would be open to a whole network: `ipc://` and loopback TCP need no keys, any
 * other TCP endpoint needs keys or the explicit `insecure`.
 * @throws EndpointError
 */
export function checkEndpoint(endpoint: string, security: EndpointSecurity): void {
  const parsed = parseEndpoint(endpoint);
  if (parsed.transport === 'ipc' || isLoopback(parsed.host)) return;
  if (security.keys !== undefined || security.insecure === true) return;
  throw new EndpointError(
    `endpoint ${endpoint} is reachable from the network and there are no keys: ` +
      `make keys with "vnmgr keygen DIR" and give --keys DIR, or accept the risk with --insecure`,
  );
}

/** Whether CURVE is spoken on an endpoint: on every TCP endpoint once there are keys; a unix socket has its file mode. */
export function usesCurve(endpoint: string, haveKeys: boolean): boolean {
  return haveKeys && endpoint.startsWith('tcp://');
}

/** @throws EndpointError */
export function parseEndpoint(endpoint: string): Endpoint {
  const [, transport, rest = ''] = /^([a-z]+):\/\/(.+)$/.exec(endpoint) ?? [];
  if (transport === 'ipc') {
    if (Buffer.byteLength(rest) > MAX_IPC_PATH) {
      throw new EndpointError(`endpoint ${endpoint} has a path over ${MAX_IPC_PATH} bytes: choose a shorter one`);
    }
    return { transport, path: rest };
  }
  const [, host, port] = /^(\[[0-9a-fA-F:.%\w]+\]|[^:[\]/]+):(\d{1,5}|\*)$/.exec(rest) ?? [];
  if (transport !== 'tcp' || host === undefined || (port !== '*' && Number(port) > 65535)) {
    throw new EndpointError(
      `endpoint ${endpoint} is not understood: expected tcp://HOST:PORT or ipc:///PATH, for example tcp://127.0.0.1:9102`,
    );
  }
  return { transport, host: host.replace(/^\[|\]$/g, ''), port: port === '*' ? port : Number(port) };
}

/** Whether a process listens on a unix socket already: ZeroMQ would take it away from that one without a word. */
export async function isServed(endpoint: string): Promise<boolean> {
  const parsed = parseEndpoint(endpoint);
  if (parsed.transport !== 'ipc') return false;
  const socket = connect(parsed.path);
  return await new Promise((resolve) => {
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
