import type { TopologyInput } from '../src/index.ts';
import type { Body } from './api.ts';
import { DataCentre } from './data-centre.ts';
import { makeSegments, TWO_SEGMENTS } from './segments.ts';
import type { Tenants } from './tenants.ts';

/** The trunk port of an edge host. */
export const TRUNK = 'edge0';

/** Legacy machines: VLAN of the access port, address, MAC. Both tenants use the same addresses. */
export const LEGACY = {
  olda: { vlan: 100, address: '10.0.0.100/24', mac: '02:0c:00:00:00:0a' },
  oldb: { vlan: 200, address: '10.0.0.100/24', mac: '02:0c:00:00:00:0b' },
  newa: { vlan: 100, address: '10.0.0.101/24', mac: '02:0c:00:00:00:1a' },
  quiet: { vlan: 100, address: '10.0.0.102/24', mac: '02:0c:00:00:00:1b' },
} as const;

/**
 * Two tenants on three hosts, and a legacy switch behind the first one: `edge1` and `hv2` are neighbours (MAC2MAC), `hv3` is
 * behind a router (GRE). `edge2`, behind which is the same switch, starts only where a test wants it.
 */
export const LEGACY_SITE: { readonly topology: TopologyInput; readonly tenants: Tenants } = {
  topology: {
    segments: { rack1: {}, rack2: {} },
    routers: { core: { rack1: '10.1.0.1/24', rack2: '10.2.0.1/24' } },
    hosts: {
      edge1: { segment: 'rack1', address: '10.1.0.11/24', gateway: '10.1.0.1' },
      hv2: { segment: 'rack1', address: '10.1.0.12/24', gateway: '10.1.0.1' },
      hv3: { segment: 'rack2', address: '10.2.0.13/24', gateway: '10.2.0.1' },
    },
    vms: {
      a1: { host: 'edge1', address: '10.0.0.1/24', mac: '02:0a:00:00:00:01' },
      a2: { host: 'hv2', address: '10.0.0.2/24', mac: '02:0a:00:00:00:02' },
      a3: { host: 'hv3', address: '10.0.0.3/24', mac: '02:0a:00:00:00:03' },
      b1: { host: 'edge1', address: '10.0.0.1/24', mac: '02:0b:00:00:00:01' },
      b2: { host: 'hv2', address: '10.0.0.2/24', mac: '02:0b:00:00:00:02' },
      b3: { host: 'hv3', address: '10.0.0.3/24', mac: '02:0b:00:00:00:03' },
      b5: { host: 'hv2', address: '10.0.0.5/24', mac: '02:0b:00:00:00:05' },
    },
    servers: Object.fromEntries(Object.entries(LEGACY).map(([name, { address, mac }]) => [name, { address, mac }])),
    switches: {
      tor: {
        ports: [
          ...Object.entries(LEGACY).map(([server, { vlan }]) => ({ server, tag: vlan })),
          { host: 'edge1', device: TRUNK, trunks: [100, 200, 300] },
        ],
      },
    },
  },
  tenants: { a: ['a1', 'a2', 'a3'], b: ['b1', 'b2', 'b3', 'b5'] },
};

/** Makes the trunk port of a host an edge: VLAN 100 is tenant a's, VLAN 200 tenant b's. */
export async function mapVlans(centre: DataCentre, host = 'edge1'): Promise<void> {
  await centre.api('POST', 'interfaces', {
    uuid: `if-t${host}`,
    mode: 'edge',
    owner_datapath_uuid: `dp-${host}`,
    port_name: TRUNK,
  });
  await centre.api('POST', 'translations', { uuid: `tr-${host}`, interface_uuid: `if-t${host}`, mode: 'vnet_edge' });
  await mapVlan(centre, 100, 'a', host);
  await mapVlan(centre, 200, 'b', host);
}

/** Maps one VLAN, and waits until the switches have it. */
export async function mapVlan(centre: DataCentre, vlan: number, tenant: string, host = 'edge1'): Promise<Body> {
  return centre.api('POST', 'vlan_translations?wait=flows&timeout=10', {
    uuid: `vt-${host}x${vlan}`,
    translation_uuid: `tr-${host}`,
    vlan_id: vlan,
    network_uuid: `nw-${tenant}`,
  });
}

/** Declares a legacy machine: an interface whose port is the trunk. */
export async function declareMachine(centre: DataCentre, name: keyof typeof LEGACY, tenant: string): Promise<void> {
  const { address, mac } = LEGACY[name];
  await centre.api('POST', 'interfaces?wait=flows&timeout=10', {
    uuid: `if-${name}`,
    mode: 'vif',
    port_name: TRUNK,
    network_uuid: `nw-${tenant}`,
    ipv4_address: address.split('/')[0]!,
    mac_address: mac,
  });
}

/** The same with a second edge host on the same legacy switch, and the manager on a machine of its own. */
export const TWO_EDGES: { readonly topology: TopologyInput; readonly tenants: Tenants } = {
  topology: {
    ...LEGACY_SITE.topology,
    servers: {
      ...LEGACY_SITE.topology.servers,
      manager: { segment: 'rack1', address: '10.1.0.2/24', gateway: '10.1.0.1' },
    },
    hosts: {
      ...LEGACY_SITE.topology.hosts,
      edge2: { segment: 'rack1', address: '10.1.0.14/24', gateway: '10.1.0.1' },
    },
    switches: {
      tor: {
        ports: [
          ...LEGACY_SITE.topology.switches!['tor']!.ports,
          { host: 'edge2', device: TRUNK, trunks: [100, 200, 300] },
        ],
      },
    },
  },
  tenants: LEGACY_SITE.tenants,
};

/** A legacy machine behind `hv1`, in VLAN 100, which is segment `s`. */
export const SEGMENT_MACHINE = { name: 'old1', address: '10.0.0.100/24', mac: '02:0c:00:00:00:01' };

/** Two segments, and a trunk on `hv1` whose VLAN 100 leads to the first. */
export async function legacySegment(more: Pick<TopologyInput, 'servers' | 'switches'> = {}): Promise<DataCentre> {
  const { name, ...machine } = SEGMENT_MACHINE;
  const topology: TopologyInput = {
    ...TWO_SEGMENTS.topology,
    servers: { ...TWO_SEGMENTS.topology.servers, ...more.servers, [name]: machine },
    switches: {
      ...more.switches,
      tor: {
        ports: [
          { server: name, tag: 100 },
          { host: 'hv1', device: TRUNK, trunks: [100] },
        ],
      },
    },
  };
  const centre = await DataCentre.up({ topology, tenants: {} });
  await makeSegments(centre, TWO_SEGMENTS.segments);
  const trunk = { uuid: 'if-trunk', mode: 'edge', owner_datapath_uuid: 'dp-hv1', port_name: TRUNK };
  await centre.api('POST', 'interfaces', trunk);
  await centre.api('POST', 'translations', { uuid: 'tr-1', interface_uuid: 'if-trunk', mode: 'vnet_edge' });
  const mapping = { uuid: 'vt-1', translation_uuid: 'tr-1', vlan_id: 100, segment_uuid: 'seg-s' };
  await centre.api('POST', 'vlan_translations?wait=flows&timeout=10', mapping);
  return centre;
}
