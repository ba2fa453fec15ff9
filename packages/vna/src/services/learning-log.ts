import type { MeterStats } from '@vnet/openflow';
import { LEARNING, LEARNING_METERS } from '../compile/learning-limits.ts';
import type { Log } from '../log.ts';

/** How often the meters are read. */
const PERIOD_MS = 10_000;

export interface LearningLogOptions {
  /** The meters of the switch, with their counters. */
  readonly meters: () => Promise<readonly MeterStats[]>;
  /** Name of the port with an OpenFlow number. */
  readonly portName: (ofport: number) => string | undefined;
  readonly log: Log;
}

/** Says when more frames of unknown senders come from a trunk than may be learnt: the switch drops the others. */
export class LearningLog {
  readonly #options: LearningLogOptions;
  /** Meter → packets that it has dropped so far; undefined until the meters have been read. */
  #dropped: ReadonlyMap<number, bigint> | undefined;
  readonly #looks: NodeJS.Timeout;

  constructor(options: LearningLogOptions) {
    this.#options = options;
    this.#looks = setInterval(() => void this.look(), PERIOD_MS);
  }

  /** Reads the meters. What was dropped before the first time is no news. */
  async look(): Promise<void> {
    const { meters, portName, log } = this.#options;
    try {
      const now = new Map((await meters()).map(({ meter, bands }) => [meter, bands[0]?.packets ?? 0n]));
      const before = this.#dropped;
      this.#dropped = now;
      if (!before) return;
      for (const [meter, packets] of now) {
        const known = before.get(meter) ?? 0n;
        // A meter that was made anew counts from 0.
        const dropped = Number(packets < known ? packets : packets - known);
        if (meter < LEARNING_METERS || dropped === 0) continue;
        const port = portName(meter - LEARNING_METERS);
        const remedy = 'find out who sends from so many MAC addresses; known machines are not concerned';
        log.warn({ port, dropped, packets_per_second: LEARNING.packetsPerSecond, remedy }, FLOODED);
      }
    } catch (error) {
      log.debug({ error: String(error) }, 'the meters were not read');
    }
  }

  close(): void {
    clearInterval(this.#looks);
  }
}

const FLOODED = 'a trunk has more unknown senders than may be learnt at a time: their frames were dropped';
