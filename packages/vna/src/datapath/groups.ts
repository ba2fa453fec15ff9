import type { SwitchChannel } from '@vnet/openflow';
import type { Group } from '../compile/emit.ts';
import { ifKnown } from './abilities.ts';

/** The groups of the switch, written before the flows that name them. */
export class Groups {
  readonly #standing = new Map<number, string>();

  /** Reads which groups there are. What they say is not compared: each is written anew when it is wanted. */
  async read(channel: SwitchChannel): Promise<void> {
    const known = await ifKnown(channel.request({ type: 'group_desc_request' }));
    this.#standing.clear();
    for (const { group } of known?.groups ?? []) this.#standing.set(group, '');
  }

  /** Writes what is new or different. @returns whether a group is another one than before */
  async write(channel: SwitchChannel, wanted: Iterable<Group>): Promise<boolean> {
    let changed = false;
    for (const { id, type, ports } of wanted) {
      const contents = JSON.stringify([type, ports]);
      const standing = this.#standing.get(id);
      if (standing === contents) continue;
      this.#standing.set(id, contents);
      changed ||= standing !== undefined;
      await channel.send({
        type: 'group_mod',
        command: standing === undefined ? 'add' : 'modify',
        groupType: type,
        group: id,
        buckets: ports.map((port) => ({
          // Of equal weight; fast_failover has none.
          ...(type === 'select' ? { weight: 1 } : {}),
          watchPort: port,
          actions: [{ type: 'output' as const, port }],
        })),
      });
    }
    return changed;
  }

  /** Removes all others. With a group go the flows that use it: those have to be gone, or to have been written anew, before. */
  async retain(channel: SwitchChannel, wanted: Iterable<Group>): Promise<void> {
    const kept = new Set([...wanted].map(({ id }) => id));
    for (const group of [...this.#standing.keys()].filter((id) => !kept.has(id))) {
      this.#standing.delete(group);
      await channel.send({ type: 'group_mod', command: 'delete', groupType: 'all', group, buckets: [] });
    }
  }
}
