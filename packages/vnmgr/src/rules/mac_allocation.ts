import { randomInt } from 'node:crypto';
import { type Row, VnetError } from '@vnet/model';
import type { Queries } from '../store/queries.ts';
import type { Edit, MacRange } from './rule.ts';

/** Datapaths' own MACs when no group is configured: locally administered, 16 million of them ("vn" in ASCII). */
export const BUILT_IN_RANGE: MacRange = { begin: 0x06766e000000, end: 0x06766effffff };

/** Random tries before looking for a gap: enough unless the ranges are nearly full. */
const TRIES = 8;

function sizeOf({ begin, end }: MacRange): number {
  return end - begin + 1;
}

function pick(ranges: readonly MacRange[]): number {
  let index = randomInt(ranges.reduce((sum, range) => sum + sizeOf(range), 0));
  for (const range of ranges) {
    if (index < sizeOf(range)) return range.begin + index;
    index -= sizeOf(range);
  }
  throw new RangeError('no ranges');
}

async function firstGap(queries: Queries, { begin, end }: MacRange): Promise<number | undefined> {
  const used = await queries.select((db) =>
    db('mac_addresses').whereBetween('mac_address', [begin, end]).orderBy('mac_address').select('mac_address'),
  );
  const gap = used.findIndex((row, i) => Number(row['mac_address']) !== begin + i);
  if (gap >= 0) return begin + gap;
  return used.length < sizeOf({ begin, end }) ? begin + used.length : undefined;
}

/** A MAC of the ranges that nobody has; undefined when there is none. */
export async function freeMac(queries: Queries, ranges: readonly MacRange[]): Promise<number | undefined> {
  if (ranges.length === 0) return undefined;
  for (let i = 0; i < TRIES; i++) {
    const candidate = pick(ranges);
    if ((await queries.first('mac_address', { mac_address: candidate })) === undefined) return candidate;
  }
  for (const range of ranges) {
    const gap = await firstGap(queries, range);
    if (gap !== undefined) return gap;
  }
  return undefined;
}

/** @throws {VnetError} ArgumentError when the group has no free address */
export async function macFromGroup(edit: Edit, group: Row<'mac_range_group'>): Promise<number> {
  const rows = await edit.tx.all('mac_range', { mac_range_group_id: group.id });
  const ranges = rows.map(({ begin_mac_address: begin, end_mac_address: end }) => ({ begin, end }));
  const mac = await freeMac(edit.tx, ranges);
  if (mac !== undefined) return mac;
  const total = ranges.reduce((sum, range) => sum + sizeOf(range), 0);
  const why = total === 0 ? 'has no MAC ranges' : `has no free address: all ${total} are in use`;
  throw new VnetError('ArgumentError', `mac range group ${group.uuid} ${why}; add a range to it`);
}

/** A MAC for a datapath in a network: from the configured group, or from the built-in range. */
export async function datapathMac(edit: Edit): Promise<number> {
  const { datapathMacGroup } = edit.settings;
  if (datapathMacGroup !== undefined) {
    const group = await edit.tx.first('mac_range_group', { uuid: datapathMacGroup });
    if (group !== undefined) return await macFromGroup(edit, group);
    throw new VnetError(
      'ArgumentError',
      `mac_address: not given, and the datapath MAC group ${datapathMacGroup} does not exist; ` +
        'make it, or start vnmgr without --datapath-mac-group to use the built-in range',
    );
  }
  const mac = await freeMac(edit.tx, [BUILT_IN_RANGE]);
  if (mac !== undefined) return mac;
  throw new VnetError('ArgumentError', 'mac_address: the built-in range of datapath MACs is used up; give an address');
}
