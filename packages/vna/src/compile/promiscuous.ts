import type { Action, LearnSpec } from '@vnet/openflow';
import { cookie } from '../pipeline/cookies.ts';
import { GROUP_MAC } from '../pipeline/match-values.ts';
import { PRIORITY } from '../pipeline/priorities.ts';
import { NETWORK_FIELD, REGISTERS, TRANSPORT, load, on, type Register } from '../pipeline/registers.ts';
import { TABLES } from '../pipeline/tables.ts';
import type { SwitchPort, Tables } from '../state/tables.ts';
import { segmentDomain } from './domain.ts';
import { ordinal, type Emit, type View } from './emit.ts';
import { joinDomain } from './membership.ts';
import { tooBigForUplink } from './underlay.ts';

/** A machine that says nothing for so long is forgotten, as switches do. */
export const LEARNED_SECONDS = 300;
/** Machines learnt behind one port, or behind all peers, in one segment: more are passed over. */
export const LEARNED_LIMIT = 1024;

/** The learnt flows go with the flow that has learnt them. */
const DELETE_LEARNED = 1 << 1;

/** Names where a machine was learnt, for the cookies of what was learnt there. */
export const behindPort = (interfaceId: number): string => `port ${interfaceId}`;
export const behindPeers = (key: number): string => `peers ${key}`;

/** The segment that everything from a promiscuous interface is in: the first one that it was put into. */
function segmentOf(view: View, interfaceId: number): number | undefined {
  return view.find('interface_segment', 'interface_id', interfaceId).find((row) => row.static)?.segment_id;
}

/** Whether there are promiscuous interfaces in a segment, here or elsewhere. */
export function learns(view: View, segmentId: number): boolean {
  return view
    .find('interface_segment', 'segment_id static', `${segmentId} true`)
    .some((row) => view.get('interface', row.interface_id)?.mode === 'promiscuous');
}

/** The same, of the interface on a port; without one nothing can be connected, which is said. */
export function segmentBehind(view: View, emit: Emit, face: Tables['interface'], plug: SwitchPort): number | undefined {
  const segmentId = segmentOf(view, face.id);
  if (segmentId === undefined) {
    emit.output('warning', `port ${plug.name}`, {
      message: 'a promiscuous interface in no segment: its packets are dropped',
      details: {
        port: plug.name,
        interface: face.uuid,
        remedy: `vnctl interface segment modify ${face.uuid} seg-… --static true`,
      },
    });
  }
  return segmentId;
}

/** A port behind which anyone may stand: all that comes from it is in its segment, and who sends it is learnt. */
export function promiscuousPort(view: View, emit: Emit, face: Tables['interface'], plug: SwitchPort): void {
  const segmentId = segmentBehind(view, emit, face, plug);
  if (segmentId === undefined) return;
  const domain = segmentDomain(segmentId);
  const { key } = domain;
  const source = on([REGISTERS.SOURCE, face.id]);
  joinDomain(emit, domain, face.id);
  emit.flow({
    table: 'PORT_SECURITY',
    priority: PRIORITY.any,
    feature: 'segment',
    match: source,
    metadata: key,
    goto: 'LEARN',
  });
  emit.flow({
    table: 'LEARN',
    priority: PRIORITY.base,
    feature: 'segment',
    match: { metadata: key, ...source },
    actions: [learnWay(key, behindPort(face.id), REGISTERS.SOURCE, REGISTERS.DESTINATION), learnArrival(face.id)],
    goto: 'L2',
  });
  emit.flowPart({
    table: 'LEARNED_WAY',
    priority: PRIORITY.counter,
    feature: 'segment',
    match: { metadata: key, ...on([REGISTERS.FOUND, 0]) },
    order: ordinal(face.id),
    actions: [load(REGISTERS.DESTINATION, face.id), { type: 'resubmit', table: TABLES.INTERFACE_INGRESS.id }],
  });
}

/** What a segment with promiscuous interfaces has on every host. */
export function learning(emit: Emit, segmentId: number): void {
  const { key } = segmentDomain(segmentId);
  const base = { priority: PRIORITY.base, feature: 'segment' } as const;
  emit.need('learnedWay', 0);
  emit.flow({ ...base, table: 'LEARN', priority: PRIORITY.guard, match: { metadata: key, eth_src: GROUP_MAC } });
  emit.flow({
    ...base,
    table: 'LEARN',
    match: { metadata: key, ...on([REGISTERS.REMOTE, 1]) },
    actions: [learnWay(key, behindPeers(key), REGISTERS.SENDER, REGISTERS.PEER)],
    goto: 'L2',
  });
  emit.flow({
    ...base,
    table: 'L2',
    priority: PRIORITY.counter,
    match: { metadata: key },
    actions: [{ type: 'resubmit', table: TABLES.LEARNED.id }],
    goto: 'LEARNED_WAY',
  });
  // A machine that nobody knows: promiscuous ports of this host add theirs.
  emit.flowPart({
    ...base,
    table: 'LEARNED_WAY',
    priority: PRIORITY.counter,
    match: { metadata: key, ...on([REGISTERS.FOUND, 0]) },
    order: '',
    actions: [],
  });
}

/** A MAC that the model knows is not learnt; from a promiscuous port it is someone else's. */
export function knownSource(emit: Emit, key: number, mac: number): void {
  const known = { table: 'LEARN', priority: PRIORITY.specific, feature: 'segment' } as const;
  emit.flow({ ...known, match: { metadata: key, ...on([REGISTERS.REMOTE, 1]), eth_src: mac }, goto: 'L2' });
  emit.flow({ ...known, match: { metadata: key, ...on([REGISTERS.REMOTE, 0]), eth_src: mac } });
}

/** The way to a machine that was learnt: its port, its peer, or the uplink when all that is known is that it is a neighbour's. */
export function learnedWay(view: View, emit: Emit): void {
  const way = { table: 'LEARNED_WAY', feature: 'segment' } as const;
  const found = [REGISTERS.FOUND, 1] as const;
  const elsewhere = [REGISTERS.DESTINATION, 0] as const;
  emit.flow({ ...way, priority: PRIORITY.guard, match: on(found, elsewhere, [REGISTERS.REMOTE, 1]) });
  emit.flow({
    ...way,
    priority: PRIORITY.specific,
    match: on(found, elsewhere, [REGISTERS.PEER, 0]),
    actions: [load(REGISTERS.TRANSPORT, TRANSPORT.uplink), tooBigForUplink(view)],
    goto: 'UNDERLAY',
  });
  emit.flow({ ...way, priority: PRIORITY.base, match: on(found, elsewhere), goto: 'PEER' });
  emit.flow({ ...way, priority: PRIORITY.any, match: on(found), goto: 'INTERFACE_INGRESS' });
}

/** Learns where packets to the sender go: `from` says where it is, and is put into `to`. */
function learnWay(key: number, by: string, from: Register, to: Register): Action {
  return learn('LEARNED', PRIORITY.base, by, [
    { bits: 64, source: { value: BigInt(key) }, use: 'match', target: { field: NETWORK_FIELD, offset: 0 } },
    { bits: 1, source: { value: 1n }, use: 'load', target: REGISTERS.FOUND },
    { bits: from.bits, source: from, use: 'load', target: to },
  ]);
}

/** Learns that packets which neighbours send to the sender, as they are, go to the port it is behind. */
function learnArrival(interfaceId: number): Action {
  return learn('UPLINK', PRIORITY.learned, behindPort(interfaceId), [
    { bits: 16, source: { value: 0n }, use: 'match', target: { field: 'vlan_tci', offset: 0 } },
    { bits: 16, source: { field: 'in_port', offset: 0 }, use: 'output' },
  ]);
}

function learn(table: 'LEARNED' | 'UPLINK', priority: number, by: string, specs: readonly LearnSpec[]): Action {
  const sender: LearnSpec = {
    bits: 48,
    source: { field: 'eth_src', offset: 0 },
    use: 'match',
    target: { field: 'eth_dst', offset: 0 },
  };
  return {
    type: 'learn2',
    table: TABLES[table].id,
    priority,
    hardTimeout: LEARNED_SECONDS,
    cookie: cookie('learned', by),
    flags: DELETE_LEARNED,
    limit: LEARNED_LIMIT,
    specs: [sender, ...specs],
  };
}
