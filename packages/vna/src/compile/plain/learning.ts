import { GROUP_MAC } from '../../pipeline/match-values.ts';
import { inMetadata } from '../../pipeline/plain-metadata.ts';
import { PRIORITY } from '../../pipeline/priorities.ts';
import type { Tables } from '../../state/tables.ts';
import { uplinkPort } from '../bindings.ts';
import { ordinal, type Emit, type View } from '../emit.ts';
import { behindPeers, behindPort } from '../promiscuous.ts';
import { toAgent } from './to-agent.ts';

/*
 * Machines behind promiscuous ports: the first frame of each goes on, and to the agent as well, which learns for the switch
 * (services/learner.ts). What is learnt stands below all that the model knows.
 */

/** Who stands behind a promiscuous port of this host. */
export function learnBehind(view: View, emit: Emit, key: number, { id }: Tables['interface'], ofport: number): void {
  emit.flow({
    ...toAgent(view, emit, { port: ofport }),
    table: 'SENDER',
    priority: PRIORITY.counter,
    feature: 'segment',
    match: inMetadata({ network: key, source: id, remote: false }),
    goto: 'WAY',
  });
  unknownPart(emit, key, ordinal(id), [{ type: 'output', port: ofport }]);
  // What has been learnt names the uplink: it goes when that is another.
  emit.output('pupil', `${behindPort(id)} ${uplinkPort(view)}`, true);
}

/** Who stands behind those of other hosts, in a segment that has any. */
export function learnFromPeers(view: View, emit: Emit, key: number): void {
  const sender = { table: 'SENDER', feature: 'segment' } as const;
  emit.flow({
    ...sender,
    priority: PRIORITY.guard,
    match: { ...inMetadata({ network: key }), eth_src: GROUP_MAC },
  });
  emit.flow({
    ...sender,
    ...toAgent(view, emit, 'uplink'),
    priority: PRIORITY.counter,
    match: inMetadata({ network: key, remote: true }),
    goto: 'WAY',
  });
  unknownPart(emit, key, '', []);
  emit.output('pupil', `${behindPeers(key)} ${uplinkPort(view)}`, true);
}

/** A MAC that the model knows is not learnt; from a promiscuous port, or a VLAN, it is someone else's. */
export function knownSender(emit: Emit, key: number, mac: number): void {
  const known = { table: 'SENDER', priority: PRIORITY.base + 1, feature: 'segment' } as const;
  emit.flow({ ...known, match: { ...inMetadata({ network: key, remote: true }), eth_src: mac }, goto: 'WAY' });
  emit.flow({ ...known, match: { ...inMetadata({ network: key, remote: false }), eth_src: mac } });
}

/** A machine that nobody knows is looked for behind the promiscuous ports and in the VLANs of this host. */
export function unknownPart(
  emit: Emit,
  key: number,
  order: string,
  actions: readonly { readonly type: 'output'; readonly port: number }[],
): void {
  emit.flowPart({
    table: 'WAY',
    priority: PRIORITY.counter,
    feature: 'segment',
    match: inMetadata({ network: key }),
    order,
    actions,
    goto: 'VLANS',
  });
}
