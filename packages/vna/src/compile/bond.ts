import { UPLINK_GROUP, type Link, type Uplink } from './bindings.ts';
import type { Emit } from './emit.ts';

/**
 * An uplink of several links. The switch itself leaves out a link that is down, or that LACP does not have in use
 * (`watch_port`), before the agent has heard of it.
 */
export function bond(emit: Emit, { links, spread, active }: Uplink): void {
  const backup = [active, ...links.filter((link) => link !== active)];
  emit.output('group', UPLINK_GROUP, {
    id: UPLINK_GROUP,
    type: spread ? 'select' : 'fast_failover',
    ports: (spread ? links : backup).map(({ ofport }) => ofport),
  });
  emit.output('uplink', '', {
    mode: spread ? 'all links at a time' : 'one link at a time',
    links: links.map((link) => `${link.name}: ${stateOf(link)}`),
    active: spread ? links.filter(isInUse).map(({ name }) => name) : [active.name],
  });
  for (const link of links) {
    const state = stateOf(link);
    if (state === 'up') continue;
    emit.output('warning', `link ${link.name}`, {
      message: 'a link of the uplink is not in use; the others carry on',
      details: { port: link.name, state, remedy: 'look at the cable, and at the port of the physical switch' },
    });
  }
}

function isInUse(link: Link): boolean {
  return stateOf(link) === 'up';
}

function stateOf({ link_up, lacp, lacp_current }: Link): string {
  if (!link_up) return 'down';
  return lacp === null || lacp_current ? 'up' : 'no LACP partner';
}
