import { flag, list, optional, required, text, type OptionValues } from '@vnet/model/options';
import { dirname, join } from 'node:path';

export const PROGRAM = {
  program: 'vna',
  summary: 'The agent of a hypervisor: OpenFlow controller of the local Open vSwitch.',
};

export const OPTIONS = {
  nodeId: required('ID', 'node_id of this datapath’s record'),
  manager: list('ENDPOINT', ['tcp://127.0.0.1:9102'], 'where vnmgr listens; several are tried in turn'),
  ovsdb: text(
    'ENDPOINT',
    'unix:/run/openvswitch/db.sock',
    'OVSDB of the local switch; none: it is known by OpenFlow alone',
  ),
  bridge: text('NAME', 'br0', 'the bridge of this agent; made when it is missing'),
  openflow: optional(
    'ENDPOINT',
    'unix:/path, tcp:HOST:PORT or listen:tcp:ADDR:PORT (default BRIDGE.mgmt beside the OVSDB socket)',
  ),
  stateDir: optional('DIR', 'where the agent keeps what it needs to start without a manager'),
  keys: optional('DIR', 'CURVE keys of this agent, see vnmgr keygen'),
  insecure: flag('allow TCP beyond this machine without keys'),
} as const;

export type Options = OptionValues<typeof OPTIONS>;

/** `--ovsdb none` */
export const NO_OVSDB = 'none';

const TCP = /^(?<listen>listen:)?tcp:(?<host>\[[^\]]+\]|[^:[\]]+):(?<port>\d+)$/;

/** Where to wait for the switch, of `listen:tcp:ADDR:PORT`; undefined for an endpoint to dial. */
export function listenAddress(openflow: string): { readonly host: string; readonly port: number } | undefined {
  const { listen, host, port } = TCP.exec(openflow)?.groups ?? {};
  if (listen === undefined || host === undefined) return undefined;
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

function isEndpoint(openflow: string): boolean {
  if (/^unix:\/.+/.test(openflow)) return true;
  const port = Number(TCP.exec(openflow)?.groups?.['port']);
  return port >= 1 && port <= 65535;
}

/** Where the sockets of the local Open vSwitch are: beside that of its OVSDB. */
export function switchDirectory(ovsdb: string): string {
  return ovsdb.startsWith('unix:') ? dirname(ovsdb.slice('unix:'.length)) : '/run/openvswitch';
}

/** `<bridge>.mgmt` beside the OVSDB socket, unless told otherwise. @throws RangeError */
export function openflowEndpoint({ openflow, ovsdb, bridge }: Pick<Options, 'openflow' | 'ovsdb' | 'bridge'>): string {
  if (openflow !== undefined) {
    if (!isEndpoint(openflow)) {
      const forms = 'unix:/path, tcp:HOST:PORT or listen:tcp:ADDR:PORT, with a port from 1 to 65535';
      throw new RangeError(`--openflow ${openflow}: expected ${forms}`);
    }
    return openflow;
  }
  if (ovsdb === NO_OVSDB) {
    throw new RangeError('--ovsdb none: needs --openflow listen:tcp:ADDR:PORT, or tcp:HOST:PORT of the switch');
  }
  const dir = switchDirectory(ovsdb);
  return `unix:${join(dir, `${bridge}.mgmt`)}`;
}
