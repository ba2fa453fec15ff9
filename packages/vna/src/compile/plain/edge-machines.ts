import { ETHERTYPE } from '@vnet/packet';
import { FROM_VLAN, inMetadata, metadataBits } from '../../pipeline/plain-metadata.ts';
import { PRIORITY } from '../../pipeline/priorities.ts';
import { uplinkPort } from '../bindings.ts';
import type { EdgeVlan } from '../edge/bindings.ts';
import { domainOfKey } from '../domain.ts';
import { farMachine, isLeased, seenMachine } from '../edge/host.ts';
import { declaredMachine, declaredPackets, type Declared } from '../edge/machine.ts';
import { twice } from '../edge/twice.ts';
import type { Emit, View } from '../emit.ts';
import { learns } from '../promiscuous.ts';
import { arrival } from './domain.ts';
import { arrivals, isUnfiltered, refuseFromUplink } from './port.ts';
import { toAgent } from './to-agent.ts';
import { toPeer, toVlan } from './way.ts';

/** The packets of a machine behind a VLAN. */
const from = ({ end, domain }: EdgeVlan, mac: number) => ({
  ...inMetadata({ network: domain.key, source: end, remote: false }),
  eth_src: mac,
});

/** A legacy machine that the model declares; the way to it is that of every address. */
export function plainDeclared(view: View, emit: Emit, interfacePortId: number): void {
  const machines = declaredMachine(view, emit, interfacePortId, (...about) => isUnfiltered(view, emit, ...about));
  for (const machine of machines) declared(view, emit, machine);
}

function declared(view: View, emit: Emit, machine: Declared): void {
  const { mac, edge, leases } = machine;
  refuseFromUplink(view, emit, mac);
  for (const match of declaredPackets(machine)) {
    emit.flow({
      table: 'SENDER',
      priority: PRIORITY.specific,
      feature: 'edge',
      match: { ...from(edge, mac), ...match },
      goto: 'WAY',
    });
  }
  if (edge.domain.kind === 'segment') reached(view, emit, edge, mac);
  else arrivals(view, emit, { mac, leases, networks: new Set([edge.domain.id]), segmentId: null });
}

/** A machine that this host has seen: by its MAC. */
export function plainSeen(view: View, emit: Emit, mac: number): void {
  const seen = seenMachine(view, emit, mac);
  if (!seen) return;
  const { edge, address, refused } = seen;
  if (refused) {
    emit.flow({ table: 'SENDER', priority: PRIORITY.base, feature: 'edge', match: from(edge, mac) });
    return;
  }
  if (!edge.active) return;
  const uplink = uplinkPort(view);
  if (uplink !== undefined) emit.output('announcement', `mac ${mac}`, { mac, port: uplink });
  reached(view, emit, edge, mac);
  emit.flow(toVlan({ ...inMetadata({ network: edge.domain.key }), eth_dst: mac }, edge.vlan));
  if (edge.domain.kind === 'segment') {
    emit.flow({ table: 'SENDER', priority: PRIORITY.base, feature: 'edge', match: from(edge, mac), goto: 'WAY' });
    strays(view, emit, { key: edge.domain.key, mac });
  } else addressed(view, emit, edge, mac, address);
}

/** A MAC that is in several VLANs at a time stays for a while where it is. */
export function plainTwice(view: View, emit: Emit, mac: number): void {
  if (!twice(view, emit, mac)?.dropped) return;
  const match = { metadata: { value: FROM_VLAN, mask: FROM_VLAN }, eth_src: mac };
  emit.flow({ table: 'SENDER', priority: PRIORITY.counter + 1, feature: 'edge', match });
}

/** What neighbours send to it as it is. */
function reached(view: View, emit: Emit, { domain }: EdgeVlan, mac: number): void {
  const uplink = uplinkPort(view);
  if (uplink !== undefined) emit.flow(arrival(view, domain, { in_port: uplink, eth_dst: mac }, PRIORITY.specific));
}

/** In a network IPv4 and ARP pass; of ARP with another address than the known one the agent gets a copy, and notes it. */
function addressed(view: View, emit: Emit, edge: EdgeVlan, mac: number, address: number | null): void {
  const sender = { table: 'SENDER', priority: PRIORITY.base, feature: 'edge' } as const;
  const source = from(edge, mac);
  const arp = { ...source, eth_type: ETHERTYPE.arp };
  emit.flow({ ...sender, match: { ...source, eth_type: ETHERTYPE.ipv4 }, goto: 'WAY' });
  // Anything else of a machine that is known is no news.
  emit.flow({ ...sender, priority: PRIORITY.any - 1, match: source });
  emit.flow({
    ...sender,
    ...toAgent(view, emit, { vlan: edge.ofport }),
    priority: PRIORITY.any,
    match: arp,
    goto: 'WAY',
  });
  for (const known of [0, ...(address === null ? [] : [address])]) {
    emit.flow({ ...sender, match: { ...arp, arp_spa: known }, goto: 'WAY' });
  }
}

/** A machine behind the edge of another host. */
export function plainFar(view: View, emit: Emit, id: number): void {
  const far = farMachine(view, emit, id);
  if (!far) return;
  toPeer(view, emit, far.key, far.mac, far.datapathId);
  strays(view, emit, far, false);
}

/** A machine of a VLAN that turns up behind a promiscuous port, here or elsewhere: the agent hears of it. */
function strays(view: View, emit: Emit, { key, mac }: { key: number; mac: number }, remote?: boolean): void {
  const { kind, id } = domainOfKey(key);
  if (kind !== 'segment' || !learns(view, id) || isLeased(view, mac)) return;
  const { value, mask } = metadataBits({ network: key, ...(remote === undefined ? {} : { remote }) });
  emit.flow({
    ...toAgent(view, emit, 'uplink'),
    table: 'SENDER',
    // Before what has been learnt of it there.
    priority: PRIORITY.learned + 1,
    feature: 'edge',
    match: { metadata: { value, mask: mask | FROM_VLAN }, eth_src: mac },
    goto: 'WAY',
  });
}
