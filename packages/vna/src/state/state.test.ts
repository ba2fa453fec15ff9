import { describe, expect, it } from 'vitest';
import { State } from './state.ts';

const lease = (id: number, network: number): never =>
  ({ id, uuid: `il-${id}`, interface_id: 1, mac_lease_id: 1, network_id: network, ipv4_address: id }) as never;

describe('the state', () => {
  it('finds rows by their indexes, through changes and deletions', () => {
    const state = new State();
    state.put('ip_lease', lease(1, 7));
    state.put('ip_lease', lease(2, 7));
    const ids = (network: number): number[] => state.find('ip_lease', 'network_id', network).map(({ id }) => id);
    expect(ids(7)).toEqual([1, 2]);
    state.put('ip_lease', lease(1, 8));
    expect([ids(7), ids(8)]).toEqual([[2], [1]]);
    state.delete('ip_lease', 2);
    expect(ids(7)).toEqual([]);
    expect(state.get('ip_lease', 2)).toBeUndefined();
    expect([...state.all('ip_lease')].map(({ id }) => id)).toEqual([1]);
  });

  it('names the readers of a row and of an index entry when they change, and only then', () => {
    const told: string[] = [];
    const state = new State<{ name: string }>(({ name }) => told.push(name));
    state.rowCell('ip_lease', 1).readers.add({ name: 'row' });
    state.bucket('ip_lease', 'network_id', 7).readers.add({ name: 'network 7' });
    state.put('ip_lease', lease(2, 8));
    expect(told).toEqual([]);
    state.put('ip_lease', lease(1, 7));
    expect(told.splice(0)).toEqual(['network 7', 'row']);
    state.put('ip_lease', lease(1, 7));
    expect(told).toEqual([]);
    state.delete('ip_lease', 1);
    expect(told).toEqual(['network 7', 'row']);
  });

  it('passes over rows of tables that it does not know', () => {
    const state = new State();
    expect(() => state.putRow('dns_record', { id: 1 })).not.toThrow();
    expect(() => state.deleteRow('__proto__', 1)).not.toThrow();
  });

  it('keeps no cells of what is gone', () => {
    const state = new State<{ name: string }>();
    const reader = { name: 'reader' };
    const cell = state.rowCell('ip_lease', 9);
    cell.readers.add(reader);
    state.prune();
    expect(state.rowCell('ip_lease', 9)).toBe(cell);
    cell.readers.delete(reader);
    state.prune();
    expect(state.rowCell('ip_lease', 9)).not.toBe(cell);
  });
});
