import { METER_FLAG, type SwitchChannel } from '@vnet/openflow';
import type { Meter } from '../compile/emit.ts';
import { ifKnown } from './abilities.ts';

/** The meters of the switch. They cannot be part of a bundle, and must be there before the flows that name them. */
export class Meters {
  readonly #standing = new Map<number, string>();

  /** Reads which meters there are. What they say is not known: each is written anew when it is wanted. */
  async read(channel: SwitchChannel): Promise<void> {
    const known = await ifKnown(channel.request({ type: 'meter_config_request' }));
    this.#standing.clear();
    for (const { meter } of known?.meters ?? []) this.#standing.set(meter, '');
  }

  /** Writes what is new or different. Meters that are no longer wanted stay: a port that comes back has its own. */
  async write(channel: SwitchChannel, wanted: Iterable<Meter>): Promise<void> {
    for (const meter of wanted) {
      const contents = JSON.stringify(meter);
      const standing = this.#standing.get(meter.id);
      if (standing === contents) continue;
      this.#standing.set(meter.id, contents);
      await channel.send({
        type: 'meter_mod',
        command: standing === undefined ? 'add' : 'modify',
        flags: METER_FLAG.PKTPS | METER_FLAG.BURST | METER_FLAG.STATS,
        meter: meter.id,
        bands: [{ type: 'drop', rate: meter.packetsPerSecond, burst: meter.burst }],
      });
    }
  }
}
