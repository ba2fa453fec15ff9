import type { Action } from '@vnet/openflow';
import { PRIORITY } from '../pipeline/priorities.ts';
import { REGISTERS, TRANSPORT, load, on } from '../pipeline/registers.ts';
import { hostAddresses, ownDatapath, transportTo, tunnelPort } from './bindings.ts';
import type { Emit, View } from './emit.ts';
import { KEY_FROM_NETWORK, tooBigForUplink } from './underlay.ts';

/** The way to another datapath, by the addresses of both hosts. One flow, however many machines are there. */
export function peer(view: View, emit: Emit, datapathId: number): void {
  if (ownDatapath(view)?.id === datapathId) return;
  for (const { address } of hostAddresses(view, datapathId)) {
    emit.flow({
      table: 'TUNNEL_SOURCE',
      priority: PRIORITY.base,
      feature: 'peer',
      match: { tun_src: address },
      actions: [load(REGISTERS.SENDER, datapathId)],
      goto: 'TUNNEL',
    });
  }
  const way = transportTo(view, datapathId);
  if (!way) return;
  const flow = {
    table: 'PEER',
    priority: PRIORITY.base,
    feature: 'peer',
    match: on([REGISTERS.PEER, datapathId]),
  } as const;
  if (way.kind === 'uplink') {
    emit.flow({
      ...flow,
      actions: [load(REGISTERS.TRANSPORT, TRANSPORT.uplink), tooBigForUplink(view)],
      goto: 'UNDERLAY',
    });
    return;
  }
  const port = tunnelPort(view);
  if (port !== undefined) emit.output('tunnelEnd', datapathId, { address: way.address, port });
  emit.flow({
    ...flow,
    actions: throughTunnel(way.address),
    goto: 'TUNNEL_MTU',
  });
}

export function throughTunnel(address: number): readonly Action[] {
  return [
    load(REGISTERS.TRANSPORT, TRANSPORT.tunnel),
    KEY_FROM_NETWORK,
    { type: 'set_field', field: 'tun_dst', value: address },
  ];
}
