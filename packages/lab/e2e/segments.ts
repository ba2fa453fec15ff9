import type { DataCentre } from './data-centre.ts';
import { THREE_HOSTS } from './topologies.ts';
import type { Tenants } from './tenants.ts';
import { until } from './until.ts';
import type { TopologyInput } from '../src/index.ts';

/** Two segments with the same addresses on the same hosts: hv1 and hv2 are neighbours (MAC2MAC), hv3 is behind a router (GRE). */
export const TWO_SEGMENTS: { readonly topology: TopologyInput; readonly segments: Tenants } = {
  topology: {
    ...THREE_HOSTS,
    vms: {
      s1: { host: 'hv1', address: '10.0.0.1/24', mac: '02:0a:00:00:00:01', mtu: 1458 },
      s2: { host: 'hv2', address: '10.0.0.2/24', mac: '02:0a:00:00:00:02', mtu: 1458 },
      s3: { host: 'hv3', address: '10.0.0.3/24', mac: '02:0a:00:00:00:03', mtu: 1458 },
      s4: { host: 'hv1', address: '10.0.0.4/24', mac: '02:0a:00:00:00:04', mtu: 1458 },
      t1: { host: 'hv1', address: '10.0.0.1/24', mac: '02:0b:00:00:00:01', mtu: 1458 },
      t2: { host: 'hv2', address: '10.0.0.2/24', mac: '02:0b:00:00:00:02', mtu: 1458 },
      t3: { host: 'hv3', address: '10.0.0.5/24', mac: '02:0b:00:00:00:03', mtu: 1458 },
    },
  },
  segments: { s: ['s1', 's2', 's3', 's4'], t: ['t1', 't2', 't3'] },
};

/** Makes segments `seg-…` with machines that are known by their MACs alone, and waits until all hosts know all of them. */
export async function makeSegments(centre: DataCentre, segments: Tenants): Promise<void> {
  for (const [segment, vms] of Object.entries(segments)) {
    await centre.api('POST', 'segments', { uuid: `seg-${segment}`, mode: 'virtual', topology_uuid: 'topo-over' });
    for (const vm of vms) await joinSegment(centre, segment, vm);
  }
  await segmentsSettled(centre, segments);
}

/** A machine becomes a member of a segment by its MAC. */
export async function joinSegment(centre: DataCentre, segment: string, vm: string): Promise<void> {
  const { port, mac } = centre.lab.vm(vm);
  const where = { port_name: port, mac_address: mac, segment_uuid: `seg-${segment}` };
  await centre.api('POST', 'interfaces', { uuid: `if-${vm}`, mode: 'vif', ...where });
}

/** Waits until every host with machines of a segment knows all its MACs, and floods reach all those hosts. */
export async function segmentsSettled(centre: DataCentre, segments: Tenants): Promise<void> {
  for (const [segment, names] of Object.entries(segments)) {
    const vms = names.map((name) => centre.lab.vm(name));
    const hosts = new Set(vms.map(({ host }) => host));
    for (const host of hosts) {
      await until(async () => {
        const known = (await centre.flows(host, 'table=40')).join('\n');
        return vms.every(({ mac }) => known.includes(`dl_dst=${mac}`));
      }, `${host} knows the machines of seg-${segment}`);
    }
    await until(
      async () => (await floodPeers(centre, segment, [...hosts])).every((count) => count === hosts.size - 1),
      `floods of seg-${segment} reach ${[...hosts].join(', ')}`,
    );
  }
}

/** How many peers each of the hosts sends a flood of a segment to. */
async function floodPeers(centre: DataCentre, segment: string, hosts: readonly string[]): Promise<readonly number[]> {
  const { id } = await centre.api('GET', `segments/seg-${segment}`);
  const key = `metadata=0x${(0x80000000 + Number(id)).toString(16)} `;
  return Promise.all(
    hosts.map(async (host) => {
      const chunks = (await centre.flows(host, 'table=52')).filter((flow) => `${flow} `.includes(key));
      return chunks.flatMap((flow) => flow.match(/output:/g) ?? []).length;
    }),
  );
}

/** Gives a machine an IPv6 address besides its own, without waiting for duplicate address detection. */
export async function setIpv6(centre: DataCentre, vm: string, address: string): Promise<void> {
  await centre.lab.exec(vm, ['sysctl', '-qw', 'net.ipv6.conf.eth0.disable_ipv6=0']);
  await centre.lab.exec(vm, ['ip', 'address', 'add', `${address}/64`, 'dev', 'eth0', 'nodad']);
}
