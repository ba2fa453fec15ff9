import { formatMac } from '@vnet/packet';
import { PRIORITY } from '../../pipeline/priorities.ts';
import type { Tables } from '../../state/tables.ts';
import type { Emit, View } from '../emit.ts';

/** A MAC that is in several VLANs at a time stays for a while where it is: there its flows come first. */
export function edgeTwice(view: View, emit: Emit, mac: number): void {
  const row = twice(view, emit, mac);
  if (!row?.dropped) return;
  emit.flow({ table: 'EDGE_SOURCE', priority: PRIORITY.counter + 1, feature: 'edge', match: { eth_src: mac } });
}

/** What is said of it. */
export function twice(view: View, emit: Emit, mac: number): Tables['edge_twice'] | undefined {
  const row = view.get('edge_twice', mac);
  if (!row) return undefined;
  emit.output('warning', `mac ${formatMac(mac)}`, {
    message: 'a MAC address is in several VLANs at a time: it is in one of them, for ten seconds at least',
    details: {
      mac: formatMac(mac),
      vlans: row.vlans,
      remedy:
        'give each interface of a router a MAC address of its own; otherwise find who uses the one of another, or a loop',
    },
  });
  return row;
}
