import { expect, test } from 'vitest';
import { State } from '../state/state.ts';
import { refusedMachines } from './refused-machines.ts';

test('names the first refused machines, and counts the others', () => {
  const state = new State();
  const row = { vlan_translation_id: 1, key: 1, ipv4_address: null, seen: 0 };
  state.put('edge_seen', { ...row, id: 0x02000000ff, refused: null });
  expect(refusedMachines(state)).toEqual([]);
  for (let id = 1; id <= 7; id++) state.put('edge_seen', { ...row, id, refused: 'in use already, by if-1' });
  const said = refusedMachines(state);
  expect(said).toHaveLength(6);
  expect(said[0]).toEqual({
    message: 'a legacy machine is refused',
    details: { mac: '00:00:00:00:00:01', refused: 'in use already, by if-1' },
  });
  expect(said.at(-1)!.details).toEqual({ machines: 2, all: 'vnctl edge hosts' });
});
