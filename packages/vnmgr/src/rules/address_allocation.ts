/** Which address of a network a lease policy gives next. */
import { randomInt } from 'node:crypto';
import type { Row } from '@vnet/model';
import type { Queries } from '../store/queries.ts';

/** Both ends included. */
export interface Window {
  readonly first: number;
  readonly last: number;
}

/** The addresses that hosts may have: not the network's own, nor its broadcast (RFC 3021: /31 has neither). */
export function hostWindow({ ipv4_network: base, ipv4_prefix: prefix }: Row<'network'>): Window {
  const last = base + 2 ** (32 - prefix) - 1;
  return prefix >= 31 ? { first: base, last } : { first: base + 1, last: last - 1 };
}

/** The parts of the ranges that are in the network, in order, without overlap. */
export function windowsOf(network: Row<'network'>, ranges: readonly Row<'ip_range'>[]): Window[] {
  const hosts = hostWindow(network);
  const clipped = ranges
    .map((range) => ({
      first: Math.max(range.begin_ipv4_address, hosts.first),
      last: Math.min(range.end_ipv4_address, hosts.last),
    }))
    .filter(({ first, last }) => first <= last)
    .sort((a, b) => a.first - b.first);
  const merged: Window[] = [];
  for (const window of clipped) {
    const before = merged.at(-1);
    if (before === undefined || window.first > before.last + 1) merged.push(window);
    else merged[merged.length - 1] = { first: before.first, last: Math.max(before.last, window.last) };
  }
  return merged;
}

type Direction = 'up' | 'down';

/** The free address nearest to the beginning of the window, looking up; to its end, looking down. */
async function freeIn(
  queries: Queries,
  networkId: number,
  { first, last }: Window,
  direction: Direction,
): Promise<number | undefined> {
  if (first > last) return undefined;
  const [from, step] = direction === 'up' ? [first, 1] : [last, -1];
  const taken = await queries.first('ip_address', { network_id: networkId, ipv4_address: from });
  if (taken === undefined) return from;
  // The nearest address in use whose neighbour is free.
  const [row] = await queries.select((db) =>
    db('ip_addresses as used')
      .leftJoin('ip_addresses as next', (join) => {
        join.on('next.network_id', 'used.network_id').on('next.ipv4_address', db.raw('used.ipv4_address + ?', [step]));
      })
      .where('used.network_id', networkId)
      .whereBetween('used.ipv4_address', [first, last])
      .whereNull('next.id')
      .orderBy('used.ipv4_address', direction === 'up' ? 'asc' : 'desc')
      .limit(1)
      .select('used.ipv4_address'),
  );
  const candidate = row === undefined ? undefined : Number(row['ipv4_address']) + step;
  return candidate !== undefined && candidate >= first && candidate <= last ? candidate : undefined;
}

/** The windows from `start` on in this direction, then those before it. */
function turned(windows: readonly Window[], start: number, direction: Direction): Window[] {
  const above = windows.map(({ first, last }) => ({ first: Math.max(first, start), last }));
  const below = windows.map(({ first, last }) => ({
    first,
    last: Math.min(last, start - (direction === 'up' ? 1 : 0)),
  }));
  const upwards = direction === 'up' ? [...above, ...below] : [...below.reverse(), ...above.reverse()];
  return upwards.filter(({ first, last }) => first <= last);
}

/** Address of the network that was given last, if it is in the windows. */
async function lastGiven(queries: Queries, networkId: number, windows: readonly Window[]): Promise<number | undefined> {
  const rows = await queries.select((db) =>
    db('ip_addresses')
      .where({ network_id: networkId })
      .where((any) => {
        for (const { first, last } of windows) void any.orWhereBetween('ipv4_address', [first, last]);
      })
      .orderBy('id', 'desc')
      .limit(1)
      .select('ipv4_address'),
  );
  return rows[0] === undefined ? undefined : Number(rows[0]['ipv4_address']);
}

function randomAddress(windows: readonly Window[]): number {
  const sizes = windows.map(({ first, last }) => last - first + 1);
  let index = randomInt(sizes.reduce((sum, size) => sum + size, 0));
  for (const [i, { first }] of windows.entries()) {
    if (index < sizes[i]!) return first + index;
    index -= sizes[i]!;
  }
  throw new RangeError('no windows');
}

/** Where to begin, and which way: after the last one given, or anywhere. */
async function beginning(
  queries: Queries,
  networkId: number,
  windows: readonly Window[],
  type: Row<'ip_range_group'>['allocation_type'],
): Promise<readonly [start: number, direction: Direction]> {
  if (type === 'random') return [randomAddress(windows), 'up'];
  const last = await lastGiven(queries, networkId, windows);
  if (type === 'incremental') return [last === undefined ? windows[0]!.first : last + 1, 'up'];
  return [last === undefined ? windows.at(-1)!.last : last - 1, 'down'];
}

/**
 * A free address of the network within the ranges: the next one after (before) the last that was given, going round at
 * the end, or a random one. undefined when all are in use.
 */
export async function freeAddress(
  queries: Queries,
  network: Row<'network'>,
  group: Row<'ip_range_group'>,
): Promise<number | undefined> {
  const windows = windowsOf(network, await queries.all('ip_range', { ip_range_group_id: group.id }));
  if (windows.length === 0) return undefined;
  const [start, direction] = await beginning(queries, network.id, windows, group.allocation_type);
  for (const window of turned(windows, start, direction)) {
    const address = await freeIn(queries, network.id, window, direction);
    if (address !== undefined) return address;
  }
  return undefined;
}
