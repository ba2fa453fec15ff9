import type { NetConnectOpts } from 'node:net';

const TCP = /^tcp:(?:\[([0-9a-fA-F:.]+)\]|([^[\]:]+)):(\d{1,5})$/;

/**
 * Reads `unix:/path` or `tcp:host:port` (an IPv6 address in brackets), the active connection methods of ovsdb(7).
 * @throws RangeError for anything else.
 */
export function parseEndpoint(endpoint: string): NetConnectOpts {
  if (endpoint.startsWith('unix:') && endpoint.length > 'unix:'.length) {
    return { path: endpoint.slice('unix:'.length) };
  }
  const match = TCP.exec(endpoint);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port < 1 || port > 65535) {
    throw new RangeError(`OVSDB endpoint "${endpoint}": use unix:/path/to/db.sock or tcp:host:port`);
  }
  return { host, port };
}
