import type { NetConnectOpts } from 'node:net';

/** The port that IANA gave to OpenFlow. */
export const OPENFLOW_PORT = 6653;

/** Reads `unix:/path`, `tcp:host:port` or `tcp:[ipv6]:port`; the port may be left out (6653). */
export function parseTarget(target: string): NetConnectOpts {
  const unix = /^unix:(.+)$/.exec(target);
  if (unix) return { path: unix[1]! };
  const tcp = /^tcp:(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(target);
  const port = Number(tcp?.[3] ?? OPENFLOW_PORT);
  if (!tcp || port > 65535) {
    throw new TypeError(`OpenFlow target "${target}" is not unix:/path, tcp:host:port or tcp:[ipv6]:port`);
  }
  return { host: (tcp[1] ?? tcp[2])!, port };
}

/** What to do when the switch at `target` does not speak OpenFlow 1.3. */
export function versionRemedy(target: string): string {
  const bridge = /\/([^/]+)\.mgmt$/.exec(target)?.[1] ?? 'BRIDGE';
  return `ovs-vsctl set bridge ${bridge} protocols=OpenFlow10,OpenFlow13`;
}
