import { readFileSync } from 'node:fs';
import type { Log } from '../log.ts';
import type { DatapathType } from './bridge-setup.ts';

const ARP_IGNORE = '/proc/sys/net/ipv4/conf/all/arp_ignore';

/**
 * Says what the host's kernel would do wrong. With the userspace datapath it still sees the frames on the ports of the bridge,
 * and answers ARP for the bridge's address with a port's MAC: replies to tunnelled packets get lost.
 */
export function checkHostSettings(datapathType: DatapathType, log: Log): void {
  if (datapathType !== 'netdev' || read(ARP_IGNORE) !== '0') return;
  log.warn(
    { setting: 'net.ipv4.conf.all.arp_ignore', value: 0, remedy: 'sysctl -w net.ipv4.conf.all.arp_ignore=1' },
    'the kernel answers ARP on the ports of the userspace bridge, and tunnels to this host may fail',
  );
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
