import { encodeFlowMod, TABLE, type FlowMod, type SwitchChannel } from '@vnet/openflow';
import type { Log } from '../log.ts';
import { cookie, LEARNED_COOKIES } from '../pipeline/cookies.ts';
import { parseFlowKey, type TimedFlow } from '../pipeline/flow.ts';
import { TABLES } from '../pipeline/tables.ts';
import type { Lesson } from '../services/learner.ts';

const ALL_BITS = 0xffff_ffff_ffff_ffffn;

/** Flows outside of what the compiler wants, that the switch forgets by itself. */
export class TimedFlows {
  readonly #channel: () => SwitchChannel | undefined;
  readonly #log: Log;

  constructor(channel: () => SwitchChannel | undefined, log: Log) {
    this.#channel = channel;
    this.#log = log;
  }

  /** Writes what the agent has learnt for the switch. */
  teach({ place, forget, flows }: Lesson): void {
    for (const { table, match } of forget) {
      this.#send({ command: 'delete', ...LEARNED_COOKIES, table: TABLES[table].id, match });
    }
    this.#add(flows, place);
  }

  /** Removes what the agent has learnt at a place. */
  unteach(place: string): void {
    this.#send({ command: 'delete', cookie: cookie('learned', place), cookieMask: ALL_BITS, table: TABLE.ALL });
  }

  /** Writes flows that stand for some seconds; equal ones begin anew. */
  lend(flows: readonly TimedFlow[]): void {
    this.#add(flows, 'lent');
  }

  /** Removes such flows before their time. */
  withdraw(flows: readonly TimedFlow[]): void {
    for (const { key } of flows) this.#send({ command: 'delete_strict', ...parseFlowKey(key) });
  }

  #add(flows: readonly TimedFlow[], place: string): void {
    for (const { key, instructions, seconds } of flows) {
      this.#send({
        command: 'add',
        cookie: cookie('learned', place),
        ...parseFlowKey(key),
        hardTimeout: seconds,
        instructions,
      });
    }
  }

  #send(flow: FlowMod): void {
    this.#channel()
      ?.send(encodeFlowMod(flow))
      .catch((error: unknown) => this.#log.debug({ error: String(error) }, 'a timed flow was not written'));
  }
}
