import type { Action } from '@vnet/openflow';
import { PRIORITY } from '../pipeline/priorities.ts';
import { REASON, REGISTERS, TRANSPORT, load, on } from '../pipeline/registers.ts';
import { TABLES } from '../pipeline/tables.ts';
import { ownDatapath, transportTo, tunnelPort, uplinkOutput, type Transport } from './bindings.ts';
import { inUse, networkDomain, segmentDomain, type Domain } from './domain.ts';
import { ordinal, type Emit, type View } from './emit.ts';
import { KEY_FROM_NETWORK, tooBigForUplink } from './underlay.ts';

/** Peers in one chunk of a flood list: a flow over 64 KiB would be refused. */
const CHUNK_BITS = 6;
/** MAC2MAC chunks come after all tunnel chunks, because they rewrite the destination. */
const MAC2MAC_CHUNKS = 0x40000000;

const MEMBER_CHUNKS = 64;

/** Another datapath that has the network. */
export function member(view: View, emit: Emit, id: number): void {
  const row = view.get('datapath_network', id);
  if (row) peerCopies(view, emit, networkDomain(row.network_id), row);
}

/** Another datapath that has the segment. */
export function segmentMember(view: View, emit: Emit, id: number): void {
  const row = view.get('datapath_segment', id);
  if (row) peerCopies(view, emit, segmentDomain(row.segment_id), row);
}

/** A peer gets one copy of each flood, while the domain is in use there. */
function peerCopies(
  view: View,
  emit: Emit,
  domain: Domain,
  row: { readonly datapath_id: number; readonly mac_address: number },
): void {
  const own = ownDatapath(view);
  if (!own || row.datapath_id === own.id) return;
  emit.need('peer', row.datapath_id);
  const way = inUse(view, domain, row.datapath_id) ? transportTo(view, row.datapath_id) : undefined;
  const copy = way && copyTo(view, way, row.mac_address);
  if (!copy) return;

  const chunk = (row.datapath_id >>> CHUNK_BITS) + (copy.tunnelled ? 0 : MAC2MAC_CHUNKS);
  emit.flowPart({
    table: 'FLOOD_PEERS',
    priority: PRIORITY.base,
    feature: 'flood',
    match: { metadata: domain.key, ...on([REGISTERS.REMOTE, 0]) },
    order: ordinal(chunk),
    actions: [
      ...(copy.tunnelled ? [] : [tooBigForUplink(view)]),
      load(REGISTERS.CHUNK, chunk),
      { type: 'resubmit', table: TABLES.FLOOD_CHUNK.id },
    ],
  });
  const inChunk = { metadata: domain.key, ...on([REGISTERS.CHUNK, chunk]) };
  emit.flowPart({
    table: 'FLOOD_CHUNK',
    priority: PRIORITY.base,
    feature: 'flood',
    match: inChunk,
    order: ordinal(row.datapath_id),
    actions: copy.actions,
  });
  const transport = copy.tunnelled ? TRANSPORT.tunnel : TRANSPORT.uplink;
  emit.flow({
    table: 'FLOOD_CHUNK',
    priority: PRIORITY.specific,
    feature: 'flood',
    match: { ...inChunk, ...on([REGISTERS.TOO_BIG, 1]) },
    actions: [load(REGISTERS.REASON, REASON.tooBig), load(REGISTERS.TRANSPORT, transport)],
    goto: 'PUNT',
  });
}

/** A member's place in the flood list of its domain. A flow over 64 KiB would be refused, so the list is in chunks. */
export function floodMember(emit: Emit, key: number, interfaceId: number): void {
  const chunk = interfaceId % MEMBER_CHUNKS;
  emit.flowPart({
    table: 'FLOOD_LOCAL',
    priority: PRIORITY.base,
    feature: 'flood',
    match: { metadata: key },
    order: ordinal(chunk),
    actions: [load(REGISTERS.CHUNK, chunk), { type: 'resubmit', table: TABLES.FLOOD_MEMBERS.id }],
    goto: 'FLOOD_PEERS',
  });
  emit.flowPart({
    table: 'FLOOD_MEMBERS',
    priority: PRIORITY.base,
    feature: 'flood',
    match: { metadata: key, ...on([REGISTERS.CHUNK, chunk]) },
    order: ordinal(interfaceId),
    actions: [load(REGISTERS.DESTINATION, interfaceId), { type: 'resubmit', table: TABLES.INTERFACE_INGRESS.id }],
  });
}

export interface Copy {
  readonly tunnelled: boolean;
  readonly actions: readonly Action[];
}

/** How one copy of a flood gets to a peer, which has `mac` for the domain. */
export function copyTo(view: View, way: Transport, mac: number): Copy | undefined {
  const output = outputOf(view, way);
  if (!output) return undefined;
  return way.kind === 'tunnel'
    ? {
        tunnelled: true,
        actions: [KEY_FROM_NETWORK, { type: 'set_field', field: 'tun_dst', value: way.address }, output],
      }
    : { tunnelled: false, actions: [{ type: 'set_field', field: 'eth_dst', value: mac }, output] };
}

function outputOf(view: View, way: Transport): Action | undefined {
  if (way.kind === 'uplink') return uplinkOutput(view);
  const port = tunnelPort(view);
  return port === undefined ? undefined : { type: 'output', port };
}
