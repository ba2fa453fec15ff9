import type { Monitor, RowOf } from '@vnet/ovsdb';

export const DATABASE = 'Open_vSwitch';

/** What the agent watches of the switch's database. */
export const MONITORED = {
  Open_vSwitch: { bridges: 'uuid[]', other_config: 'string:string' },
  Bridge: {
    name: 'string',
    ports: 'uuid[]',
    datapath_id: 'string?',
    datapath_type: 'string',
    protocols: 'string[]',
    fail_mode: 'string?',
    other_config: 'string:string',
    external_ids: 'string:string',
  },
  Port: {
    name: 'string',
    interfaces: 'uuid[]',
    bond_mode: 'string?',
    lacp: 'string?',
    other_config: 'string:string',
  },
  Interface: {
    name: 'string',
    type: 'string',
    ofport: 'integer?',
    mac: 'string?',
    mac_in_use: 'string?',
    mtu_request: 'integer?',
    link_state: 'string?',
    lacp_current: 'boolean?',
    error: 'string?',
    options: 'string:string',
    external_ids: 'string:string',
  },
} as const;

export type BridgeMonitor = Monitor<typeof MONITORED>;
export type BridgeRow = RowOf<(typeof MONITORED)['Bridge']>;
export type PortRow = RowOf<(typeof MONITORED)['Port']>;
export type InterfaceRow = RowOf<(typeof MONITORED)['Interface']>;

/** Flow-based tunnels: one port serves all peers, `tun_dst` and the key are set by flows. */
export const TUNNEL = {
  name: 'vnet-gre',
  type: 'gre',
  options: new Map([
    ['key', 'flow'],
    ['remote_ip', 'flow'],
  ]),
} as const;

/** In `external_ids` of a bridge that the agent made: its datapath id follows the record. */
export const MADE_BY_AGENT = 'vnet-made';

export function findBridge(monitor: BridgeMonitor, name: string): BridgeRow | undefined {
  for (const row of monitor.rows('Bridge').values()) if (row.name === name) return row;
  return undefined;
}

/** The interfaces of a bridge's ports, bonds included. */
export function interfacesOf(monitor: BridgeMonitor, bridge: BridgeRow): InterfaceRow[] {
  return bridge.ports.flatMap((port) =>
    (monitor.rows('Port').get(port.uuid)?.interfaces ?? []).flatMap(
      (each) => monitor.rows('Interface').get(each.uuid) ?? [],
    ),
  );
}

/** The ports of a bridge. */
export function portsOf(monitor: BridgeMonitor, bridge: BridgeRow): PortRow[] {
  return bridge.ports.flatMap((port) => monitor.rows('Port').get(port.uuid) ?? []);
}

/** The port that an interface is in. */
export function portOfInterface(ports: readonly PortRow[], { _uuid }: InterfaceRow): PortRow | undefined {
  return ports.find(({ interfaces }) => interfaces.some(({ uuid }) => uuid === _uuid.uuid));
}
