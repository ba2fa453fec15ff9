import type { AgentWarning } from '@vnet/model';
import { formatMac } from '@vnet/packet';
import type { State } from '../state/state.ts';

/** So many are named; of the rest it is said how many they are. */
const NAMED = 5;

/** Legacy machines behind this host's edges that the manager does not let in, for people. */
export function refusedMachines(state: Pick<State<object>, 'all'>): readonly AgentWarning[] {
  const refused = [...state.all('edge_seen')].filter((row) => row.refused !== null);
  const named = refused.slice(0, NAMED).map((row) => ({
    message: 'a legacy machine is refused',
    details: { mac: formatMac(row.id), refused: row.refused },
  }));
  const rest = refused.length - named.length;
  if (rest === 0) return named;
  return [
    ...named,
    { message: 'more legacy machines are refused', details: { machines: rest, all: 'vnctl edge hosts' } },
  ];
}
