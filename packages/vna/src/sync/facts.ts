import type { AgentFacts } from '@vnet/model';
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
  tell(datapathId: number | undefined, changes: OutputChanges): void {
    if (datapathId === undefined || !this.#session.complete) {
      // What changes meanwhile is told with everything else.
      if (datapathId === undefined || TOLD.some((kind) => changes[kind].size > 0)) this.reset();
      return;
    }
    const facts =
      this.#told === datapathId
        ? changedFacts(datapathId, changes)
        : allFacts(datapathId, {
            localInterface: this.#engine.output('localInterface'),
            localNetwork: this.#engine.output('localNetwork'),
            localSegment: this.#engine.output('localSegment'),
            localMachine: this.#engine.output('localMachine'),
          });
    this.#told = datapathId;
    if (facts) this.#session.facts(facts);
  }
}

/** The outputs that are facts. */
const TOLD = ['localInterface', 'localNetwork', 'localSegment', 'localMachine'] as const;

type Told = Pick<OutputChanges, (typeof TOLD)[number]>;

/** Everything that is so on this datapath. */
export function allFacts(datapathId: number, outputs: Told): Facts {
  return { datapath_id: datapathId, full: true, ...comeAndGone(outputs) };
}

/** What has changed, or undefined when nothing has. */
export function changedFacts(datapathId: number, outputs: Told): Facts | undefined {
  if (TOLD.every((kind) => outputs[kind].size === 0)) return undefined;
  return { datapath_id: datapathId, full: false, ...comeAndGone(outputs) };
}

function comeAndGone({
  localInterface,
  localNetwork,
  localSegment,
  localMachine,
}: Told): Omit<Facts, 'datapath_id' | 'full'> {
  return {
    interfaces: [...localInterface.values()].flatMap((each) => each ?? []),
    gone_interfaces: keysOf(localInterface, false),
    networks: keysOf(localNetwork, true),
    gone_networks: keysOf(localNetwork, false),
    segments: keysOf(localSegment, true),
    gone_segments: keysOf(localSegment, false),
    edge_hosts: [...localMachine.values()].flatMap((each) => each ?? []),
    gone_edge_hosts: keysOf(localMachine, false),
  };
}

/** Ids of what is there, or of what is gone. */
function keysOf(outputs: ReadonlyMap<string, unknown>, there: boolean): number[] {
  return [...outputs].flatMap(([key, value]) => ((value !== undefined) === there ? [Number(key)] : []));
}
