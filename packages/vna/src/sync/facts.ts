import type { AgentFacts } from '@vnet/model';
import type { LocalInterface } from '../compile/emit.ts';

type Facts = Omit<AgentFacts, 'type'>;

/** Everything that is so on this datapath. */
export function allFacts(
  datapathId: number,
  interfaces: ReadonlyMap<string, LocalInterface>,
  networks: ReadonlyMap<string, true>,
): Facts {
  return {
    datapath_id: datapathId,
    full: true,
    interfaces: [...interfaces.values()],
    gone_interfaces: [],
    networks: [...networks.keys()].map(Number),
    gone_networks: [],
  };
}

/** What has changed, or undefined when nothing has. */
export function changedFacts(
  datapathId: number,
  interfaces: ReadonlyMap<string, LocalInterface | undefined>,
  networks: ReadonlyMap<string, true | undefined>,
): Facts | undefined {
  if (interfaces.size === 0 && networks.size === 0) return undefined;
  return {
    datapath_id: datapathId,
    full: false,
    interfaces: [...interfaces.values()].flatMap((each) => each ?? []),
    gone_interfaces: [...interfaces].flatMap(([key, each]) => (each ? [] : [Number(key)])),
    networks: [...networks].flatMap(([key, active]) => (active ? [Number(key)] : [])),
    gone_networks: [...networks].flatMap(([key, active]) => (active ? [] : [Number(key)])),
  };
}
