import { PORT } from '@vnet/openflow';
import { PRIORITY } from '../../pipeline/priorities.ts';
import { uplinkOf, type Uplink } from '../bindings.ts';
import type { Emit, View } from '../emit.ts';
import { checkUplinkMacs, misses } from '../host.ts';

/** What the host of a plain switch itself needs, and what every packet may come across. */
export function plainHost(view: View, emit: Emit): void {
  emit.each('port', 'role', 'plain', 'plainPort');
  misses(emit, 'plain');
  const uplink = uplinkOf(view);
  if (!uplink) return;
  checkUplinkMacs(view, emit);
  oneLink(emit, uplink);
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
function oneLink(emit: Emit, { links, active }: Uplink): void {
  if (links.length < 2) return;
  for (const { ofport } of links) {
    if (ofport === active.ofport) continue;
    emit.flow({ table: 'PORTS', priority: PRIORITY.base, feature: 'host', match: { in_port: ofport } });
  }
  emit.output('warning', 'uplink links', {
    message: 'a switch with plain OpenFlow 1.3 uses one link of the uplink at a time',
    details: {
      links: links.map(({ name }) => name).join(', '),
      used: active.name,
      remedy: 'no LACP on the physical switch’s ports, or a switch with the extensions of Open vSwitch',
    },
  });
}
