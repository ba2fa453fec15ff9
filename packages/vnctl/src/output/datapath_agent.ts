/** `vnctl datapaths show`: whether the agent is there, and how it uses several links. */
import type { BondState } from '@vnet/model';
import { alignedLines } from './table.ts';

interface DatapathAgent {
  readonly connected: boolean;
  readonly since: string | null;
  readonly bonds: readonly BondState[] | null;
}

export function agentText(value: unknown): string {
  const { connected, since, bonds } = value as DatapathAgent;
  if (!connected) return since === null ? 'not connected' : `not connected since ${since}`;
  return [
    `connected since ${since ?? ''}`,
    ...(bonds === null ? ['(it does not say how its links are: see its log)'] : bonds.flatMap(bondLines)),
  ].join('\n');
}

/** `trunk bond1: all links (LACP; without a partner one link at a time)`, and a line for each link. */
function bondLines({ kind, name, mode, lacp, fallback, links }: BondState): string[] {
  const otherwise = fallback === 'active-backup' ? 'one link at a time' : 'nothing is sent';
  return [
    `${kind} ${name}: ${mode} (${lacp ? `LACP; without a partner ${otherwise}` : 'no LACP'})`,
    ...alignedLines(links.map((link) => [`  ${link.name}`, link.state, link.in_use ? 'in use' : 'not in use'])),
  ];
}
