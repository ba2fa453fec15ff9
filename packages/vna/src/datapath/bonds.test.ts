import { describe, expect, it } from 'vitest';
import { op } from '@vnet/ovsdb';
import { bondOf, bondOperations } from './bonds.ts';
import type { PortRow } from './bridge-tables.ts';

const uuid = (id: number): { uuid: string } => ({ uuid: `00000000-0000-0000-0000-${String(id).padStart(12, '0')}` });

function port(values: Partial<PortRow> = {}): PortRow {
  const interfaces = [uuid(2), uuid(3)];
  const other_config = new Map<string, string>();
  return { _uuid: uuid(1), name: 'bond0', interfaces, bond_mode: undefined, lacp: undefined, other_config, ...values };
}

describe('a bond of the bridge', () => {
  it.each([
    [{}, 'backup', null],
    [{ bond_mode: 'active-backup' }, 'backup', null],
    [{ bond_mode: 'balance-slb' }, 'balance', null],
    [{ bond_mode: 'balance-tcp', lacp: 'active' }, 'balance', 'strict'],
    [{ lacp: 'off' }, 'backup', null],
    [{ lacp: 'passive', other_config: new Map([['lacp-fallback-ab', 'true']]) }, 'backup', 'fallback'],
    [{ lacp: 'active', other_config: new Map([['lacp-fallback-ab', 'false']]) }, 'backup', 'strict'],
  ])('%j: %s, LACP %s', (values, bond_mode, lacp) => {
    expect(bondOf(port(values), 'eth0')).toEqual({ bond: 'bond0', bond_claim: uuid(1).uuid, bond_mode, lacp });
  });

  it('is none with one link, unless it still has a name of its own', () => {
    const interfaces = [uuid(2)];
    expect(bondOf(port({ name: 'eth0', interfaces }), 'eth0').bond).toBeNull();
    expect(bondOf(undefined, 'eth0').bond).toBeNull();
    expect(bondOf(port({ interfaces }), 'eth0').bond).toBe('bond0');
  });

  it('falls back without an LACP partner, unless it was told not to', () => {
    const fallback = new Map([['lacp-fallback-ab', 'true']]);
    expect(bondOperations([port({ lacp: 'active' })])).toEqual([
      op.mutate('Port', [['_uuid', '==', uuid(1)]], [['other_config', 'insert', fallback]]),
    ]);
    expect(bondOperations([port({ lacp: 'active', other_config: new Map([['lacp-fallback-ab', 'false']]) })])).toEqual(
      [],
    );
    expect(bondOperations([port(), port({ lacp: 'active', interfaces: [uuid(2)] })])).toEqual([]);
  });
});
