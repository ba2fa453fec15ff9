import type { BondState } from '@vnet/model';
import { admits, describe, isLive, isSeveral, type Bond, type Link } from './links.ts';
import type { Emit } from './emit.ts';
import type { Flow } from '../pipeline/flow.ts';
import { PRIORITY } from '../pipeline/priorities.ts';

/**
 * The group of several links. The switch itself leaves out a link that is down, or that LACP does not have in use
 * (`watch_port`), before the agent has heard of it.
 */
function group(emit: Emit, { group: id, links, spread, active }: Bond): void {
  const backup = [active, ...links.filter((link) => link !== active)];
  emit.output('group', id, {
    id,
    type: spread ? 'select' : 'fast_failover',
    ports: (spread ? links : backup).map(({ ofport }) => ofport),
  });
}

/** How several links are used: said to people, with a warning for each that is not in use because something is wrong. */
function report(emit: Emit, bond: Bond): void {
  const state = describe(bond);
  emit.output('bond', bond.group, state);
  const inUse = state.links.filter(({ in_use }) => in_use).map(({ name }) => name);
  const isWrong = (link: BondState['links'][number]): boolean => link.state !== 'up' && link.state !== 'LACP asking';
  for (const link of state.links.filter(isWrong)) {
    emit.output('warning', `link ${link.name}`, {
      message: 'one of several links is not as it should be',
      details: {
        port: link.name,
        [bond.kind]: bond.name,
        state: link.state,
        in_use: inUse.join(', ') || 'none',
        remedy: 'look at the cable, and at the port of the physical switch',
      },
    });
  }
}

function dead(emit: Emit, { kind, name }: Bond): void {
  emit.output('warning', `${kind} ${name}`, {
    message:
      kind === 'uplink'
        ? 'the uplink is dead: no link to the physical network is up'
        : 'a trunk is dead: no link to its switch is up',
    details: { port: name, remedy: 'look at the cable, and at the port of the physical switch' },
  });
}

/** Takes what comes from the links that are in use, and makes the group by which packets leave if there are several. */
export function bond(emit: Emit, links: Bond, entry: Pick<Flow, 'feature' | 'actions' | 'goto'>): void {
  for (const link of links.links) from(emit, link, admits(links, link) ? entry : { feature: entry.feature });
  if (!isLive(links)) dead(emit, links);
  if (!isSeveral(links)) return;
  group(emit, links);
  report(emit, links);
}

function from(emit: Emit, { ofport }: Link, entry: Pick<Flow, 'feature' | 'actions' | 'goto'>): void {
  emit.flow({ table: 'CLASSIFIER', priority: PRIORITY.base, match: { in_port: ofport }, ...entry });
}
