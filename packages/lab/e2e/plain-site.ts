import type { TopologyInput } from '../src/index.ts';
import type { DataCentre } from './data-centre.ts';
import { LEGACY, LEGACY_SITE, mapVlans, TRUNK } from './edge-site.ts';
import { everywhere } from './plain-host.ts';
import type { Tenants } from './tenants.ts';

/** VLAN of segment s. */
export const SEGMENT_VLAN = 400;

/** Legacy machines in the VLAN of segment s; the first one is declared by its MAC. */
export const SEGMENT_LEGACY = {
  olds: { vlan: SEGMENT_VLAN, address: '10.5.0.100/24', mac: '02:0c:00:00:00:4a' },
  news: { vlan: SEGMENT_VLAN, address: '10.5.0.101/24', mac: '02:0c:00:00:00:4b' },
} as const;

export interface PlainSite {
  readonly topology: TopologyInput;
  readonly tenants: Tenants;
  readonly segments: Tenants;
}

const { edge1, hv2 } = LEGACY_SITE.topology.hosts!;
const hosts = { edge1: edge1!, hv2: hv2! };
const vms = Object.fromEntries(Object.entries(LEGACY_SITE.topology.vms!).filter(([, { host }]) => host in hosts));
const MACHINES = { ...LEGACY, ...SEGMENT_LEGACY };

/**
 * As `LEGACY_SITE`, without the host behind the router: `edge1` is to have the plain switch, `hv2` is an OVS peer. Besides, two
 * segments s and t, and VLAN 400 for s. `edge2` is on the same legacy switch in `TWO_PLAIN_EDGES` only.
 */
export const PLAIN_SITE: PlainSite = {
  topology: {
    segments: { rack1: {}, rack2: {} },
    routers: LEGACY_SITE.topology.routers!,
    hosts,
    vms: {
      ...vms,
      s1: { host: 'edge1', address: '10.5.0.1/24', mac: '02:0e:00:00:00:01' },
      s2: { host: 'hv2', address: '10.5.0.2/24', mac: '02:0e:00:00:00:02' },
      t1: { host: 'edge1', address: '10.5.0.1/24', mac: '02:0f:00:00:00:01' },
      t2: { host: 'hv2', address: '10.5.0.2/24', mac: '02:0f:00:00:00:02' },
    },
    servers: Object.fromEntries(Object.entries(MACHINES).map(([name, { address, mac }]) => [name, { address, mac }])),
    switches: { tor: { ports: legacyPorts('edge1') } },
  },
  tenants: { a: ['a1', 'a2'], b: ['b1', 'b2', 'b5'] },
  segments: { s: ['s1', 's2'], t: ['t1', 't2'] },
};

export const TWO_PLAIN_EDGES: PlainSite = {
  ...PLAIN_SITE,
  topology: {
    ...PLAIN_SITE.topology,
    hosts: { ...hosts, edge2: { segment: 'rack1', address: '10.1.0.14/24', gateway: '10.1.0.1' } },
    switches: { tor: { ports: legacyPorts('edge1', 'edge2') } },
  },
};

function legacyPorts(...edges: readonly string[]) {
  return [
    ...Object.entries(MACHINES).map(([server, { vlan }]) => ({ server, tag: vlan })),
    ...edges.map((host) => ({ host, device: TRUNK, trunks: [100, 200, 300, SEGMENT_VLAN] })),
  ];
}

/** Makes the trunk of a host an edge: VLAN 100 is network a, 200 network b, 400 segment s. */
export async function mapPlainSite(centre: DataCentre, host = 'edge1'): Promise<void> {
  await mapVlans(centre, host);
  await centre.api('POST', 'vlan_translations?wait=flows&timeout=10', {
    uuid: `vt-${host}x${SEGMENT_VLAN}`,
    translation_uuid: `tr-${host}`,
    vlan_id: SEGMENT_VLAN,
    segment_uuid: 'seg-s',
  });
  await everywhere(centre, PLAIN_SITE.segments);
}
