import { randomInt } from 'node:crypto';
import { type Row, VnetError } from '@vnet/model';
import type { Queries } from '../store/queries.ts';
import type { Edit, MacRange } from './rule.ts';

/** Datapaths' own MACs when no group is configured: locally administered, 16 million of them ("vn" in ASCII). */
export const BUILT_IN_RANGE: MacRange = { begin: 0x06766e000000, end: 0x06766effffff };

/** Rounds of random tries before looking for gaps: enough unless the ranges are nearly full. */
const ROUNDS = 8;

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

async function inUse(queries: Queries, macs: readonly number[]): Promise<Set<number>> {
  const rows = await queries.allIn('mac_address', 'mac_address', macs);
  return new Set(rows.map((row) => row.mac_address));
}

/** Adds the lowest free addresses of a range until there are enough. */
async function fillFromGaps(queries: Queries, { begin, end }: MacRange, found: Set<number>, count: number) {
  const rows = await queries.select((db) =>
    db('mac_addresses').whereBetween('mac_address', [begin, end]).orderBy('mac_address').select('mac_address'),
  );
  const used = new Set(rows.map((row) => Number(row['mac_address'])));
  for (let mac = begin; mac <= end && found.size < count; mac++) if (!used.has(mac)) found.add(mac);
}

/** MACs of the ranges that nobody has: `count` of them, or as many as there are. */
export async function freeMacs(queries: Queries, ranges: readonly MacRange[], count: number): Promise<number[]> {
  const found = new Set<number>();
  if (ranges.length === 0) return [];
  for (let round = 0; round < ROUNDS && found.size < count; round++) {
    const candidates = Array.from({ length: count - found.size }, () => pick(ranges));
    const used = await inUse(queries, candidates);
    for (const candidate of candidates) if (!used.has(candidate)) found.add(candidate);
  }
  for (const range of ranges) if (found.size < count) await fillFromGaps(queries, range, found, count);
  return [...found];
}

async function rangesOf(queries: Queries, groupId: number): Promise<MacRange[]> {
  const rows = await queries.all('mac_range', { mac_range_group_id: groupId });
  return rows.map(({ begin_mac_address: begin, end_mac_address: end }) => ({ begin, end }));
}

/** Free MACs of a group: `count` of them, or as many as there are. */
export async function macsOfGroup(queries: Queries, groupId: number, count: number): Promise<number[]> {
  return await freeMacs(queries, await rangesOf(queries, groupId), count);
}

/** @throws {VnetError} ArgumentError when the group has fewer free addresses */
export async function macsFromGroup(edit: Edit, group: Row<'mac_range_group'>, count: number): Promise<number[]> {
  const macs = await macsOfGroup(edit.tx, group.id, count);
  if (macs.length === count) return macs;
  const ranges = await rangesOf(edit.tx, group.id);
  const total = ranges.reduce((sum, range) => sum + sizeOf(range), 0);
  const why =
    total === 0
      ? 'has no MAC ranges'
      : macs.length === 0
        ? `has no free address: all ${total} are in use`
        : `has ${macs.length} free addresses, ${count} are asked for`;
  throw new VnetError('ArgumentError', `mac range group ${group.uuid} ${why}; add a range to it`);
}

/** A MAC for a datapath in a network: from the configured group, or from the built-in range. */
export async function datapathMac(edit: Edit): Promise<number> {
  const { datapathMacGroup } = edit.settings;
  if (datapathMacGroup !== undefined) {
    const group = await edit.tx.first('mac_range_group', { uuid: datapathMacGroup });
    if (group !== undefined) return (await macsFromGroup(edit, group, 1))[0]!;
    throw new VnetError(
      'ArgumentError',
      `mac_address: not given, and the datapath MAC group ${datapathMacGroup} does not exist; ` +
        'make it, or start vnmgr without --datapath-mac-group to use the built-in range',
    );
  }
  const [mac] = await freeMacs(edit.tx, [BUILT_IN_RANGE], 1);
  if (mac !== undefined) return mac;
  throw new VnetError('ArgumentError', 'mac_address: the built-in range of datapath MACs is used up; give an address');
}
