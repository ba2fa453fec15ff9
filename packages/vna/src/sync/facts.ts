import type { AgentFacts } from '@vnet/model';
import type { LocalInterface } from '../compile/emit.ts';
import type { Engine, OutputChanges } from '../compile/engine.ts';
import type { Session } from './session.ts';

type Facts = Omit<AgentFacts, 'type'>;

/** Tells the manager what is so on this datapath: everything once on each connection, then what changes. */
export class FactTeller {
  readonly #session: Session;
  readonly #engine: Engine;
  /** Id of the datapath that the manager has been told everything about, on this connection. */
  #told: number | undefined;

  constructor(session: Session, engine: Engine) {
    this.#session = session;
    this.#engine = engine;
  }

  /** A new connection: the manager may not know what the one before it did. */
  reset(): void {
    this.#told = undefined;
  }

  /** `datapathId`: of this datapath's record, if there is one. Nothing is told on the strength of half a view. */
  tell(datapathId: number | undefined, { localInterface, localNetwork }: OutputChanges): void {
    if (datapathId === undefined || !this.#session.complete) {
      // What changes meanwhile is told with everything else.
      if (datapathId === undefined || localInterface.size + localNetwork.size > 0) this.reset();
      return;
    }
    const facts =
      this.#told === datapathId
        ? changedFacts(datapathId, localInterface, localNetwork)
        : allFacts(datapathId, this.#engine.output('localInterface'), this.#engine.output('localNetwork'));
    this.#told = datapathId;
    if (facts) this.#session.facts(facts);
  }
}

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
