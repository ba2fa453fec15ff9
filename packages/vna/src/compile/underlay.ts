import type { Action } from '@vnet/openflow';
import { NETWORK_FIELD, REGISTERS } from '../pipeline/registers.ts';
import { ownAddress } from './bindings.ts';
import type { View } from './emit.ts';

const ETHERNET_HEADER = 14;
/** GRE over IPv4: IPv4 header 20, GRE with key 8, Ethernet header of the inner frame 14. */
const GRE_OVERHEAD = 42;
export const DEFAULT_MTU = 1500;

/** The tunnel key is the network. */
export const KEY_FROM_NETWORK: Action = {
  type: 'move',
  from: { field: NETWORK_FIELD, offset: 0 },
  to: { field: 'tunnel_id', offset: 0 },
  bits: 32,
};

/** Marks what the physical network does not carry as it is. */
export function tooBigForUplink(view: View): Action {
  return tooBigIfOver(underlayMtu(view));
}

/** Marks what does not fit into a tunnel: over what the network allows, or what is left of this host's link. */
export function tooBigForTunnel(view: View, networkMtu: number | null): Action {
  return tooBigIfOver(tunnelMtu(view, networkMtu));
}

/** The largest IP packet of a network that goes through a tunnel from this host. */
export function tunnelMtu(view: View, networkMtu: number | null): number {
  return Math.min(networkMtu ?? DEFAULT_MTU, underlayMtu(view) - GRE_OVERHEAD);
}

export function underlayMtu(view: View): number {
  return view.get('network', ownAddress(view)?.networkId)?.mtu ?? DEFAULT_MTU;
}

function tooBigIfOver(mtu: number): Action {
  const { field, offset } = REGISTERS.TOO_BIG;
  return { type: 'check_pkt_larger', length: mtu + ETHERNET_HEADER, field, offset };
}
