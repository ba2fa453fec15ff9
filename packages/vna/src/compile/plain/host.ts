import { PORT } from '@vnet/openflow';
import { PRIORITY } from '../../pipeline/priorities.ts';
import { uplinkOf } from '../bindings.ts';
import type { Feature } from '../../pipeline/cookies.ts';
import type { Emit, View } from '../emit.ts';
import { checkUplinkMacs, misses } from '../host.ts';
import type { Bond } from '../links.ts';

/** What the host of a plain switch itself needs, and what every packet may come across. */
export function plainHost(view: View, emit: Emit): void {
  emit.each('port', 'role', 'plain', 'plainPort');
  misses(emit, 'plain');
  const uplink = uplinkOf(view);
  if (!uplink) return;
  checkUplinkMacs(view, emit);
  oneLink(emit, uplink, 'host');
  hostTraffic(view, emit, uplink.active.ofport);
}

/** Between the uplink and the local port; a hardware switch may have none. */
function hostTraffic(view: View, emit: Emit, uplink: number): void {
  const [local] = view.find('port', 'role', 'local');
  if (!local) return;
  const flow = { table: 'PORTS', feature: 'host' } as const;
  const toHost = [{ type: 'output', port: PORT.LOCAL }] as const;
  emit.flow({
    ...flow,
    priority: PRIORITY.base,
    match: { in_port: PORT.LOCAL },
    actions: [{ type: 'output', port: uplink }],
  });
  emit.flow({ ...flow, priority: PRIORITY.any, match: { in_port: uplink }, actions: toHost });
  // Before what is learnt: nobody takes over the MAC of the host.
  if (local.mac !== null) {
    emit.flow({ ...flow, priority: PRIORITY.base, match: { in_port: uplink, eth_dst: local.mac }, actions: toHost });
  }
}

/** Behind a link that is not in use the same switch may stand: what it floods would come twice. */
export function oneLink(emit: Emit, { kind, name, links, active }: Bond, feature: Feature): void {
  if (links.length < 2) return;
  for (const { ofport } of links) {
    if (ofport === active.ofport) continue;
    emit.flow({ table: 'PORTS', priority: PRIORITY.base, feature, match: { in_port: ofport } });
  }
  emit.output('warning', `links ${name}`, {
    message: 'a switch with plain OpenFlow 1.3 uses one of several links at a time',
    details: {
      [kind]: name,
      links: links.map((link) => link.name).join(', '),
      used: active.name,
      remedy: 'no LACP on the physical switch’s ports, or a switch with the extensions of Open vSwitch',
    },
  });
}
