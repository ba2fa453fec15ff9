import { MACHINES, TENANTS } from './demo.ts';
import type { Site } from './site.ts';

/** IPv4 and ICMP headers. */
const PING_HEADERS = 28;

/** Asks VNet for the usable MTU of each tenant's network and gives it to the machines, as DHCP would. */
export async function setUsableMtu(site: Site): Promise<ReadonlyMap<string, number>> {
  const mtus = new Map<string, number>();
  for (const tenant of TENANTS) {
    const { stdout } = await site.vnctl(['-o', 'json', 'networks', 'show', `nw-${tenant}`]);
    mtus.set(tenant, (JSON.parse(stdout) as { mtu: number }).mtu);
  }
  await Promise.all(
    MACHINES.map(async ({ name, tenant }) =>
      site.lab.exec(name, ['ip', 'link', 'set', 'eth0', 'mtu', String(mtus.get(tenant))]),
    ),
  );
  return mtus;
}

/**
 * Sends the largest packet that the MTU allows, unfragmented, from the first VM of each tenant to the others.
 * @returns one line for each that was lost
 */
export async function largestPackets(site: Site, mtus: ReadonlyMap<string, number>): Promise<readonly string[]> {
  const lost: string[] = [];
  for (const tenant of TENANTS) {
    const mtu = mtus.get(tenant)!;
    const [from, ...others] = MACHINES.filter((vm) => vm.tenant === tenant);
    for (const to of others) {
      const ping = [
        'ping',
        '-c',
        '2',
        '-i',
        '0.2',
        '-W',
        '1',
        '-M',
        'do',
        '-s',
        String(mtu - PING_HEADERS),
        to.address,
      ];
      const { code } = await site.lab.exec(from!.name, ping, { anyExit: true });
      if (code !== 0) lost.push(`${from!.name} -> ${to.name}: packets of ${mtu} bytes are lost, the network's MTU`);
    }
  }
  return lost;
}
