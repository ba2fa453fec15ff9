import { PRIORITY } from '../pipeline/priorities.ts';
import { REGISTERS, load, on } from '../pipeline/registers.ts';
import { homeOf, type Home } from './bindings.ts';
import type { Emit, View } from './emit.ts';

/** Not from another host: from tunnel to tunnel, or back to the uplink, packets would go round. */
const NOT_REMOTE = on([REGISTERS.REMOTE, 0])[REGISTERS.REMOTE.field]!;

/**
 * The way to a MAC of a domain, wherever its interface lives.
 * @param key of the domain
 * @returns where the interface lives
 */
export function unicast(view: View, emit: Emit, key: number, mac: number, interfaceId: number): Home {
  const home = homeOf(view, interfaceId);
  if (!home) return home;
  const way = { table: 'L2', priority: PRIORITY.base, feature: 'endpoint' } as const;
  if (home === 'here') {
    emit.flow({
      ...way,
      match: { metadata: key, eth_dst: mac },
      actions: [load(REGISTERS.DESTINATION, interfaceId)],
      goto: 'INTERFACE_INGRESS',
    });
  } else {
    emit.flow({
      ...way,
      match: { metadata: key, eth_dst: mac, reg0: NOT_REMOTE },
      actions: [load(REGISTERS.PEER, home.datapathId)],
      goto: 'PEER',
    });
  }
  return home;
}
