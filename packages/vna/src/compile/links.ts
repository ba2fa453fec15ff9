import type { BondState, LinkState } from '@vnet/model';
import type { Action } from '@vnet/openflow';
import type { SwitchPort } from '../state/tables.ts';

/** A link that the switch has opened. */
export type Link = SwitchPort & { readonly ofport: number };

/** The links to the physical network, or to a trunk of legacy machines, as one. Often there is only one. */
export interface Bond {
  readonly kind: BondState['kind'];
  /** That of the OVS bond; of ports that are no bond, their names. */
  readonly name: string;
  /** The ports that it is made of, by name: also those that the switch could not open. */
  readonly ports: readonly SwitchPort[];
  /** At least one. */
  readonly links: readonly Link[];
  /** All links are used at a time, because the switches at their other ends treat them as one, too; otherwise the active one. */
  readonly spread: boolean;
  /** The link that is in use, or the first of those: announcements leave by it. */
  readonly active: Link;
  /** Number of the group that stands for several links. */
  readonly group: number;
}

/** @returns undefined while no link is open */
export function bondOf(ports: readonly SwitchPort[], of: Pick<Bond, 'kind' | 'name' | 'group'>): Bond | undefined {
  const links = ports.filter((port): port is Link => port.ofport !== null);
  const [first] = links;
  if (!first) return undefined;
  const spread = isSpread(ports);
  // Without a partner OVS uses no link on which it is still asking for one.
  const fit = spread ? [UP] : [UP, ALONE];
  const best = links.find((link) => fit.includes(stateOf(link))) ?? links.find(({ link_up }) => link_up);
  return { ...of, ports, links, spread, active: best ?? first };
}

/**
 * LACP says so, or the operator (a bond that balances). Without an LACP partner only if there is to be no fallback; while
 * LACP is asking on all links, as if there were one.
 */
function isSpread(ports: readonly SwitchPort[]): boolean {
  const [first] = ports;
  if (!first || first.bond === null || ports.length < 2 || ports.some(({ bond }) => bond !== first.bond)) return false;
  if (first.lacp === null) return first.bond_mode === 'balance';
  const states = ports.map(stateOf);
  return first.lacp === 'strict' || states.includes(UP) || (states.includes(ASKING) && !states.includes(ALONE));
}

export function isSeveral({ ports }: Bond): boolean {
  return ports.length > 1;
}

/** Whether packets can leave by it at all. */
export function isLive({ links }: Bond): boolean {
  return links.some(({ link_up }) => link_up);
}

/** How packets leave by it. */
export function outputTo(bond: Bond): Action {
  return isSeveral(bond) ? { type: 'group', group: bond.group } : { type: 'output', port: bond.active.ofport };
}

/**
 * Whether what comes from a link is taken. Behind a link that is not in use the same switch may stand: what it floods would come
 * twice.
 */
export function admits({ spread, active }: Bond, link: Link): boolean {
  return spread ? stateOf(link) !== ALONE : link === active;
}

const UP: LinkState = 'up';
const ALONE: LinkState = 'no LACP partner';
const ASKING: LinkState = 'LACP asking';

export function stateOf(port: SwitchPort): LinkState {
  if (port.ofport === null) return 'not opened';
  if (!port.link_up) return 'down';
  if (port.lacp === null || port.lacp_current === true) return UP;
  return port.lacp_current === null ? ASKING : ALONE;
}

/** For people. */
export function describe(bond: Bond): BondState {
  const { kind, name, ports, spread, active } = bond;
  const lacp = ports[0]?.lacp ?? null;
  return {
    kind,
    name,
    mode: spread ? 'all links' : 'one link at a time',
    lacp: lacp !== null,
    fallback: lacp === null ? null : lacp === 'fallback' ? 'active-backup' : 'none',
    links: ports.map((port) => {
      const state = stateOf(port);
      const isUsed = spread ? state === UP : port === active && state !== 'down';
      return { name: port.name, state, in_use: isUsed };
    }),
  };
}
